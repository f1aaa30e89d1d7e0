import RanvierConfiguration
import RanvierTensors

/// What can be chosen of pooling over square windows.
public struct PoolOptions: Configurable {
    /// Rows and columns of the window.
    public var size = 2
    /// From one window to the next; nil for the size.
    public var stride: Int?
    /// Rows and columns around the image.
    public var padding = 0

    /// Windows of 2 × 2.
    public init() {}

    /// Windows of a size.
    public init(_ size: Int, stride: Int? = nil, padding: Int = 0) {
        self.size = size
        self.stride = stride
        self.padding = padding
    }

    /// The keys of a configuration.
    public static let schema = Schema<PoolOptions> {
        Field.integer("size", \.size, in: ImageWindow.sizes, drawn: 1...3)
        Field.optionalInteger("stride", \.stride, in: ImageWindow.sizes, drawn: 1...3)
        Field.integer("padding", \.padding, in: ImageWindow.paddings, drawn: 0...0)
    }

    var window: ImageWindow { ImageWindow(size, stride: stride ?? size, padding: padding) }
}
