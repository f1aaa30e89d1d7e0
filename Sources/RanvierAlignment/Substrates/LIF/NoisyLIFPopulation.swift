import RanvierTensors

/// Layers of noisy leaky integrate-and-fire neurons one above the other, each joined to the next by forward and feedback
/// weights, with the traces that spike-timing alignment and a neuron's scale are read from.
///
/// A step, in this order: decay of all traces; own noise, where the membrane takes it; membrane and spikes; sums of the scale;
/// pairs of spikes; spikes into the traces; probes. The spikes of a step act in the next one, or as many steps later as a
/// synapse is slow. With x the trace of spikes (decay `exp(−dt/τ_S)`), a a lower and b an upper neuron:
///
///     dB_ab += x_a s_b − s_a x_b
///
/// Source: sections 2.2, 3 and 3.2 of the specification. The same seed gives the same bits.
public struct NoisyLIFPopulation: Sendable {
    /// Neurons of each layer, the lowest first.
    public let sizes: [Int]
    /// Seconds of a step.
    public let timeStep: Double
    /// Membrane after a spike.
    public let resetPotential: Double
    /// Steps for which a membrane is held after a spike.
    public let refractorySteps: Int
    /// What is kept of spikes and noise.
    public let traces: LIFTraces
    /// Of each neuron, layer after layer.
    public var parameters: NoisyLIFParameters

    /// Random numbers of the noise: number `step · neurons + k`.
    let noise: RandomStream
    /// Random numbers of the probes.
    let probes: RandomStream
    /// Steps so far.
    public internal(set) var step = 0

    // As the kernel has them: matrices one after the other, what a spike sends lying together.
    var forward: [Double]
    var backward: [Double]
    var forwardDelays: [UInt16] = []
    var backwardDelays: [UInt16] = []
    var slots = 2
    var rows: [Double]
    var arrivals: [Double]
    var after: [Double]
    var before: [Double]

    /// A population at rest.
    ///
    /// - Parameters:
    ///   - sizes: neurons of each layer.
    ///   - parameters: of all neurons, layer after layer.
    ///   - forward: of each pair of layers, `[lower, upper]`.
    ///   - feedback: of each pair of layers, `[lower, upper]`.
    /// - Throws: ``AlignmentError/setting(name:expected:found:)`` where numbers do not fit the layers.
    public init(
        sizes: [Int], parameters: NoisyLIFParameters, neuron: NoisyLIFNeuron = NoisyLIFNeuron(),
        traces: LIFTraces = LIFTraces(), forward: [[Double]], feedback: [[Double]],
        seed: UInt64 = 0
    ) throws(AlignmentError) {
        let count = sizes.reduce(0, +)
        guard sizes.count >= 2, sizes.allSatisfy({ $0 > 0 }) else {
            throw .setting(
                name: "layers", expected: "two or more with neurons", found: "\(sizes)")
        }
        guard parameters.count == count else {
            throw .setting(
                name: "parameters", expected: "those of \(count) neurons",
                found: "\(parameters.count)")
        }
        let pairs = zip(sizes, sizes.dropFirst()).map { $0 * $1 }
        for (name, weights) in [("forward weights", forward), ("feedback weights", feedback)]
        where weights.map(\.count) != pairs {
            throw .setting(name: name, expected: "\(pairs)", found: "\(weights.map(\.count))")
        }
        self.sizes = sizes
        self.parameters = parameters
        self.traces = traces
        timeStep = neuron.timeStep
        resetPotential = neuron.resetPotential
        refractorySteps = neuron.refractorySteps
        noise = RandomStream(seed: seed, name: "lif.noise")
        probes = RandomStream(seed: seed, name: "lif.probes")
        self.forward = forward.flatMap { $0 }
        let stride = (count + 7) / 8 * 8
        rows = Array(repeating: 0, count: Self.stateRows * stride)
        arrivals = Array(repeating: 0, count: 2 * stride)
        after = Array(repeating: 0, count: self.forward.count)
        before = after
        backward = after
        setFeedback(feedback)
    }

