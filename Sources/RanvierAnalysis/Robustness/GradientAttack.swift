import RanvierTensors

/// Smallest changes of images that mislead a network, along the sign of its loss gradient.
///
///     x ← x⁰ + clip(x + step · sign(∂L/∂x) − x⁰, −ε, ε),   then clip to the range of pixels if there is one
///
/// One step of size ε is FGSM (Goodfellow, Shlens & Szegedy 2015), several are PGD (Madry et al. 2018) without random
/// start. Through a spiking network the gradient is that of backpropagation through time with the network's own
/// surrogate, added up over the steps for an image that is shown at every step.
public struct GradientAttack: Sendable, Hashable {
    /// ε, one for all values, one per channel or one per value, in the units of the images handed in.
    public var epsilon: [Float]
    /// Length of a step as a share of ε.
    public var stepShare: Float
    /// Number of steps.
    public var steps: Int
    /// Smallest and largest value per channel (or one pair for all); nil for no bounds.
    public var range: [ClosedRange<Float>]?

    /// An attack.
    public init(
        epsilon: [Float], stepShare: Float, steps: Int, range: [ClosedRange<Float>]? = nil
    ) {
        precondition(steps > 0 && !epsilon.isEmpty, "an attack needs steps and a size")
        precondition(
            epsilon.allSatisfy { $0 >= 0 } && stepShare > 0, "sizes of an attack are positive")
        self.epsilon = epsilon
        self.stepShare = stepShare
        self.steps = steps
        self.range = range
    }

    /// One step of size ε.
    public static func fastGradientSign(
        epsilon: [Float], range: [ClosedRange<Float>]? = nil
    ) -> GradientAttack {
        GradientAttack(epsilon: epsilon, stepShare: 1, steps: 1, range: range)
    }

    /// Twenty steps of ε/10, as Li et al. 2023 attack.
    public static func projectedGradient(
        epsilon: [Float], steps: Int = 20, stepShare: Float = 0.1,
        range: [ClosedRange<Float>]? = nil
    ) -> GradientAttack {
        GradientAttack(epsilon: epsilon, stepShare: stepShare, steps: steps, range: range)
    }

    /// Changes a batch.
    ///
    /// - Parameters:
    ///   - images: `[B, …, C]`.
    ///   - gradient: of the loss by the images it is given, of their shape.
    ///   - didStep: called with the images after each step.
    /// - Returns: the images after the last step.
    public func callAsFunction(
        _ images: Tensor, didStep: (Tensor) -> Void = { _ in },
        gradient: (Tensor) throws -> Tensor
    ) rethrows -> Tensor {
        let origin = images.detached
        let size = perChannel(epsilon, of: images)
        var current = origin
        for _ in 0..<steps {
            let direction = try gradient(current).detached.sign()
            let moved = current + direction * (size * stepShare)
            let change = Tensor.minimum(Tensor.maximum(moved - origin, -size), size)
            current = bounded(origin + change)
            didStep(current)
        }
        return current
    }

    private func bounded(_ images: Tensor) -> Tensor {
        guard let range else { return images }
        let low = perChannel(range.map(\.lowerBound), of: images)
        let high = perChannel(range.map(\.upperBound), of: images)
        return Tensor.minimum(Tensor.maximum(images, low), high)
    }

    private func perChannel(_ values: [Float], of images: Tensor) -> Tensor {
        images.parameters(values)
    }
}

extension Tensor {
    /// Numbers that belong to samples `[B, …, C]`, under a shape that broadcasts to them: one for all, one per channel, or one
    /// per value.
    func parameters(_ values: [Float]) -> Tensor {
        if values.count == 1 { return Tensor(values, shape: []) }
        let sample = Array(shape.dropFirst())
        return Tensor(values, shape: values.count == sample.last ? [values.count] : sample)
    }
}
