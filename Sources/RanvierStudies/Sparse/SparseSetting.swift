import RanvierCompression

/// A network and its data, and how much of the grid is done with it.
struct SparseSetting: Sendable {
    /// Name of the study: `digits` in `sparse/digits`.
    var name: String
    /// What is trained, in words.
    var title: String
    /// Data set, encoding, network and training as a configuration says them.
    var configuration: String
    /// Seeds unless chosen.
    var seeds: [UInt64]
    /// Epochs of the dense network.
    var epochs: Int
    /// Epochs of a round of pruning.
    var roundEpochs: Int
    /// Epochs of rounding.
    var quantizeEpochs: Int
    /// Epochs after which weights are gone back to.
    var rewind: Int
    /// Rounds of 37 % each.
    var rounds = 10
    /// Rounds whose ticket is held against controls, and after which weights lose bits.
    var compared: [Int]
    /// The round whose ticket is rounded.
    var roundedTicket = 6
    /// Sparsities of early birds.
    var earlyBirds: [Double]
    /// Whether a search with fewer steps is done.
    var hasEarlyTime = true
    /// Shares that untrained networks keep.
    var keeps: [Double]
    /// Bits of weights.
    var bits: [Int]
    /// Learning rate of scores.
    var scoreRate = 0.01
    /// What the page says of the setting.
    var remarks: [String] = []

    /// Share that is gone after some rounds.
    func sparsity(after rounds: Int) -> Double {
        1 - DensitySchedule(rate: 0.37).density(after: rounds)
    }

    /// Less of everything.
    var quick: SparseSetting {
        var quick = self
        (quick.seeds, quick.rounds, quick.roundedTicket) = ([0], 3, 3)
        (quick.epochs, quick.roundEpochs, quick.quantizeEpochs) =
            (min(epochs, 4), min(roundEpochs, 2), 1)
        (quick.rewind, quick.compared) = (1, [3])
        quick.earlyBirds = Array(earlyBirds.prefix(1))
        quick.keeps = Array(keeps.filter { $0 == 0.5 }.prefix(1))
        quick.bits = bits.filter { [4, 1].contains($0) }
        return quick
    }

    /// The settings that ship.
    static let all = [digits, spokenDigits, mnist, mnistConvolutional, cifar10]

    static let digits = SparseSetting(
        name: "digits", title: "64-128-10 leaky neurons on 8 × 8 digits, 10 steps",
        configuration: """
            dataset: {name: digits, validation-fraction: 0.2}
            encoding: {direct: {steps: 10}}
            network:
              - linear: {outputs: 128, gain: 2}
              - lif: {membrane-time-constant: 10e-3}
              - linear: {outputs: 10}
              - leaky-integrator: {membrane-time-constant: 20e-3}
            training:
              batch-size: 32
              optimizer: {adamw: {learning-rate: 4e-3, weight-decay: 1e-2}}
              schedule: cosine
              augmentation: {shift: 1}
            """,
        seeds: [0, 1, 2, 3, 4], epochs: 40, roundEpochs: 30, quantizeEpochs: 15, rewind: 4,
        compared: [5, 6, 8, 10], earlyBirds: [0.684, 0.899, 0.957, 0.981],
        keeps: [0.1, 0.3, 0.5, 0.7, 0.9], bits: [8, 4, 3, 2, 1])

    static let spokenDigits = SparseSetting(
        name: "spoken-digits",
        title: "128 recurrent leaky neurons on spoken digits, 64 channels, 100 steps",
        configuration: """
            dataset: {name: fsdd, validation-fraction: 0.2}
            encoding: {sequence: {steps: 100, time-step: 6e-3}}
            network:
              - linear: {outputs: 128, gain: 2}
              - recurrent-lif:
                  membrane-time-constant: 60e-3
                  gain: 0.1
                  surrogate: {fast-sigmoid: {slope: 25}}
              - linear: {outputs: 10}
              - leaky-integrator: {membrane-time-constant: 60e-3}
            training:
              batch-size: 32
              optimizer: {adamw: {learning-rate: 2e-3, weight-decay: 1e-2}}
              schedule: cosine
            """,
        seeds: [0, 1, 2], epochs: 20, roundEpochs: 12, quantizeEpochs: 6, rewind: 2,
        compared: [5, 8], earlyBirds: [0.899], hasEarlyTime: false, keeps: [0.3, 0.5, 0.7],
        bits: [8, 4, 3, 2, 1],
        remarks: [
            "No ticket is sought with fewer steps: the steps of these samples are their rows, which a search "
                + "cannot leave out."
        ])

