import Foundation

/// An array in NumPy's `.npy` format, plain or gzip.
///
/// Numbers of all real types and sizes, either byte order, row- or column-major; they are handed out in
/// row-major order. Pickled objects, structures, complex numbers and texts are refused.
///
/// Source: the format's description in NumPy's documentation (`numpy.lib.format`), versions 1 to 3.
public struct NPYFile: Sendable {
    /// The file.
    public let path: String
    /// Type of the elements as the file states it, for example `<f4`.
    public let elementType: String
    /// Length of each axis; empty for a single number.
    public let shape: [Int]
    /// The elements in row-major order. Whole numbers beyond 2⁵³ are rounded.
    public let numbers: [Double]

    /// Reads a file whole.
    ///
    /// - Throws: ``DataError``: another magic number or version, a header that cannot be read, a type that
    ///   is not supported, truncated, bytes after the end.
    public init(contentsOf url: URL) throws(DataError) {
        let reader = try FileReader(url)
        let header = try NPYHeader(reader)
        path = reader.path
        elementType = header.descriptor
        shape = header.shape
        let count = shape.reduce(1, *)
        let bytes = try reader.read(
            exactly: count * header.size, "\(count) elements of type \(elementType)")
        try reader.requireEnd(after: "\(count) elements")
        let stored = header.numbers(bytes)
        guard header.isColumnMajor, shape.count > 1 else {
            numbers = stored
            return
        }
        var rowMajor = [Double](repeating: 0, count: count)
        for (position, number) in stored.enumerated() {
            // Position in column-major order → indices → row-major order.
            var rest = position, offset = 0, stride = count
            for length in shape {
                stride /= length
                offset += rest % length * stride
                rest /= length
            }
            rowMajor[offset] = number
        }
        numbers = rowMajor
    }

    /// The elements as whole numbers.
    ///
    /// - Throws: ``DataError`` that names the first element that is none.
    public func integers() throws(DataError) -> [Int] {
        var result: [Int] = []
        result.reserveCapacity(numbers.count)
        for (index, number) in numbers.enumerated() {
            guard let whole = Int(exactly: number) else {
                throw DataError(
                    .wrongFormat, at: "\(path), element \(index)", expected: "a whole number",
                    found: "\(number)", advice: "check that this is the right file")
            }
            result.append(whole)
        }
        return result
    }
}

/// The dictionary at the start of an `.npy` file.
struct NPYHeader {
    let descriptor: String
    let isColumnMajor: Bool
    let shape: [Int]
    /// Bytes of an element.
    let size: Int

    private let kind: Character
    private let isBigEndian: Bool

    init(_ reader: FileReader) throws(DataError) {
        let path = reader.path
        func refuse(
            _ kind: DataError.Kind, expected: String, found: String,
            advice: String = "save it again with numpy.save"
        ) -> DataError {
            DataError(
                kind, at: "\(path), header", expected: expected, found: found, advice: advice)
        }
        let start = try reader.read(exactly: 8, "the .npy header")
        guard start.starts(with: [0x93] + Array("NUMPY".utf8)) else {
            throw refuse(
                .wrongFormat, expected: "the magic number 93 \"NUMPY\"",
                found: start.map { String(format: "%02x", $0) }.joined(separator: " "))
        }
        guard (1...3).contains(start[6]) else {
            throw refuse(.unsupported, expected: "version 1 to 3", found: "\(start[6])")
        }
        let lengthBytes = try reader.read(exactly: start[6] == 1 ? 2 : 4, "the header's length")
        let length = lengthBytes.reversed().reduce(0) { $0 << 8 | Int($1) }
        guard length < 1 << 16 else {
            throw refuse(.corrupt, expected: "a short header", found: "\(length) bytes")
        }
        let text = String(
            decoding: try reader.read(exactly: length, "the header"), as: UTF8.self)
        guard let descriptor = Self.value(of: "descr", in: text),
            let order = Self.value(of: "fortran_order", in: text),
            let axes = Self.value(of: "shape", in: text), order == "True" || order == "False",
            let shape = Self.shape(axes)
        else {
            throw refuse(
                .corrupt, expected: "descr, fortran_order and shape",
                found: text.trimmingCharacters(in: .whitespacesAndNewlines))
        }
        let trimmed = descriptor.trimmingCharacters(in: CharacterSet(charactersIn: "'\""))
        guard trimmed.count >= 3, let kind = trimmed.dropFirst().first, "biuf".contains(kind),
            let size = Int(trimmed.dropFirst(2)),
            (kind == "f" ? [2, 4, 8] : [1, 2, 4, 8]).contains(size)
        else {
            throw refuse(
                .unsupported, expected: "real numbers (b, i, u, f)",
                found: "the type \(descriptor)",
                advice: "save an array of numbers, not of objects, texts or structures")
        }
        self.descriptor = trimmed
        isColumnMajor = order == "True"
        self.shape = shape
        self.size = size
        self.kind = kind
        isBigEndian = trimmed.first == ">"
    }

    func numbers(_ bytes: [UInt8]) -> [Double] {
        (0..<bytes.count / size).map { index in
            var word: UInt64 = 0
            for i in 0..<size {
                let byte = bytes[index * size + (isBigEndian ? i : size - 1 - i)]
                word = word << 8 | UInt64(byte)
            }
            switch (kind, size) {
            case ("f", 2): return Double(halfPrecision: UInt16(word))
            case ("f", 4): return Double(Float(bitPattern: UInt32(word)))
            case ("f", _): return Double(bitPattern: word)
            case ("i", _):
                let shift = UInt64(64 - 8 * size)
                return Double(Int64(bitPattern: word << shift) >> Int64(shift))
            default: return Double(word)
            }
        }
    }

    /// The text after `'key':` up to the comma or bracket that ends it.
    private static func value(of key: String, in text: String) -> String? {
        guard let range = text.range(of: "'\(key)':") else { return nil }
        let rest = text[range.upperBound...].drop { $0 == " " }
        if rest.first == "(" {
            guard let end = rest.firstIndex(of: ")") else { return nil }
            return String(rest[...end])
        }
        // A structured type is a list, whose end does not matter: it is refused.
        guard let end = rest.firstIndex(where: { $0 == "," || $0 == "}" }) else { return nil }
        return rest[..<end].trimmingCharacters(in: .whitespaces)
    }

    private static func shape(_ text: String) -> [Int]? {
        guard text.hasPrefix("("), text.hasSuffix(")") else { return nil }
        var shape: [Int] = [], total = 8
        for part in text.dropFirst().dropLast().split(separator: ",") {
            let word = part.trimmingCharacters(in: .whitespaces)
            if word.isEmpty { continue }
            guard let length = Int(word), length >= 0 else { return nil }
            let (product, overflow) = total.multipliedReportingOverflow(by: max(length, 1))
            guard !overflow else { return nil }
            total = product
            shape.append(length)
        }
        return shape
    }
}

extension Double {
    /// The number of an IEEE half-precision pattern.
    ///
    /// Widened bit by bit, because `Float16` does not exist on every machine.
    package init(halfPrecision bits: UInt16) {
        let exponent = Int(bits >> 10 & 31), fraction = Double(bits & 1023)
        let magnitude: Double =
            switch exponent {
            case 0: Double(sign: .plus, exponent: -24, significand: fraction)
            case 31: fraction == 0 ? .infinity : .nan
            default: Double(sign: .plus, exponent: exponent - 25, significand: fraction + 1024)
            }
        self = bits >> 15 == 1 ? -magnitude : magnitude
    }
}
