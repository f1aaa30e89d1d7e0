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

    /// - Parameters:
    ///   - input: `[T, B, H, W, C]`.
    ///   - signal: what is known of it; nil for what its storage says.
    func count(for input: Tensor, signal: Signal? = nil) -> OperationCount {
        OperationCount(of: input, fanOut: fanOut(for: input.shape), signal: signal)
    }

    /// Living connections of each feature of images `[T, B, H, W, C]`.
    func fanOut(for image: [Int]) -> [Int] { fanOut(for: image, mask: mask) }

    /// Connections if all weights were there.
    func places(for image: [Int]) -> Int { fanOut(for: image, mask: nil).reduce(0, +) }

    private func fanOut(for image: [Int], mask: [Bool]?) -> [Int] {
        guard
            let shape = try? ConvolutionShape(
                inputChannels: image[4], height: image[2], width: image[3],
                outputChannels: outputs, window: window, groups: groups),
            let fan = try? FanOutMap(shape, mask: mask)
        else { preconditionFailure("the layer took an input that its operations do not") }
        return fan.values
    }
}
