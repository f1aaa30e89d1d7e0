import Foundation
import RanvierTensors

/// Layers of pyramidal cells that learn from a teacher by errors in their apical dendrites, all of them spiking.
///
///     v_bas = W z(lower)                          u = b + v_bas + λ_api v_api
///     v_api = B z(upper) − B z(inter)             u_inter = b_upper + W_upper z(own)
///     output: u = b + v_bas + λ_n (ū_target − v̄_bas − b)
///
/// z is 1 for τ steps after a spike; a cell that is not refractory fires with probability `1 / (1 + exp(−(u − ln τ)))`. An
/// interneuron hears what the cell above it hears and no teacher, so that the apical voltage is what the teacher changes up
/// there. At each spike of a lower cell, with averages ū, v̄ and φ the logistic function:
///
///     ΔW = η [φ(ū) − φ(v̄_bas + b)]
///
/// In phases of alignment forward weights stay, interneurons and teacher are off, λ_api is 1, and feedback weights follow
/// spike-timing alignment with all pairs of spikes, τ_S = τ.
///
/// Source: section 4 of the specification, after arXiv:2503.02642. What is not said there and chosen here: averages are over
/// the last steps, as many as the lag, so that a pattern learns nothing from the one before; the teacher is a network of the same kind that hears the spikes of the same input cells, and its output's
/// average is the target; biases do not learn; feedback starts as forward weights do.
public struct Microcircuit: Sendable {
    /// How it is built and taught.
    public let settings: MicrocircuitSettings
    /// Cells of each layer, the input first.
    public let sizes: [Int]
    /// Biases of the cells of each layer but the input.
    public let biases: [Double]
    /// Forward weights of each pair of layers, `[lower, upper]`.
    public internal(set) var forward: [[Double]]
    /// Feedback weights of each pair of layers but the first, `[lower, upper]`.
    public internal(set) var feedback: [[Double]]
    /// Forward weights of the teacher.
    public let teacher: [[Double]]
    /// Biases of the teacher.
    public let teacherBiases: [Double]

    let random: RandomStream
    let forwardPlasticity: [Double]
    let backwardPlasticity: [Double]
    let interneuronGains: [Double]
    let interneuronWeights: [Double]
    var left: [Int32]
    var means: [Double]
    var history: [Double]
    var traces: [Double]
    var apicalSums: [Double]
    var step = 0
    var summedSteps = 0

    /// A student and its teacher before the first pattern.
    ///
    /// - Parameters:
    ///   - sizes: cells of each layer, three layers or more.
    ///   - teacher: forward weights of each pair of layers, `[lower, upper]`.
    ///   - teacherBiases: of all layers but the input.
    ///   - biases: of the student.
    ///   - forward: weights of the student; nil for uniform numbers in −3 … 3 from the seed.
    ///   - feedback: of each pair of layers but the first; nil for such numbers, too.
    /// - Throws: ``AlignmentError/setting(name:expected:found:)`` where numbers do not fit, and for imperfections that this
    ///   circuit has no place for.
    public init(
        sizes: [Int], teacher: [[Double]], teacherBiases: [Double], biases: [Double],
        settings: MicrocircuitSettings = MicrocircuitSettings(),
        forward: [[Double]]? = nil, feedback: [[Double]]? = nil, seed: UInt64
    ) throws(AlignmentError) {
        guard sizes.count >= 3, sizes.allSatisfy({ $0 > 0 }) else {
            throw .setting(
                name: "layers", expected: "three or more with cells", found: "\(sizes)")
        }
        let own = settings.imperfections
        guard own.weightBits == nil, own.delay == 0 else {
            throw .setting(
                name: own.delay > 0 ? "delay" : "weight-bits",
                expected: "none in a microcircuit, whose weights change at every spike",
                found: own.delay > 0 ? "\(own.delay)" : "\(own.weightBits ?? 0)")
        }
        let pairs = zip(sizes, sizes.dropFirst()).map { $0 * $1 }
        let learning = sizes.dropFirst().reduce(0, +)
        guard teacher.map(\.count) == pairs, teacherBiases.count == learning,
            biases.count == learning
        else {
            throw .setting(
                name: "teacher", expected: "weights \(pairs) and \(learning) biases twice",
                found: "\(teacher.map(\.count)), \(teacherBiases.count) and \(biases.count)")
        }
        func drawn(_ name: String, _ counts: [Int]) -> [[Double]] {
            counts.enumerated().map { pair, count in
                RandomStream(seed: seed, name: "microcircuit." + name).substream(pair)
                    .uniform(count: count).map { 6 * Double($0) - 3 }
            }
        }
        /// Weights with the device's noise and without its dead synapses, and how much each learns.
        func real(_ weights: [[Double]], _ way: String) -> (
            weights: [[Double]], plasticity: [Double]
        ) {
            func stream(_ part: String, _ pair: Int) -> RandomStream {
                Imperfections.stream(seed: seed, part: way + part, matrix: pair)
            }
            var plasticity: [Double] = []
            let found = weights.enumerated().map { pair, weights in
                let count = weights.count
                let alive = own.alive(count, stream: stream("dead", pair))
                let movable = own.movable(count, stream: stream("stuck", pair))
                let factors = own.plasticityFactors(count, stream: stream("plasticity", pair))
                let offsets = own.weightOffsets(count, stream: stream("noise", pair))
                plasticity += (0..<count).map { alive[$0] && movable[$0] ? factors[$0] : 0 }
                return (0..<count).map { alive[$0] ? weights[$0] + offsets[$0] : 0 }
            }
            return (found, plasticity)
        }
        let upward = real(forward ?? drawn("forward", pairs), "forward.")
        let downward = real(feedback ?? drawn("feedback", Array(pairs.dropFirst())), "feedback.")
        guard upward.weights.map(\.count) == pairs,
            downward.weights.map(\.count) == Array(pairs.dropFirst())
        else {
            throw .setting(
                name: "weights", expected: "\(pairs), feedback without the first",
                found: "\(upward.weights.map(\.count)), \(downward.weights.map(\.count))")
        }
        self.settings = settings
        self.sizes = sizes
        self.biases = biases
        self.teacher = teacher
        self.teacherBiases = teacherBiases
        self.forward = upward.weights
        self.feedback = downward.weights
        forwardPlasticity = upward.plasticity
        backwardPlasticity = downward.plasticity
        random = RandomStream(seed: seed, name: "microcircuit")
        let inter = sizes.dropFirst(2).reduce(0, +)
        interneuronGains = Imperfections.factors(
            inter, spread: own.mismatch,
            stream: Imperfections.stream(seed: seed, part: "interneurons.gain"))
        interneuronWeights = Imperfections.factors(
            backwardPlasticity.count, spread: own.mismatch,
            stream: Imperfections.stream(seed: seed, part: "interneurons.weights"))
        let student = sizes.reduce(0, +)
        left = Array(repeating: 0, count: student + inter + learning)
        means = Array(repeating: 0, count: 3 * learning)
        history = Array(repeating: 0, count: 3 * learning * settings.averaging)
        traces = Array(repeating: 0, count: student)
        apicalSums = Array(repeating: 0, count: 2 * (learning - (sizes.last ?? 0)))
    }

