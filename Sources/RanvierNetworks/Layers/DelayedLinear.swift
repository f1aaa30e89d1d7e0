import Foundation
import RanvierConfiguration
import RanvierTensors

/// All-to-all synapses with a delay of their own each.
///
///     y[t, b, j] = Σ_i w[i, j] x(t − d[i, j], b, i) + c[j]
///     x(t − d) = (1 − f) x[t − k] + f x[t − k − 1],   k = ⌊d⌋, f = d − k
///
/// A delay between two steps is interpolated, and so has a derivative, `w (x[t − k − 1] − x[t − k])`, by which it
/// can be learned; delays stay in 0 … maximum. Source: fixed and learned delays as in Hammouamri et al. 2024,
/// with linear interpolation in place of their Gaussian.
///
/// All taps are one matrix product over all steps; memory grows with the number of taps.
public struct DelayedLinear: DescribedLayer {
    /// What can be chosen of the synapses.
    public struct Options: Configurable {
        /// Number of inputs; nil for as many as there are.
        public var inputs: Int?
        /// Number of outputs.
        public var outputs = 1
        /// Largest delay in seconds.
        public var maximumDelay = 0.0
        /// Whether training changes the delays.
        public var learnsDelays = false
        /// Whether a bias is added.
        public var hasBias = true
        /// Factor on the first weights.
        public var gain: Float = 1

        /// One output, no delay.
        public init() {}

        /// The keys of a configuration.
        public static let schema = Schema<Options> {
            Field.optionalInteger("inputs", \.inputs, in: 1..., drawn: nil)
            Field.integer("outputs", \.outputs, in: 1..., isRequired: true)
            Field.number(
                "maximum-delay", \.maximumDelay, in: 0..., isRequired: true, drawn: 0...4e-3)
            Field.boolean("learns-delays", \.learnsDelays)
            Field.refusing("learns-delays") {
                $0.learnsDelays && $0.maximumDelay == 0
            } because: { _ in
                "has no effect with maximum-delay 0: delays stay in 0 … maximum-delay"
            } settle: {
                $0.learnsDelays = false
            }
            Field.boolean("bias", \.hasBias)
            Field.number("gain", \.gain, in: .positive)
        }
    }

    /// `delayed-linear`.
    public static let kind = "delayed-linear"
    /// Sizes, delays, and how the first weights are drawn.
    public let options: Options
    /// Number of inputs.
    public let inputs: Int
    /// Largest delay in steps.
    public let maximumDelay: Int
    /// `[inputs, outputs]`.
    public let weights: Parameter
    /// Delays in steps, `[inputs, outputs]`.
    public let delays: Parameter
    /// `[outputs]`, or nil.
    public let bias: Parameter?

    /// Number of outputs.
    public var outputs: Int { options.outputs }

    /// Synapses with delays drawn uniformly from 0 … maximum.
    ///
    /// - Parameters:
    ///   - maximumDelay: in seconds; rounded up to whole steps of `timeStep`.
    ///   - learnsDelays: whether training changes them.
    public init(
        _ inputs: Int, _ outputs: Int, maximumDelay: Double, timeStep: Double,
        learnsDelays: Bool = false, hasBias: Bool = true, gain: Float = 1
    ) {
        let options = Options().with {
            ($0.outputs, $0.maximumDelay, $0.learnsDelays) = (outputs, maximumDelay, learnsDelays)
            ($0.hasBias, $0.gain) = (hasBias, gain)
        }
        self.init(options, inputs: inputs, timeStep: timeStep)
    }

    /// Synapses as described.
    ///
    /// - Throws: `MemoryNeedError` where the delays have more steps than memory holds weights for.
    public init(_ options: Options, at site: LayerSite) throws {
        let inputs = options.inputs ?? site.features
        let taps = 1 + options.maximumDelay / site.timeStep
        try MemoryNeed(
            "maximum-delay of '\(Self.kind)', \(options.maximumDelay) s in steps of "
                + "\(site.timeStep) s for \(inputs) × \(options.outputs) synapses",
            bytes: MemoryNeed.bytes(of: [inputs, options.outputs]) * taps,
            advice: "take a shorter delay, or longer steps"
        ).check()
        self.init(options, inputs: inputs, timeStep: site.timeStep)
    }

