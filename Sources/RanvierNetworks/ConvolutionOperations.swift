import RanvierTensors

/// Operations of a convolution, counted exactly: weights of value 0 and taps outside the image do not count.
struct ConvolutionOperations {
    let window: ImageWindow
    let groups: Int
    private let outputs: Int
    /// Whether each weight is not 0, `[O][C / groups][k_h · k_w]`; nil where all are.
    private let mask: [Bool]?

    /// - Parameter weights: `[k_h, k_w, C / groups, O]`.
    init(weights: Tensor, window: ImageWindow, groups: Int) {
        self.window = window
        self.groups = groups
        outputs = weights.shape[3]
        let scalars = weights.scalars
        guard scalars.contains(0) else {
            mask = nil
            return
        }
        let (inputs, outputs, taps) = (weights.shape[2], weights.shape[3], window.area)
        mask = (0..<outputs * inputs * taps).map { place in
            let (tap, input, output) =
                (place % taps, place / taps % inputs, place / taps / inputs)
            return scalars[(tap * inputs + input) * outputs + output] != 0
        }
    }

    /// - Parameter input: `[T, B, H, W, C]`.
    func count(for input: Tensor) -> OperationCount {
        guard
            let shape = try? ConvolutionShape(
                inputChannels: input.shape[4], height: input.shape[2], width: input.shape[3],
                outputChannels: outputs, window: window, groups: groups),
            let fan = try? FanOutMap(shape, mask: mask)
        else { preconditionFailure("the layer took an input that its operations do not") }
        guard input.storageKind == .spikes else {
            let steps = input.storageKind == .constantInTime ? 1 : input.shape[0]
            return OperationCount(multiplyAccumulate: fan.total * input.shape[1] * steps)
        }
        let counts = input.sum(axes: [0]).sum(axes: [0]).scalars
        var total = 0
        for (count, reached) in zip(counts, fan.values) where count != 0 {
            total += Int(count) * reached
        }
        return OperationCount(synaptic: total)
    }
}
