/// Compares gradients from the tape with central differences.
///
///     g_i ≈ (f(x + h e_i) − f(x − h e_i)) / 2h
///
/// Meant for smooth functions and for custom operations: a spike itself has no derivative to compare
/// with, its surrogate does not claim to be one.
public struct GradientCheck: Sendable {
    /// Half the distance between the two evaluations.
    public var stepSize: Float = 1e-2
    /// Most elements tried per input; they are spread evenly.
    public var elementsPerInput = 24

    /// A check with the default step.
    public init(stepSize: Float = 1e-2, elementsPerInput: Int = 24) {
        self.stepSize = stepSize
        self.elementsPerInput = elementsPerInput
    }

    /// The largest difference between tape and central differences, relative to the largest gradient
    /// element of the same input (or to 1 if that is smaller).
    ///
    /// - Parameter function: maps the inputs to a single number.
    public func largestError(at inputs: [Tensor], of function: ([Tensor]) -> Tensor) -> Float {
        let variables = inputs.map { $0.tracked() }
        let gradients = function(variables).gradients(for: variables)
        var worst: Float = 0
        for (index, input) in inputs.enumerated() {
            let gradient = gradients[index].scalars
            let scale = max(1, gradient.map(abs).max() ?? 0)
            let stride = max(1, input.count / elementsPerInput)
            for element in Swift.stride(from: 0, to: input.count, by: stride) {
                let difference =
                    (value(function, inputs, index, element, stepSize)
                        - value(function, inputs, index, element, -stepSize)) / (2 * stepSize)
                worst = max(worst, abs(difference - gradient[element]) / scale)
            }
        }
        return worst
    }

    private func value(
        _ function: ([Tensor]) -> Tensor, _ inputs: [Tensor], _ index: Int, _ element: Int,
        _ change: Float
    ) -> Float {
        var moved = inputs
        var scalars = inputs[index].scalars
        scalars[element] += change
        moved[index] = Tensor(scalars, shape: inputs[index].shape)
        return function(moved).scalar
    }
}
