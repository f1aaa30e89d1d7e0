import RanvierTensors

extension Network {
    /// Truncated backpropagation through time: the sum of the losses of consecutive parts of a sequence, and its
    /// gradients, with the state handed from part to part as a constant.
    ///
    /// Memory is that of one part. With a window as long as the sequence the gradients are exact.
    ///
    /// - Parameters:
    ///   - sequence: `[T, B, …]`.
    ///   - window: steps of a part; the last one may be shorter.
    ///   - loss: from the output of a part and its steps to a single number.
    /// - Returns: the sum of the losses, and a gradient for each of ``trainableParameters``.
    public func truncatedValueAndGradients(
        over sequence: Tensor, window: Int, in context: ForwardContext,
        loss: (_ output: Tensor, _ steps: Range<Int>) -> Tensor
    ) -> (loss: Tensor, gradients: [Tensor]) {
        precondition(window > 0, "a window needs at least one step, not \(window)")
        var total = Tensor(0)
        var sums: [Tensor] = []
        var state: LayerState?
        for first in stride(from: 0, to: sequence.shape[0], by: window) {
            let steps = first..<min(first + window, sequence.shape[0])
            let (value, gradients) = valueAndGradients {
                let response = run(sequence.slice(steps), state: state, in: context)
                state = response.state.detached
                return loss(response.output, steps)
            }
            total = total + value.detached
            sums = sums.isEmpty ? gradients : zip(sums, gradients).map { $0 + $1 }
        }
        return (total, sums)
    }
}
