import RanvierTensors

extension OperationCount {
    /// Counts what a sequence does in synapses, the same way for all layers.
    ///
    /// - A spike of ±1 adds (or subtracts) one weight for each living connection.
    /// - A spike with a payload multiplies each of those weights by it: a multiply-accumulate.
    /// - Of a sequence of values every number is multiplied at every step, zeros included, as publications count
    ///   artificial networks.
    /// - A sequence that is constant in time counts once, because its product is done once.
    ///
    /// - Parameters:
    ///   - input: `[T, B, features…]`.
    ///   - fanOut: living connections of each feature.
    ///   - signal: what is known of the sequence; nil for what its storage says.
    public init(of input: Tensor, fanOut: [Int], signal: Signal? = nil) {
        let signal = signal ?? Signal(of: input)
        precondition(
            input.shape.dropFirst(2).reduce(1, *) == fanOut.count,
            "connections of \(fanOut.count) features for a sequence \(input.shape)")
        let isConstant = input.storageKind == .constantInTime
        guard signal.holdsSpikes(input) else {
            let rows = input.shape[1] * (isConstant ? 1 : input.shape[0])
            self.init(multiplyAccumulate: rows * fanOut.reduce(0, +))
            return
        }
        let tally = EventTally(of: input)
        self.init()
        for (feature, reached) in fanOut.enumerated() where reached != 0 {
            synaptic += tally.spikes[feature] * reached
            payload += tally.payloads[feature] * reached
        }
        multiplyAccumulate = payload
    }
}

/// Events of each feature of a sequence `[T, B, features…]`; of a sequence that is constant in time, of one step.
struct EventTally {
    /// Spikes of +1 or −1.
    private(set) var spikes: [Int]
    /// Spikes with another number.
    private(set) var payloads: [Int]

    init(of sequence: Tensor) {
        let features = sequence.shape.dropFirst(2).reduce(1, *)
        payloads = [Int](repeating: 0, count: features)
        if sequence.storageKind == .spikes {
            spikes = sequence.sum(axes: [0]).sum(axes: [0]).scalars.map { Int($0) }
            return
        }
        spikes = payloads
        let once = sequence.constantStep ?? sequence
        let scalars = once.detached.scalars
        var place = 0
        for value in scalars {
            if value == 1 || value == -1 {
                spikes[place] += 1
            } else if value != 0 {
                payloads[place] += 1
            }
            place += 1
            if place == features { place = 0 }
        }
    }
}

extension Tensor {
    /// 1 where a neuron spiked, whatever the sign or payload of the spike, else 0.
    public var spikeMarks: Tensor {
        storageKind == .spikes ? detached : detached.dense.packedAsSpikes
    }
}