    /// Number of neurons of all layers.
    public var count: Int { parameters.count }
    /// The number rounded up to whole vectors.
    var stride: Int { (count + 7) / 8 * 8 }
    /// Layers with a layer above them: the first neuron of each and where its weights begin.
    var pairs: [(lower: Range<Int>, upper: Range<Int>, matrix: Int)] {
        var first = 0, matrix = 0
        return zip(sizes, sizes.dropFirst()).map { lower, upper in
            defer {
                first += lower
                matrix += lower * upper
            }
            return (first..<first + lower, first + lower..<first + lower + upper, matrix)
        }
    }

    /// Forward weights of each pair of layers, `[lower, upper]`.
    public var forwardWeights: [[Double]] {
        pairs.map { Array(forward[$0.matrix..<$0.matrix + $0.lower.count * $0.upper.count]) }
    }

    /// Feedback weights of each pair of layers, `[lower, upper]`.
    public var feedbackWeights: [[Double]] { untransposed(backward) }

    /// Sets feedback weights of each pair of layers, `[lower, upper]`.
    public mutating func setFeedback(_ weights: [[Double]]) {
        for (pair, own) in zip(pairs, weights) {
            let upper = pair.upper.count, lower = pair.lower.count
            precondition(own.count == upper * lower, "\(own.count) weights, not \(upper * lower)")
            for a in 0..<lower {
                for b in 0..<upper { backward[pair.matrix + b * lower + a] = own[a * upper + b] }
            }
        }
    }

    /// Sets how many steps later than meant each synapse delivers, `[lower, upper]`, and forgets what is on its way.
    public mutating func setDelays(forward: [[Int]], feedback: [[Int]]) {
        forwardDelays = forward.flatMap { $0.map { UInt16($0) } }
        backwardDelays = pairs.enumerated().flatMap { index, pair in
            (0..<pair.upper.count).flatMap { b in
                (0..<pair.lower.count).map { UInt16(feedback[index][$0 * pair.upper.count + b]) }
            }
        }
        slots = 2 + Int(max(forwardDelays.max() ?? 0, backwardDelays.max() ?? 0))
        arrivals = Array(repeating: 0, count: slots * stride)
    }

    /// `[lower, upper]` of what lies `[upper, lower]`, of each pair of layers.
    func untransposed(_ values: [Double]) -> [[Double]] {
        pairs.map { pair in
            (0..<pair.lower.count).flatMap { a in
                (0..<pair.upper.count).map { values[pair.matrix + $0 * pair.lower.count + a] }
            }
        }
    }

    /// Takes what has been summed up, and begins sums anew; traces go on.
    public mutating func takeSums() -> NoisyLIFSums {
        let late = untransposed(after)
        let pairs = zip(pairs, late).map { pair, late in
            zip(late, before[pair.matrix...]).map { $0 - $1 }
        }
        let sums = NoisyLIFSums(
            spikes: row(.spikes), answers: row(.answers), fluctuations: row(.fluctuations),
            probed: row(.probed), pairs: pairs)
        for index in Row.spikes.rawValue * stride..<rows.count { rows[index] = 0 }
        for index in after.indices {
            after[index] = 0
            before[index] = 0
        }
        return sums
    }
}

// MARK: - State

extension NoisyLIFPopulation {
    /// Rows of the state in the order of the kernel.
    public enum Row: Int, CaseIterable, Sendable {
        /// v.
        case membrane
        /// I.
        case current
        /// Steps for which the membrane is held yet.
        case refractory
        /// x, of spikes.
        case trace
        /// X, of the filtered spikes.
        case own
        /// p₁ and p₂, whose difference filters spikes.
        case slow, fast
        /// y, of own noise.
        case response
        /// q, of probes.
        case probe
        /// N, R, A, Q.
        case spikes, answers, fluctuations, probed
    }

    static let stateRows = Row.allCases.count

    /// A row of the state, a number for each neuron.
    public func row(_ row: Row) -> [Double] {
        Array(rows[row.rawValue * stride..<row.rawValue * stride + count])
    }
}