    private init(_ options: Options, inputs: Int, timeStep: Double) {
        let outputs = options.outputs
        precondition(inputs > 0 && outputs > 0, "a linear layer needs inputs and outputs")
        precondition(options.maximumDelay >= 0 && timeStep > 0, "a delay cannot be negative")
        self.options = options.with {
            $0.inputs = inputs
            // What has no effect is not kept: configurations refuse it.
            $0.learnsDelays = $0.learnsDelays && $0.maximumDelay > 0
        }
        self.inputs = inputs
        let steps = Int(min(options.maximumDelay / timeStep - 1e-9, 1e9).rounded(.up))
        maximumDelay = max(steps, 0)
        weights = Parameter(
            shape: [inputs, outputs], initialization: .uniform(fanIn: inputs, gain: options.gain))
        delays = Parameter(
            shape: [inputs, outputs], initialization: .between(0, Float(maximumDelay)),
            isTrainable: self.options.learnsDelays, decays: false)
        bias =
            options.hasBias
            ? Parameter(shape: [outputs], initialization: .uniform(fanIn: inputs), decays: false)
            : nil
    }

    /// Delays mean nothing without time: a linear layer.
    public static func artificial(_ options: Options, at site: LayerSite) -> [any Layer] {
        [
            Linear(
                options.inputs ?? site.features, options.outputs, hasBias: options.hasBias,
                gain: options.gain)
        ]
    }

    /// Synapses with given weights and delays, `[inputs, outputs]` each.
    ///
    /// - Parameter delays: in seconds; they stay as they are.
    public init(weights: Tensor, delays: Tensor, timeStep: Double, bias: Tensor? = nil) {
        precondition(
            weights.rank == 2 && weights.shape == delays.shape,
            "weights \(weights.shape) and delays \(delays.shape) are not alike")
        let steps = delays.scalars.map { Double($0) / timeStep }
        precondition(steps.allSatisfy { $0 >= 0 && $0.isFinite }, "a delay cannot be negative")
        inputs = weights.shape[0]
        // A delay that is a whole number of steps but for rounding counts as whole.
        let whole = steps.map { abs($0 - $0.rounded()) < 1e-4 ? $0.rounded() : $0 }
        let longest = Int((whole.max() ?? 0).rounded(.up))
        maximumDelay = longest
        options = Options().with {
            ($0.inputs, $0.outputs) = (weights.shape[0], weights.shape[1])
            ($0.maximumDelay, $0.hasBias) = (Double(longest) * timeStep, bias != nil)
        }
        self.weights = Parameter(value: weights)
        self.delays = Parameter(
            value: Tensor(whole.map { Float($0) }, shape: delays.shape), isTrainable: false,
            decays: false)
        self.bias = bias.map { Parameter(value: $0, decays: false) }
    }

    /// `weights`, `delays`, `bias`.
    public var parameters: [(name: String, parameter: Parameter)] {
        [("weights", weights), ("delays", delays)] + (bias.map { [("bias", $0)] } ?? [])
    }

    /// `[outputs]`, for features that have `inputs` elements in all.
    public func outputShape(for input: [Int]) throws(ShapeMismatch) -> [Int] {
        guard input.elementCount == inputs else {
            throw ShapeMismatch(expected: "\(inputs) inputs", found: input)
        }
        return [outputs]
    }

    /// Sums that are still to come.
    public func stateCount(for input: [Int]) -> Int { maximumDelay * outputs }

    /// Delays after which nothing arrives before the sequence ends.
    public func doubts(timeStep: Double, steps: Int) -> [String] {
        guard maximumDelay > steps - 1 else { return [] }
        let late = delays.value.scalars.count { $0 > Float(steps - 1) }
        let share = (1000 * Double(late) / Double(inputs * outputs)).rounded() / 10
        let longest = Double(steps - 1) * timeStep
        return [
            "delays of up to \(options.maximumDelay) s in a sequence of \(steps) steps of "
                + "\(timeStep) s: what \(share) % of the synapses carry arrives after the end; "
                + "a maximum-delay of at most \(longest) s has an effect"
        ]
    }

    private var taps: Int { maximumDelay + 1 }

    /// Weights per tap, `[inputs, taps · outputs]`.
    private var tapWeights: Tensor {
        Self.tapWeights(weights.tensor, delays.tensor, taps: taps)
    }

