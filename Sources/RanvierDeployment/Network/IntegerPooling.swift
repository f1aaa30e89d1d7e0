import RanvierTensors

/// Pooling of windows of an image, channels last.
public struct IntegerPooling: Sendable, Hashable {
    /// What a window gives.
    public enum Rule: String, Sendable, Hashable, CaseIterable {
        /// The largest: of spikes whether there is one. What lies outside the image does not count.
        case maximum
        /// The sum: of spikes their number. The mean's divisor lies in the next layer's scale.
        case sum
    }

    /// Name of the layer.
    public let name: String
    /// What a window gives.
    public let rule: Rule
    /// Size, stride and padding.
    public let window: ImageWindow
    /// Height, width and channels of what comes in.
    public let inputShape: [Int]
    /// Height, width and channels of what goes out.
    public let outputShape: [Int]

    /// Pooling of a layer.
    ///
    /// - Throws: ``IntegerNetworkError`` for a window that does not fit the image.
    public init(
        name: String, rule: Rule, window: ImageWindow, inputShape: [Int]
    ) throws(IntegerNetworkError) {
        guard inputShape.count == 3,
            let size = window.outputSize(height: inputShape[0], width: inputShape[1])
        else {
            throw .layer(
                name: name, what: "window",
                expected: "one that fits images [height, width, channels]",
                found: "\(window.height) × \(window.width) for \(inputShape)")
        }
        self.name = name
        self.rule = rule
        self.window = window
        self.inputShape = inputShape
        outputShape = [size.height, size.width, inputShape[2]]
    }
}