    static let mnist = SparseSetting(
        name: "mnist", title: "784-300-100-10 leaky neurons on MNIST, 6 steps",
        configuration: """
            dataset: {name: mnist, validation-fraction: 0.0833}
            encoding: {direct: {steps: 6}}
            network:
              - linear: {outputs: 300, gain: 2}
              - lif: {leak: 0.9}
              - linear: {outputs: 100, gain: 2}
              - lif: {leak: 0.9}
              - linear: {outputs: 10}
              - leaky-integrator: {leak: 0.9}
            training:
              batch-size: 128
              optimizer: {adamw: {learning-rate: 2e-3, weight-decay: 1e-2}}
              schedule: cosine
              augmentation: {shift: 1}
            """,
        seeds: [0, 1, 2], epochs: 8, roundEpochs: 5, quantizeEpochs: 3, rewind: 1,
        compared: [5, 6, 8, 10], earlyBirds: [0.899, 0.957], hasEarlyTime: false,
        keeps: [0.5], bits: [8, 4, 3, 2, 1])

    static let mnistConvolutional = SparseSetting(
        name: "mnist-convolutional",
        title: "four convolutions and a linear layer of leaky neurons on MNIST, 4 steps",
        configuration: """
            dataset: {name: mnist, images: true, validation-fraction: 0.0833}
            encoding: {direct: {steps: 4}}
            network:
              - conv2d: {channels: 16, size: 3, padding: 1, bias: false}
              - batch-norm
              - lif: {leak: 0.5, reset: hard, surrogate: triangular}
              - conv2d: {channels: 32, size: 3, padding: 1, stride: 2, bias: false}
              - batch-norm
              - lif: {leak: 0.5, reset: hard, surrogate: triangular}
              - conv2d: {channels: 32, size: 3, padding: 1, stride: 2, bias: false}
              - batch-norm
              - lif: {leak: 0.5, reset: hard, surrogate: triangular}
              - conv2d: {channels: 64, size: 3, padding: 1, stride: 2, bias: false}
              - batch-norm
              - lif: {leak: 0.5, reset: hard, surrogate: triangular}
              - linear: {outputs: 10}
            training:
              batch-size: 100
              optimizer: {adamw: {learning-rate: 2e-3, weight-decay: 1e-2}}
              schedule: cosine
              augmentation: {shift: 1}
            """,
        seeds: [0], epochs: 4, roundEpochs: 2, quantizeEpochs: 1, rewind: 1, rounds: 7,
        compared: [7], roundedTicket: 7, earlyBirds: [], hasEarlyTime: false, keeps: [0.5],
        bits: [8, 4, 2])

    static let cifar10 = SparseSetting(
        name: "cifar10",
        title:
            "a spiking ResNet-20 on 10 000 images of CIFAR-10, 4 steps (no published row is comparable)",
        configuration: """
            dataset: {name: cifar10, scaling: standard-per-channel, validation-fraction: 0.1}
            encoding: {direct: {steps: 4}}
            network:
              resnet:
                depth: 20
                width: 1
                units: {lif: {leak: 0.5, reset: hard, detach-reset: true, surrogate: triangular}}
            training:
              batch-size: 64
              optimizer: {sgd: {learning-rate: 0.2, momentum: 0.9, nesterov: true, weight-decay: 5e-4}}
              schedule: {cosine: {warm-up: 0.1}}
              loss: {cross-entropy: {label-smoothing: 0.05}}
              augmentation: {shift: 4, flip: true}
            """,
        seeds: [0], epochs: 12, roundEpochs: 4, quantizeEpochs: 4, rewind: 2, rounds: 3,
        compared: [3], roundedTicket: 3, earlyBirds: [], hasEarlyTime: false, keeps: [], bits: [4])
}
