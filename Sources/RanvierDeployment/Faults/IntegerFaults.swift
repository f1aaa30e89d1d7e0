import Foundation
import RanvierNetworks
import RanvierTensors

/// Bits that flip by chance: in the weights as they are stored, or in membranes between steps.
///
///     let damaged = try IntegerFaults(in: .weights, rate: 1e-3, seed: 1).applied(to: network)
///
/// Each stored bit flips by itself with a probability. Weights have the bits of their format (``IntegerWeights/bits``), in two's
/// complement, one bit for −1 and 1; a mask's weights alone are stored, each with the number of its output. Which bits flip depends
/// on the seed and the rate alone.
///
/// Deviation: the code `−2^(bits−1)`, which no format uses, counts as its neighbour `−2^(bits−1) + 1`.
public struct IntegerFaults: Sendable, Hashable {
    /// What flips.
    public enum Place: String, Sendable, Hashable, CaseIterable {
        /// Bits of weights.
        case weights
        /// Bits of weights, and of the numbers of outputs that masked layers store beside them: a weight moves to another output,
        /// onto one that is there or into nothing.
        case weightsAndPlaces = "weights-and-places"
        /// Bits of membranes, between one step and the next.
        case membranes
    }

    /// What flips.
    public let place: Place
    /// Probability of a bit; of membranes at each step.
    public let rate: Double
    /// Seed.
    public let seed: UInt64

    /// Faults at a rate.
    ///
    /// - Throws: ``IntegerNetworkError`` for a rate outside 0 to 1.
    public init(
        in place: Place, rate: Double, seed: UInt64
    ) throws(IntegerNetworkError) {
        guard (0...1).contains(rate) else {
            throw .interface(
                what: "rate of faults", expected: "a probability, 0 to 1", found: "\(rate)")
        }
        self.place = place
        self.rate = rate
        self.seed = seed
    }

    /// The network with bits of its weights flipped; as it is where membranes are to flip.
    ///
    /// - Throws: ``IntegerNetworkError`` where larger sums no longer fit 32 bits.
    public func applied(to network: IntegerNetwork) throws(IntegerNetworkError) -> IntegerNetwork {
        guard place != .membranes, rate > 0 else { return network }
        var stages: [IntegerStage] = []
        for (index, stage) in network.stages.enumerated() {
            stages.append(try flipped(stage, bits: bits(UInt64(index))))
        }
        return try IntegerNetwork(input: network.input, stages: stages, readout: network.readout)
    }

    /// The scores of samples with faults: on all cores, each sample with flips of its own where membranes flip.
    ///
    /// - Throws: ``IntegerNetworkError`` as ``applied(to:)``.
    public func scores(
        of samples: [[Int32]], by network: IntegerNetwork
    ) throws(IntegerNetworkError) -> [[Int32]] {
        let engine = IntegerEngine(try applied(to: network), countsAdditions: false)
        guard place == .membranes, rate > 0 else { return engine.scores(of: samples) }
        return engine.map(Array(samples.enumerated())) { run, sample in
            var flips = bits(1 << 32 + UInt64(sample.offset))
            let input = network.input, width = input.rowCount
            for row in 0..<input.rows {
                run.show(
                    Array(sample.element[row * width..<(row + 1) * width]),
                    changing: { stage, membranes in
                        guard case .neurons(let neurons) = network.stages[stage] else { return nil }
                        return flips.flipped(membranes, bits: neurons.stateBits)
                    })
            }
            return run.scores
        }
    }

    private func bits(_ stream: UInt64) -> FlippedBits {
        FlippedBits(
            rate: rate,
            stream: RandomStream(seed: seed, name: "faults/\(place.rawValue)/\(rate)")
                .substream(Int(stream)))
    }

    // MARK: - Weights

