import RanvierTensors

// What neurons and synapses of a device are like, drawn from streams of random numbers: one number of the stream per neuron
// or synapse, so that a device with more of them has the same first ones.
extension Imperfections {
    /// Whether the device is as it was meant.
    public var areNone: Bool { self == Imperfections() }

    /// The smallest share of a parameter that mismatch leaves.
    public static let smallestFactor = 0.3

    /// What a parameter of each neuron is multiplied by.
    ///
    ///     max(0.3, 1 + spread ξ),   ξ ~ N(0, 1)
    ///
    /// - Parameters:
    ///   - count: of neurons.
    ///   - spread: standard deviation, as a share of the parameter; 0 gives ones.
    public static func factors(
        _ count: Int, spread: Double, stream: RandomStream
    ) -> [Double] {
        guard spread > 0 else { return Array(repeating: 1, count: count) }
        return stream.normal(count: count).map { max(smallestFactor, 1 + spread * Double($0)) }
    }

    /// What is added to each weight at the start, in units of a weight.
    public func weightOffsets(_ count: Int, stream: RandomStream) -> [Double] {
        guard synapticNoise > 0 else { return Array(repeating: 0, count: count) }
        return stream.normal(count: count).map { synapticNoise * Double($0) }
    }

    /// What each synapse's steps of learning are multiplied by: 1 + N(0, s), drawn anew where it is further than 1.5 s
    /// from 1. Source: section 4 of the specification, plasticity noise.
    public func plasticityFactors(_ count: Int, stream: RandomStream) -> [Double] {
        guard plasticityNoise > 0 else { return Array(repeating: 1, count: count) }
        var numbers = stream.substream(0).normal(count: count)
        var round = 1
        // One in seven is drawn anew; after forty rounds none is left but by a wonder.
        while round < 40, let last = numbers.indices.last(where: { abs(numbers[$0]) > 1.5 }) {
            let more = stream.substream(round).normal(count: last + 1)
            for index in 0...last where abs(numbers[index]) > 1.5 { numbers[index] = more[index] }
            round += 1
        }
        return numbers.map { 1 + plasticityNoise * Double(min(max($0, -1.5), 1.5)) }
    }

    /// Which synapses are there.
    public func alive(_ count: Int, stream: RandomStream) -> [Bool] {
        Self.spared(count, share: deadSynapses, stream: stream)
    }

    /// Which synapses can change.
    public func movable(_ count: Int, stream: RandomStream) -> [Bool] {
        Self.spared(count, share: stuckSynapses, stream: stream)
    }

    private static func spared(_ count: Int, share: Double, stream: RandomStream) -> [Bool] {
        guard share > 0 else { return Array(repeating: true, count: count) }
        return stream.uniform(count: count).map { Double($0) >= share }
    }

    /// How many steps later than meant each synapse delivers, from 0 to ``delay``, all equally likely.
    public func delays(_ count: Int, stream: RandomStream) -> [Int] {
        guard delay > 0 else { return Array(repeating: 0, count: count) }
        return stream.words(count: count).map { Int((UInt64($0) * UInt64(delay + 1)) >> 32) }
    }

    /// The weights of a matrix as the device can hold them.
    ///
    ///     d round(w / d),   d = max |w| / (2^(bits − 1) − 1)
    ///
    /// The code is symmetric and is the matrix's own. The weights as they are without ``weightBits``.
    public func stored(_ weights: [Double]) -> [Double] {
        guard let weightBits else { return weights }
        let largest = weights.reduce(0) { max($0, abs($1)) }
        guard largest > 0, largest.isFinite else { return weights }
        let step = largest / Double((1 << (weightBits - 1)) - 1)
        return weights.map { step * ($0 / step).rounded() }
    }

    /// A part of the device's own stream: the same device for one seed, whatever runs on it.
    public static func stream(seed: UInt64, part: String, matrix: Int = 0) -> RandomStream {
        RandomStream(seed: seed, name: "imperfections." + part).substream(matrix)
    }
}
