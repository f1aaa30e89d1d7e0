import RanvierTensors

/// How errors reach synapses where a rule of learning does not follow the gradient.
///
/// A forward pass of training asks it at each layer of synapses; see ``ForwardContext/credit``. Without one, everything is the
/// gradient.
public struct CreditAssignment {
    /// Synapses that a forward pass goes through.
    public struct Site {
        /// `[inputs, outputs]`, or the weights of a convolution.
        public let weights: Parameter
        /// What comes in, `[T, B, …]`; on the tape.
        public let input: Tensor
    }

    /// How synapses hand errors back to their inputs.
    public enum Path: Sendable {
        /// Through the transpose of the weights, as the gradient does.
        case transpose
        /// Through weights of their own, of the shape of the forward ones: `δx = δy Bᵀ`.
        case weights(Tensor)
        /// Not at all.
        case blocked
    }

    /// The way back through some synapses.
    public var path: (Site) -> Path
    /// What stands for the input where weights learn, an eligibility trace for example: `ΔW = Σ eᵀ δ`; nil for the input.
    public var presynaptic: (Site) -> Tensor?
    /// Whether neurons hand no error to the step before.
    public var isLocalInTime: Bool

    /// The gradient, unless something else is said.
    public init(
        isLocalInTime: Bool = false, presynaptic: @escaping (Site) -> Tensor? = { _ in nil },
        path: @escaping (Site) -> Path = { _ in .transpose }
    ) {
        self.path = path
        self.presynaptic = presynaptic
        self.isLocalInTime = isLocalInTime
    }
}

extension ForwardContext {
    /// A product of an input with weights, through which errors go back as ``credit`` says.
    ///
    /// - Parameters:
    ///   - product: linear in both.
    ///   - errors: a gradient of the product, handed back through weights: `g, w ↦ ∂⟨g, product(x, w)⟩/∂x`.
    func synapses(
        _ input: Tensor, _ weights: Parameter,
        product: @Sendable (_ input: Tensor, _ weights: Tensor) -> Tensor,
        errors: @escaping @Sendable (_ gradient: Tensor, _ weights: Tensor) -> Tensor
    ) -> Tensor {
        guard let credit, isTraining else { return product(input, weights.tensor) }
        let site = CreditAssignment.Site(weights: weights, input: input)
        let path = credit.path(site), trace = credit.presynaptic(site)
        if case .transpose = path, trace == nil { return product(input, weights.tensor) }
        var output = product(input.detached, weights.tensor)
        if let trace {
            let value = output.detached
            output = Tape.record(value, inputs: [product(trace.detached, weights.tensor)]) { [$0] }
        }
        let back: Tensor
        switch path {
        case .blocked: return output
        case .transpose: back = weights.tensor.detached
        case .weights(let own):
            precondition(
                own.shape == weights.shape,
                "feedback of '\(weights.name)' has shape \(own.shape), not \(weights.shape)")
            back = own.detached
        }
        return Tape.record(output.detached, inputs: [output, input]) { [$0, errors($0, back)] }
    }
}
