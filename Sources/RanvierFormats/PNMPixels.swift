/// The samples of a PGM or PPM image, in letters or in bytes.
struct PNMPixels {
    let width: Int
    let height: Int
    /// 1 grey, 3 colour.
    let channels: Int
    /// The value of full brightness.
    let maximum: Int
    let samples: [UInt16]

    /// Whether a file that starts like this is PGM or PPM.
    static func isImage(_ start: [UInt8]) -> Bool {
        start.count >= 3 && start[0] == 0x50 && [0x32, 0x33, 0x35, 0x36].contains(start[1])
            && isSpace(start[2])
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 32 || (9...13).contains(byte) }

    init(_ bytes: [UInt8], path: String) throws(DataError) {
        guard Self.isImage(bytes) else {
            let start = String(decoding: bytes.prefix(2), as: UTF8.self)
            let known = ["P1": "PBM", "P4": "PBM", "P7": "PAM", "BM": "BMP", "GI": "GIF"][start]
            let found =
                bytes.isEmpty
                ? "an empty file"
                : known ?? (bytes.starts(with: [0xff, 0xd8]) ? "JPEG" : "other bytes")
            throw DataError(
                .wrongFormat, at: path, expected: "an image (PNG, PGM or PPM)", found: found,
                advice: "convert the image to PNG")
        }
        var text = Text(bytes: bytes, path: path, position: 2)
        let isBinary = bytes[1] >= 0x35
        channels = bytes[1] == 0x32 || bytes[1] == 0x35 ? 1 : 3
        width = try text.number("a width", in: 1...1_000_000)
        height = try text.number("a height", in: 1...1_000_000)
        maximum = try text.number("the largest value", in: 1...65535)
        let count = width * height * channels
        let size = maximum > 255 ? 2 : 1
        guard count * size <= ImageFile.largestSize else {
            throw DataError(
                .unsupported, at: path, expected: "at most \(ImageFile.largestSize) bytes",
                found: "\(width) × \(height) pixels", advice: "make the image smaller")
        }
        samples =
            isBinary
            ? try text.binary(count, size: size, maximum: maximum)
            : try text.plain(count, maximum: maximum)
    }

    /// A place in the file.
    private struct Text {
        let bytes: [UInt8]
        let path: String
        var position: Int

        private func truncated(_ what: String, _ found: String) -> DataError {
            DataError(
                .truncated, at: "\(path), byte \(position)", expected: what, found: found,
                advice: "the file is incomplete; save the image again")
        }

        /// The next number, behind spaces and comments.
        mutating func number(
            _ what: String, in range: ClosedRange<Int>
        ) throws(DataError) -> Int {
            while position < bytes.count {
                if bytes[position] == 0x23 {
                    while position < bytes.count, bytes[position] != 10, bytes[position] != 13 {
                        position += 1
                    }
                } else if PNMPixels.isSpace(bytes[position]) {
                    position += 1
                } else {
                    break
                }
            }
            guard position < bytes.count else { throw truncated(what, "the end of the file") }
            let start = position
            var value = 0
            while position < bytes.count, (0x30...0x39).contains(bytes[position]), value < 1 << 40 {
                value = value * 10 + Int(bytes[position] - 0x30)
                position += 1
            }
            let isWord = position == bytes.count || PNMPixels.isSpace(bytes[position])
            guard position > start, isWord || bytes[position] == 0x23, range.contains(value) else {
                throw DataError(
                    .corrupt, at: "\(path), byte \(start)",
                    expected: "\(what) from \(range.lowerBound) to \(range.upperBound)",
                    found: position > start ? "\(value)" : "no number",
                    advice: "the file is damaged; save the image again")
            }
            return value
        }

        mutating func plain(_ count: Int, maximum: Int) throws(DataError) -> [UInt16] {
            var samples: [UInt16] = []
            for index in 0..<count {
                samples.append(UInt16(try number("sample \(index)", in: 0...maximum)))
            }
            if bytes[position...].contains(where: { !PNMPixels.isSpace($0) }) { throw trailing }
            return samples
        }

        mutating func binary(
            _ count: Int, size: Int, maximum: Int
        ) throws(DataError) -> [UInt16] {
            // Exactly one space ends the header.
            position += 1
            let left = max(bytes.count - position, 0)
            guard left >= count * size else {
                throw truncated("\(count * size) bytes of samples", "\(left)")
            }
            let first = position
            let samples = (0..<count).map { index in
                size == 1
                    ? UInt16(bytes[first + index])
                    : UInt16(bytes[first + 2 * index]) << 8 | UInt16(bytes[first + 2 * index + 1])
            }
            if let index = samples.firstIndex(where: { Int($0) > maximum }) {
                throw DataError(
                    .corrupt, at: "\(path), byte \(first + index * size)",
                    expected: "at most \(maximum), as the header says", found: "\(samples[index])",
                    advice: "the file is damaged; save the image again")
            }
            position += count * size
            if position < bytes.count { throw trailing }
            return samples
        }

        private var trailing: DataError {
            DataError(
                .trailingBytes, at: "\(path), byte \(position)",
                expected: "the end after one image", found: "more bytes",
                advice: "put each image into a file of its own")
        }
    }
}