    private func flipped(
        _ stage: IntegerStage, bits: FlippedBits
    ) throws(IntegerNetworkError) -> IntegerStage {
        var bits = bits
        switch stage {
        case .pooling: return stage
        case .synapses(let synapses):
            return .synapses(
                try IntegerSynapses(
                    name: synapses.name, geometry: synapses.geometry,
                    weights: flipped(synapses.weights, synapses.name, &bits),
                    biases: synapses.biases, delays: synapses.delays))
        case .neurons(let neurons):
            guard let recurrence = neurons.recurrence else { return stage }
            let weights = try flipped(recurrence.weights, neurons.name, &bits)
            let damaged: IntegerNeurons.Recurrence =
                switch recurrence {
                case .allToAll: .allToAll(weights)
                case .oneToOne: .oneToOne(weights)
                }
            return .neurons(
                try IntegerNeurons(
                    name: neurons.name, shape: neurons.shape, thresholds: neurons.thresholds,
                    initial: neurons.initial, leak: neurons.leak, reset: neurons.reset,
                    comparison: neurons.comparison, stateBits: neurons.stateBits,
                    refractorySteps: neurons.refractorySteps, levels: neurons.levels,
                    recurrence: damaged, givesMembrane: neurons.givesMembrane))
        }
    }

    private func flipped(
        _ weights: IntegerWeights, _ layer: String, _ bits: inout FlippedBits
    ) throws(IntegerNetworkError) -> IntegerWeights {
        let outputs = weights.outputs
        let placeBits = outputs > 1 ? Int.bitWidth - (outputs - 1).leadingZeroBitCount : 0
        let movesPlaces = place == .weightsAndPlaces && weights.mask != nil
        var codes = [Int8](repeating: 0, count: weights.codes.count)
        var mask = weights.mask.map { $0.map { _ in false } }
        for (index, code) in weights.codes.enumerated() where weights.mask?[index] ?? true {
            let damaged = Self.code(
                code, bits: weights.bits, flips: bits.next(count: weights.bits))
            var place = index
            if movesPlaces {
                let output = index % outputs ^ Int(bits.next(count: placeBits))
                guard output < outputs else { continue }
                place = index - index % outputs + output
            }
            // Two weights in one place: the last one that is stored counts.
            codes[place] = damaged
            mask?[place] = true
        }
        return try IntegerWeights(
            shape: weights.shape, codes: codes, mask: mask, bits: weights.bits,
            shift: weights.shift, layer: layer)
    }

    static func code(_ code: Int8, bits: Int, flips: UInt64) -> Int8 {
        guard flips != 0 else { return code }
        guard bits > 1 else { return -code }
        let unused = 8 - bits
        // Flipped within its bits, its sign spread over the rest.
        let stored = UInt8(bitPattern: code) ^ UInt8(truncatingIfNeeded: flips)
        let signed = Int8(bitPattern: stored << UInt8(unused)) >> Int8(unused)
        return max(signed, -(Int8.max >> Int8(unused)))
    }
}

/// Bits that flip, one after the other: the distance from one to the next is drawn, not each bit.
struct FlippedBits: Sendable {
    private let stream: RandomStream
    private let rate: Double
    private var drawn = 0
    /// Bits before the next that flips.
    private var left = 0

    init(rate: Double, stream: RandomStream) {
        self.rate = rate
        self.stream = stream
        left = distance()
    }

    private mutating func distance() -> Int {
        guard rate < 1 else { return 0 }
        guard rate > 0 else { return .max }
        let words = stream.words(count: 2, from: drawn)
        drawn += 2
        let fraction = (Double(words[0]) + 0.5) / 4_294_967_296
        let steps = log(fraction) / log1p(-rate)
        return steps < 1e18 ? Int(steps) : .max
    }

    /// Which of the next bits flip, the first lowest; at most 64.
    mutating func next(count: Int) -> UInt64 {
        var flips: UInt64 = 0
        var at = 0
        while left < count - at {
            at += left
            flips |= 1 << UInt64(at)
            at += 1
            left = distance()
        }
        if left < .max { left -= count - at }
        return flips
    }

    /// Membranes with bits flipped; nil where none did.
    mutating func flipped(_ membranes: [Int32], bits: Int) -> [Int32]? {
        if left >= membranes.count * bits {
            if left < .max { left -= membranes.count * bits }
            return nil
        }
        let unused = Int32(32 - bits)
        return membranes.map {
            let flips = next(count: bits)
            guard flips != 0 else { return $0 }
            return (($0 ^ Int32(truncatingIfNeeded: flips)) << unused) >> unused
        }
    }
}
