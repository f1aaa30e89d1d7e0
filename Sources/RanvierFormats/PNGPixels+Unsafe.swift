import CPNG

/// The samples of a PNG image, palettes and small depths expanded, as the file has them (no correction of gamma).
struct PNGPixels {
    let width: Int
    let height: Int
    /// 1 grey, 2 grey and alpha, 3 colour, 4 colour and alpha.
    let channels: Int
    /// 8 or 16.
    let depth: Int
    /// Row by row; two bytes each, the high one first, where the depth is 16.
    let bytes: [UInt8]

    /// A byte of deflated data stands for at most this many.
    private static let largestRatio = 1032

    /// Reads an image.
    ///
    /// Memory is taken only for what the file can hold: a header that claims more is refused.
    init(_ file: [UInt8], path: String) throws(DataError) {
        func refuse(_ kind: DataError.Kind, _ found: String) -> DataError {
            DataError(
                kind, at: path, expected: "a PNG image", found: found,
                advice: "the file is damaged; save the image again")
        }
        var image = rnv_png_t()
        if let reason = Self.read(file, &image, nil) { throw refuse(.corrupt, reason) }
        let size =
            Int(image.width) * Int(image.height) * Int(image.channels) * Int(image.depth / 8)
        guard size <= ImageFile.largestSize, size / Self.largestRatio <= file.count else {
            throw refuse(
                .corrupt,
                "a header that claims \(image.width) × \(image.height) pixels in a file of \(file.count) "
                    + "bytes")
        }
        var bytes = [UInt8](repeating: 0, count: size)
        let reason = bytes.withUnsafeMutableBufferPointer { Self.read(file, &image, $0) }
        if let reason { throw refuse(.corrupt, reason) }
        (width, height) = (Int(image.width), Int(image.height))
        (channels, depth) = (Int(image.channels), Int(image.depth))
        self.bytes = bytes
    }

    /// What is wrong, in words; nil where all went well.
    private static func read(
        _ file: [UInt8], _ image: inout rnv_png_t, _ pixels: UnsafeMutableBufferPointer<UInt8>?
    ) -> String? {
        var message = [CChar](repeating: 0, count: 256)
        let status = file.withUnsafeBufferPointer { source in
            message.withUnsafeMutableBufferPointer { text in
                rnv_png_read(
                    source.baseAddress, source.count, &image, pixels?.baseAddress,
                    pixels?.count ?? 0, text.baseAddress, text.count)
            }
        }
        guard status != 0 else { return nil }
        return String(
            decoding: message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
