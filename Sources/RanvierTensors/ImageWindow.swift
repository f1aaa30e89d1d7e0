/// A window that slides over images: the reach of a convolution or of pooling.
public struct ImageWindow: Sendable, Hashable {
    /// Rows of the window.
    public var height: Int
    /// Columns of the window.
    public var width: Int
    /// Rows from one position to the next.
    public var strideHeight: Int
    /// Columns from one position to the next.
    public var strideWidth: Int
    /// Rows of padding above and below the image.
    public var paddingHeight: Int
    /// Columns of padding left and right of the image.
    public var paddingWidth: Int

    /// A window with sizes of its own along both axes.
    public init(
        height: Int, width: Int, strideHeight: Int = 1, strideWidth: Int = 1,
        paddingHeight: Int = 0, paddingWidth: Int = 0
    ) {
        precondition(
            height > 0 && width > 0 && strideHeight > 0 && strideWidth > 0,
            "a window and its stride must be at least 1, not \(height)×\(width)")
        precondition(paddingHeight >= 0 && paddingWidth >= 0, "padding cannot be negative")
        self.height = height
        self.width = width
        self.strideHeight = strideHeight
        self.strideWidth = strideWidth
        self.paddingHeight = paddingHeight
        self.paddingWidth = paddingWidth
    }

    /// A square window.
    public init(_ size: Int, stride: Int = 1, padding: Int = 0) {
        self.init(
            height: size, width: size, strideHeight: stride, strideWidth: stride,
            paddingHeight: padding, paddingWidth: padding)
    }

    /// A window over a sequence of positions: one row, `size` columns.
    public init(length size: Int, stride: Int = 1, padding: Int = 0) {
        self.init(height: 1, width: size, strideWidth: stride, paddingWidth: padding)
    }

    /// Number of elements in the window.
    public var area: Int { height * width }

    /// Positions of the window over an image, `⌊(n + 2p − k) / s⌋ + 1` along each axis; nil where the
    /// window is larger than the padded image.
    public func outputSize(height rows: Int, width columns: Int) -> (height: Int, width: Int)? {
        let freeRows = rows + 2 * paddingHeight - height
        let freeColumns = columns + 2 * paddingWidth - width
        guard rows > 0, columns > 0, freeRows >= 0, freeColumns >= 0 else { return nil }
        return (freeRows / strideHeight + 1, freeColumns / strideWidth + 1)
    }
}

extension ImageWindow: CustomStringConvertible {
    /// Size, stride and padding.
    public var description: String {
        "\(height)×\(width), stride \(strideHeight)×\(strideWidth), "
            + "padding \(paddingHeight)×\(paddingWidth)"
    }
}
