// Sequences that are the same at every step. Both directions hand a gradient through unchanged, because
// the gradient of a constant sequence is by definition that of its one step (see `gradientShape`).

extension Tensor {
    /// A sequence `[steps, …]` of this tensor, stored once; gradients of its steps add up.
    public func repeatedInTime(steps: Int) -> Tensor {
        let value = Tensor(constantInTime: self, steps: steps)
        return Tape.record(value, inputs: [self]) { [$0] }
    }

    /// The single step of a sequence that is constant in time, differentiable; else nil.
    package var trackedStep: Tensor? {
        guard let step = constantStep else { return nil }
        return Tape.record(step, inputs: [self]) { [$0] }
    }

    /// Applies an operation that treats all steps alike to the one step that stands for all.
    /// Returns nil where the tensor is not constant in time.
    package func mappingStep(_ operation: (Tensor) -> Tensor) -> Tensor? {
        guard let step = trackedStep else { return nil }
        return operation(step).repeatedInTime(steps: shape[0])
    }

    /// Number and rank of the steps if the result of an element-wise operation is constant in time.
    static func commonConstantSteps(_ a: Tensor, _ b: Tensor) -> (count: Int, rank: Int)? {
        let rank = max(a.rank, b.rank)
        var steps: Int?
        for tensor in [a, b] where tensor.rank == rank {
            guard tensor.storageKind == .constantInTime else {
                if rank > 0, tensor.shape[0] == 1 { continue }
                return nil
            }
            if let steps, steps != tensor.shape[0] { return nil }
            steps = tensor.shape[0]
        }
        return steps.map { ($0, rank) }
    }

    /// This operand of one step of a sequence of the given rank.
    func step(ofRank sequenceRank: Int) -> Tensor {
        if let step = trackedStep { return step }
        return rank == sequenceRank ? reshaped(to: Array(shape.dropFirst())) : self
    }
}
