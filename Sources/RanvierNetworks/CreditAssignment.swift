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

    /// What synapses still know of earlier inputs, with which their weights learn as if it came in now.
    ///
    ///     ε[t] = λ ε[t−1] + x[t],     ΔW = Σ_t ε[t]ᵀ δ[t]
    ///
    /// The sum is taken backwards, `Σ_t x[t]ᵀ (δ[t] + λ δ[t+1] + …)`, so that spikes stay spikes. Biases learn as weights of an
    /// input that is always 1.
    public struct Trace: Sendable {
        /// λ.
        public var leak: Float
        /// ε before the first step, `[1, B, …]`; nil for 0.
        public var before: Tensor?
        /// The trace of an input that is always 1 before the first step; above 0 where there is a trace.
        public var ofBias: Float

        /// A trace before a part of a sequence.
        public init(leak: Float, before: Tensor? = nil, ofBias: Float = 0) {
            precondition(before == nil || ofBias > 0, "a trace begins with the bias's own")
            self.leak = leak
            self.before = before
            self.ofBias = ofBias
        }
    }

    /// The way back through some synapses.
    public var path: (Site) -> Path
    /// The trace that weights learn with; nil for the input alone. Not beside ``presynaptic``.
    public var trace: (Site) -> Trace?
    /// What stands for the input where weights learn, an eligibility trace for example: `ΔW = Σ eᵀ δ`; nil for the input.
    public var presynaptic: (Site) -> Tensor?
    /// Whether neurons hand no error to the step before.
    ///
    /// A layer that cannot do that stops the program, see ``Layer/canBeLocalInTime``; rules ask beforehand.
    public var isLocalInTime: Bool

    /// The gradient, unless something else is said.
    public init(
        isLocalInTime: Bool = false, presynaptic: @escaping (Site) -> Tensor? = { _ in nil },
        trace: @escaping (Site) -> Trace? = { _ in nil },
        path: @escaping (Site) -> Path = { _ in .transpose }
    ) {
        self.path = path
        self.presynaptic = presynaptic
        self.trace = trace
        self.isLocalInTime = isLocalInTime
    }
}

extension CreditAssignment.Trace {
    /// The output of synapses, whose weights learn with the trace.
    ///
    /// - Parameter product: affine; what makes `output` of the input.
    fileprivate func learned(_ output: Tensor, by product: (Tensor) -> Tensor) -> Tensor {
        // With its bias, the product of ε / c is the share of the past in what c times it counts.
        let (leak, ofBias) = (leak, ofBias)
        let past = before.map { product($0.detached * (1 / ofBias)) }
        return Tape.record(
            output.detached.dense, inputs: [output] + (past.map { [$0] } ?? [])
        ) { gradient in
            let (now, before) = IntegratorDynamics.back(gradient, leak: leak)
            return [now, before * ofBias]
        }
    }
}

extension ForwardContext {
    /// Whether neurons hand no error to the step before in this pass.
    package var isLocalInTime: Bool { isTraining && credit?.isLocalInTime == true }

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
        let path = credit.path(site), own = credit.presynaptic(site), trace = credit.trace(site)
        precondition(
            own == nil || trace == nil, "'\(weights.name)' has a trace and another one in its place"
        )
        if case .transpose = path, own == nil, trace == nil {
            return product(input, weights.tensor)
        }
        var output = product(input.detached, weights.tensor)
        if let own {
            let value = output.detached
            output = Tape.record(value, inputs: [product(own.detached, weights.tensor)]) { [$0] }
        }
        if let trace {
            output = trace.learned(output) { product($0, weights.tensor) }
        }
        guard input.isTracked else { return output }
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
        // With a trace the steps of an input that is always the same differ on the way back, and add up here.
        let addsUp = input.storageKind == .constantInTime && output.storageKind != .constantInTime
        return Tape.record(output.detached, inputs: [output, input]) {
            [$0, errors(addsUp ? $0.sum(axes: [0]) : $0, back)]
        }
    }
}