    /// `w_k = w ((1 − f) [k = ⌊d⌋] + f [k = ⌊d⌋ + 1])`, with the derivative to the right at whole delays.
    static func tapWeights(_ weights: Tensor, _ delays: Tensor, taps: Int) -> Tensor {
        let shape = weights.shape, (rows, columns) = (shape[0], shape[1])
        let w = weights.scalars, d = delays.scalars
        let places = d.map { delay -> (first: Int, share: Float) in
            let inside = min(max(delay, 0), Float(taps - 1))
            // The last tap has no successor; the derivative there is that from the left.
            let first = min(Int(inside), max(taps - 2, 0))
            return (first, taps > 1 ? inside - Float(first) : 0)
        }
        @Sendable func index(_ element: Int, _ tap: Int) -> Int {
            (element / columns * taps + tap) * columns + element % columns
        }
        var spread = [Float](repeating: 0, count: rows * taps * columns)
        for (element, place) in places.enumerated() {
            spread[index(element, place.first)] = w[element] * (1 - place.share)
            if taps > 1 { spread[index(element, place.first + 1)] = w[element] * place.share }
        }
        let value = Tensor(spread, shape: [rows, taps * columns])
        return Tape.record(value, inputs: [weights, delays]) { gradient in
            let g = gradient.scalars
            var toWeights = [Float](repeating: 0, count: w.count), toDelays = toWeights
            for (element, place) in places.enumerated() {
                let near = g[index(element, place.first)]
                let far = taps > 1 ? g[index(element, place.first + 1)] : near
                toWeights[element] = near * (1 - place.share) + far * place.share
                toDelays[element] = w[element] * (far - near)
            }
            return [Tensor(toWeights, shape: shape), Tensor(toDelays, shape: shape)]
        }
    }

    /// `[T, B, features…]` to `[T, B, outputs]`.
    public func callAsFunction(_ input: Tensor, in context: ForwardContext) -> Tensor {
        let x = input.rank > 3 ? input.flattened(from: 2) : input
        let steps = x.shape[0], samples = x.shape[1]
        observeOperations(for: x, in: context)
        context.inspect(
            .input(
                SynapseRecord(
                    x, fanOut: weights.fanOut(inputs: inputs), places: inputs * outputs)))
        let all = x.matrixProduct(tapWeights)
        if taps == 1 { return bias.map { all + $0.tensor } ?? all }
        // Of a constant sequence the products are done once; their sums differ from step to step.
        let products = all.dense.reshaped(to: [steps, samples, taps, outputs])
        // Oldest first, as the step form adds them.
        var sum = Tensor.zeros([steps, samples, outputs])
        for tap in stride(from: min(maximumDelay, steps - 1), through: 0, by: -1) {
            let part = products.slice(0..<steps - tap).slice(tap..<tap + 1, along: 2)
                .reshaped(to: [steps - tap, samples, outputs])
            let shifted =
                tap == 0
                ? part : Tensor.concatenate([.zeros([tap, samples, outputs]), part])
            sum = sum + shifted
        }
        return bias.map { sum + $0.tensor } ?? sum
    }

    /// One step; the state holds the sums that are still to come.
    public func step(_ input: Tensor, state: LayerState?, in context: ForwardContext) -> (
        output: Tensor, state: LayerState?
    ) {
        let x = input.rank > 2 ? input.flattened(from: 1) : input
        let samples = x.shape[0]
        observeOperations(for: x.reshaped(to: [1] + x.shape), in: context)
        let products = x.reshaped(to: [1] + x.shape).matrixProduct(tapWeights)
            .reshaped(to: [samples, taps, outputs])
        let pending = (state?["pending"] ?? .zeros([samples, taps, outputs])) + products
        let now = pending.slice(0..<1, along: 1).reshaped(to: [samples, outputs])
        let rest = Tensor.concatenate(
            [pending.slice(1..<taps, along: 1), .zeros([samples, 1, outputs])], along: 1)
        return (bias.map { now + $0.tensor } ?? now, LayerState(["pending": rest]))
    }

    /// A synapse counts once, when its spike arrives at its tap, whether in time or after the end.
    private func observeOperations(for x: Tensor, in context: ForwardContext) {
        guard context.observer != nil else { return }
        context.observe(
            .operations(
                OperationCount(
                    of: x, fanOut: weights.fanOut(inputs: inputs), signal: context.signal)))
    }
}
