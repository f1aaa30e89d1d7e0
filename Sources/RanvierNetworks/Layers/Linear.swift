import RanvierTensors

/// All-to-all synapses.
///
///     y[t, b, j] = Σ_i x[t, b, i] w[i, j] + b[j]
///
/// Weights lie `[inputs, outputs]` in memory, so that the outgoing weights of an input are contiguous: a
/// spike adds one row. Initialisation: uniform in ±1/√inputs, times `gain`.
public struct Linear: Layer {
    /// `linear`.
    public static let kind = "linear"
    /// Number of inputs.
    public let inputs: Int
    /// Number of outputs.
    public let outputs: Int
    /// `[inputs, outputs]`.
    public let weights: Parameter
    /// `[outputs]`, or nil.
    public let bias: Parameter?

    /// Synapses from `inputs` to `outputs` neurons.
    ///
    /// - Parameter gain: factor on the initial weights; larger values wake silent layers.
    public init(_ inputs: Int, _ outputs: Int, hasBias: Bool = true, gain: Float = 1) {
        precondition(inputs > 0 && outputs > 0, "a linear layer needs inputs and outputs")
        self.inputs = inputs
        self.outputs = outputs
        weights = Parameter(
            shape: [inputs, outputs], initialization: .uniform(fanIn: inputs, gain: gain))
        bias =
            hasBias
            ? Parameter(
                shape: [outputs], initialization: .uniform(fanIn: inputs), decays: false) : nil
    }

    /// Synapses with given weights `[inputs, outputs]` and bias.
    public init(weights: Tensor, bias: Tensor? = nil) {
        precondition(weights.rank == 2, "weights are [inputs, outputs], not \(weights.shape)")
        inputs = weights.shape[0]
        outputs = weights.shape[1]
        self.weights = Parameter(value: weights)
        self.bias = bias.map { Parameter(value: $0, decays: false) }
    }

    /// `weights`, `bias`.
    public var parameters: [(name: String, parameter: Parameter)] {
        [("weights", weights)] + (bias.map { [("bias", $0)] } ?? [])
    }

    /// False.
    public var remembers: Bool { false }

    /// `[outputs]`, for features that have `inputs` elements in all.
    public func outputShape(for input: [Int]) throws(ShapeMismatch) -> [Int] {
        guard input.elementCount == inputs else {
            throw ShapeMismatch(expected: "\(inputs) inputs", found: input)
        }
        return [outputs]
    }

    /// `[T, B, features…]` to `[T, B, outputs]`; features are flattened.
    public func callAsFunction(_ input: Tensor, in context: ForwardContext) -> Tensor {
        let x = input.rank > 3 ? input.flattened(from: 2) : input
        if context.observer != nil { context.observe(.operations(operations(for: x))) }
        return x.matrixProduct(weights.tensor, bias: bias?.tensor)
    }

    /// Fan-out of each spike is the number of outgoing weights that are not zero.
    private func operations(for input: Tensor) -> OperationCount {
        let alive = weights.value.scalars
        switch input.storageKind {
        case .constantInTime:
            let live = alive.count { $0 != 0 }
            return OperationCount(multiplyAccumulate: input.shape[1] * live)
        case .dense:
            let live = alive.count { $0 != 0 }
            return OperationCount(multiplyAccumulate: input.shape[0] * input.shape[1] * live)
        case .spikes:
            let perInput = input.sum(axes: [0]).sum(axes: [0]).scalars
            var total = 0
            for i in 0..<inputs where perInput[i] != 0 {
                let fanOut = alive[i * outputs..<(i + 1) * outputs].count { $0 != 0 }
                total += Int(perInput[i]) * fanOut
            }
            return OperationCount(synaptic: total)
        }
    }
}
