import RanvierDeployment

/// A network and its data, for `device/formats`.
struct FormatsSetting: Sendable {
    /// What is trained; its phases are those of ``FormatsWork``.
    var grid: SparseSetting
    /// Bits of a number that comes in; nil for 8.
    var inputBits: Int?
    /// Learning rate of rounding; nil for that of the training.
    var quantizeRate: Double?
    /// Test samples that are shown to emulated boards.
    var boardSamples = 50

    /// Processors that programs are compiled for, and run on emulated boards.
    var targets = FormatsSetting.targets

    /// The processors of the table.
    static let targets: [CTarget] = [.cortexM0, .cortexM4, .riscv32]

    var name: String { grid.name }

    /// Less of everything.
    var quick: FormatsSetting {
        var quick = self
        (quick.grid.seeds, quick.boardSamples) = ([0], 3)
        (quick.grid.epochs, quick.grid.roundEpochs, quick.grid.quantizeEpochs) = (2, 1, 1)
        quick.grid.rewind = 1
        return quick
    }

    /// The settings that ship; the first is done unless others are asked for.
    static let all = [digits, mnist, spokenDigits, skab]

    private static func setting(
        _ name: String, _ title: String, seeds: [UInt64], epochs: Int, round: Int, quantize: Int,
        rewind: Int = 1, _ configuration: String
    ) -> SparseSetting {
        // Five rounds of 37 % leave a tenth.
        SparseSetting(
            name: name, title: title, configuration: configuration, seeds: seeds, epochs: epochs,
            roundEpochs: round, quantizeEpochs: quantize, rewind: rewind, rounds: 5, compared: [],
            roundedTicket: 5, earlyBirds: [], hasEarlyTime: false, keeps: [0.5], bits: [])
    }

    static let digits = FormatsSetting(
        grid: setting(
            "digits", SparseSetting.digits.title, seeds: [0, 1, 2], epochs: 40, round: 30,
            quantize: 15, rewind: 4, SparseSetting.digits.configuration))

    static let mnist = FormatsSetting(
        grid: setting(
            "mnist", "784-128-10 leaky neurons on MNIST, 4 steps", seeds: [0], epochs: 10,
            round: 4, quantize: 3,
            """
            dataset: {name: mnist, validation-fraction: 0.0833}
            encoding: {direct: {steps: 4}}
            network:
              - linear: {outputs: 128, gain: 2}
              - lif: {leak: 0.75}
              - linear: {outputs: 10}
              - leaky-integrator: {leak: 0.75}
            training:
              batch-size: 128
              optimizer: {adamw: {learning-rate: 2e-3, weight-decay: 1e-2}}
              schedule: cosine
              augmentation: {shift: 1}
            """),
        // What a membrane may keep of 784 pixels must stay within what floats hold exactly, for the comparison of spikes.
        inputBits: 5, boardSamples: 20)

    static let spokenDigits = FormatsSetting(
        grid: setting(
            "spoken-digits", "64-128-10 leaky neurons on spoken digits, 100 steps", seeds: [0],
            epochs: 20, round: 10, quantize: 6,
            """
            dataset: {name: fsdd, validation-fraction: 0.2}
            encoding: {sequence: {steps: 100, time-step: 6e-3}}
            network:
              - linear: {outputs: 128, gain: 2}
              - lif: {membrane-time-constant: 60e-3}
              - linear: {outputs: 10}
              - leaky-integrator: {membrane-time-constant: 60e-3}
            training:
              batch-size: 32
              optimizer: {adamw: {learning-rate: 4e-3, weight-decay: 1e-2}}
              schedule: cosine
            """), boardSamples: 20)

    static let skab = FormatsSetting(
        grid: setting(
            "skab", "128 leaky neurons on windows of 20 rows of SKAB, whole files held out",
            seeds: [0], epochs: 15, round: 6, quantize: 15,
            """
            dataset:
              name: csv
              train: [skab/valve1, skab/valve2, skab/other]
              label-column: anomaly
              classes: ['0', '1']
              drop: [changepoint]
              time-column: datetime
              window: 20
              stride: 5
              split: file
              test-fraction: 0.2
              validation-fraction: 0.2
              scaling: robust
            encoding: {sequence: {steps: 20, time-step: 1}}
            network:
              - linear: {outputs: 128, gain: 2}
              - lif: {membrane-time-constant: 5}
              - linear: {outputs: 2}
              - leaky-integrator: {membrane-time-constant: 10}
            training:
              batch-size: 32
              optimizer: {adamw: {learning-rate: 2e-2, weight-decay: 1e-2}}
              schedule: cosine
              class-weights: balanced
            """), inputBits: 12, quantizeRate: 2e-3)
}