    /// What lets a pattern run.
    public enum Phase: Sendable {
        /// The teacher nudges the output, and forward weights learn unless `learns` is false.
        case teaching(learns: Bool)
        /// Nobody nudges, nothing learns.
        case free
        /// Feedback weights learn.
        case aligning
    }

    /// Shows a pattern, without learning in its first steps.
    ///
    /// - Parameter occupancies: share of time for which each input cell is refractory, above 0 and below 1.
    public mutating func show(_ occupancies: [Double], _ phase: Phase) {
        let all = settings.pattern * settings.refractorySteps
        let lag = min(settings.lag, all)
        let drives = occupancies.map { log($0 / (1 - $0)) }
        switch phase {
        case .teaching(let learns):
            run(lag, drives, .teaching(learns: false))
            forgetSums()
            run(all - lag, drives, .teaching(learns: learns))
        case .free:
            run(lag, drives, .free)
            forgetSums()
            run(all - lag, drives, .free)
        case .aligning:
            // Traces hold no pair from before.
            for k in traces.indices { traces[k] = 0 }
            forgetSums()
            run(all, drives, .aligning)
        }
    }

    /// An epoch: patterns with a teacher, then those of alignment.
    ///
    /// - Parameter index: of the epoch, for the patterns: occupancies uniform in 0.1 … 0.9.
    public mutating func runEpoch(_ index: Int) {
        let stream = RandomStream(seed: random.seed, name: "microcircuit.patterns").substream(index)
        let draws = stream.uniform(count: settings.patterns * sizes[0]).map {
            0.1 + 0.8 * Double($0)
        }
        let teaching = max(settings.patterns - settings.alignmentPatterns, 0)
        for pattern in 0..<settings.patterns {
            let inputs = Array(draws[pattern * sizes[0]..<(pattern + 1) * sizes[0]])
            if pattern < teaching {
                show(inputs, .teaching(learns: true))
            } else if settings.feedback == .aligned {
                show(inputs, .aligning)
            }
        }
    }

    /// Mean and mean square of the apical voltage of each hidden cell since the lag of the last pattern.
    public var apicalVoltages: (mean: [Double], square: [Double]) {
        let steps = Double(max(summedSteps, 1)), half = apicalSums.count / 2
        return (apicalSums[..<half].map { $0 / steps }, apicalSums[half...].map { $0 / steps })
    }

    /// The weights that carry errors down: the forward ones where those are copied.
    public var effectiveFeedback: [[Double]] {
        settings.feedback == .copied ? Array(forward.dropFirst()) : feedback
    }

    /// Occupancies of the output for those of the input, without noise: `p = φ(b + W p)` from layer to layer.
    public static func response(
        to inputs: [Double], sizes: [Int], weights: [[Double]], biases: [Double]
    ) -> [Double] {
        var p = inputs, first = 0
        for (pair, weights) in weights.enumerated() {
            let upper = sizes[pair + 1]
            p = (0..<upper).map { i in
                let u = p.indices.reduce(biases[first + i]) { $0 + p[$1] * weights[$1 * upper + i] }
                return 1 / (1 + exp(-u))
            }
            first += upper
        }
        return p
    }

    /// Mean distance of the student's output from the teacher's over inputs, all input cells alike: occupancies 0.1 … 0.9.
    public var outputDistance: Double {
        let inputs = (0...8).map { 0.1 + 0.1 * Double($0) }
        let distances = inputs.flatMap { input in
            let shown = Array(repeating: input, count: sizes[0])
            let own = Self.response(to: shown, sizes: sizes, weights: forward, biases: biases)
            let taught = Self.response(
                to: shown, sizes: sizes, weights: teacher, biases: teacherBiases)
            return zip(own, taught).map { abs($0 - $1) }
        }
        return distances.reduce(0, +) / Double(max(distances.count, 1))
    }

    private mutating func forgetSums() {
        summedSteps = 0
        for k in apicalSums.indices { apicalSums[k] = 0 }
    }
}
