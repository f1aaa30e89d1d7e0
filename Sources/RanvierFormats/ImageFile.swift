import Foundation

/// An image in a PNG, PGM or PPM file, plain or gzip: grey or red, green and blue, with up to 16 bits.
///
/// The samples are those of the file: no gamma is corrected. Palettes of PNG become colours, and its small depths 8 bits. An
/// alpha channel is dropped where it is opaque everywhere and refused otherwise, because what lies behind is not said. Of PGM and PPM
/// both forms are read, in letters (P2, P3) and in bytes (P5, P6), one image to a file.
///
/// Sources: W3C, "Portable Network Graphics (PNG) Specification"; the Netpbm project, `pgm(5)` and `ppm(5)`.
public struct ImageFile: Sendable {
    /// The file.
    public let path: String
    /// `PNG`, `PGM` or `PPM`.
    public let format: String
    /// Rows.
    public let height: Int
    /// Columns.
    public let width: Int
    /// 1 for grey, 3 for red, green and blue.
    public let channels: Int
    /// The value of full brightness: 255, 65535, or what the file states.
    public let maximum: Int
    /// `[height, width, channels]` in row-major order, from 0 to ``maximum``.
    public let samples: [UInt16]

    /// Ends of the names of files in these formats.
    public static let suffixes = [".png", ".pgm", ".ppm"]

    /// Most bytes of an image: 2²⁸.
    static let largestSize = 1 << 28

    /// Reads a file whole.
    ///
    /// - Throws: ``DataError`` that names the file: another format, damaged, truncated, bytes after the end, transparent
    ///   pixels, more than 2²⁸ bytes.
    public init(contentsOf url: URL) throws(DataError) {
        let reader = try FileReader(url)
        path = reader.path
        let bytes = try reader.read(upTo: 8 * Self.largestSize)
        if bytes.starts(with: Self.pngMagic) {
            let image = try PNGPixels(bytes, path: path)
            format = "PNG"
            (height, width) = (image.height, image.width)
            maximum = image.depth == 16 ? 65535 : 255
            (channels, samples) = try Self.opaque(image, path: path)
            return
        }
        let image = try PNMPixels(bytes, path: path)
        format = image.channels == 1 ? "PGM" : "PPM"
        (height, width, channels) = (image.height, image.width, image.channels)
        (maximum, samples) = (image.maximum, image.samples)
    }

    static let pngMagic: [UInt8] = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]

    /// Whether a file that starts like this is an image of one of the formats.
    package static func isImage(_ start: [UInt8]) -> Bool {
        start.starts(with: pngMagic) || PNMPixels.isImage(start)
    }

    /// The samples without alpha.
    private static func opaque(
        _ image: PNGPixels, path: String
    ) throws(DataError) -> (channels: Int, samples: [UInt16]) {
        let bytes = image.bytes
        let samples =
            image.depth == 16
            ? (0..<bytes.count / 2).map { UInt16(bytes[2 * $0]) << 8 | UInt16(bytes[2 * $0 + 1]) }
            : bytes.map { UInt16($0) }
        guard image.channels % 2 == 0 else { return (image.channels, samples) }
        let stored = image.channels, kept = stored - 1
        let full: UInt16 = image.depth == 16 ? 65535 : 255
        var colours: [UInt16] = []
        colours.reserveCapacity(samples.count / stored * kept)
        for pixel in 0..<samples.count / stored {
            guard samples[pixel * stored + kept] == full else {
                throw DataError(
                    .unsupported,
                    at: "\(path), row \(pixel / image.width), column \(pixel % image.width)",
                    expected: "an opaque pixel", found: "a transparent one",
                    advice: "save the image on a background, without transparency")
            }
            colours += samples[pixel * stored..<pixel * stored + kept]
        }
        return (kept, colours)
    }
}
