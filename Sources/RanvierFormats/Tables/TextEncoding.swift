import Foundation

/// How the bytes of a text file stand for characters.
public enum TextEncoding: String, Sendable, Hashable, Codable, CaseIterable {
    /// UTF-8, with or without byte order mark; ASCII is part of it.
    case utf8 = "utf-8"
    /// UTF-16 with the lower byte first.
    case utf16LittleEndian = "utf-16-le"
    /// UTF-16 with the higher byte first.
    case utf16BigEndian = "utf-16-be"
    /// Shift-JIS with the extensions of Windows (code page 932).
    case shiftJIS = "shift-jis"
    /// Latin-1 with the extensions of Windows (code page 1252).
    case latin1 = "latin-1"

    /// Its common name.
    public var title: String {
        switch self {
        case .utf8: "UTF-8"
        case .utf16LittleEndian, .utf16BigEndian: "UTF-16"
        case .shiftJIS: "Shift-JIS"
        case .latin1: "Latin-1"
        }
    }

    /// The encoding of a table's bytes once UTF-16 has been rewritten as UTF-8.
    var ofBytes: TextEncoding {
        switch self {
        case .utf8, .utf16LittleEndian, .utf16BigEndian: .utf8
        case .shiftJIS: .shiftJIS
        case .latin1: .latin1
        }
    }

    /// The text of bytes; nil where they are none. UTF-16 counts as UTF-8 here, see ``ofBytes``.
    func text(of bytes: some Collection<UInt8>) -> String? {
        switch ofBytes {
        case .shiftJIS:
            if bytes.allSatisfy({ $0 < 0x80 }) { return String(decoding: bytes, as: UTF8.self) }
            return String(data: Data(bytes), encoding: .shiftJIS)
        case .latin1:
            var scalars = String.UnicodeScalarView()
            for byte in bytes {
                guard let scalar = Self.windowsScalar(byte) else { return nil }
                scalars.append(scalar)
            }
            return String(scalars)
        case .utf8, .utf16LittleEndian, .utf16BigEndian:
            return String(validating: bytes, as: UTF8.self)
        }
    }

    /// The bytes of a text; nil where the encoding has none for a character.
    func bytes(of text: String) -> [UInt8]? {
        switch ofBytes {
        case .shiftJIS: return text.data(using: .shiftJIS).map { [UInt8]($0) }
        case .latin1:
            var bytes: [UInt8] = []
            for scalar in text.unicodeScalars {
                guard let byte = (0...255).first(where: { Self.windowsScalar($0) == scalar })
                else { return nil }
                bytes.append(byte)
            }
            return bytes
        case .utf8, .utf16LittleEndian, .utf16BigEndian: return Array(text.utf8)
        }
    }

    /// Code page 1252 from 0x80 to 0x9f; zero where it has no character. Source: Unicode, CP1252.TXT.
    private static let windowsScalars: [UInt16] = [
        0x20ac, 0, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160, 0x2039,
        0x0152, 0, 0x017d, 0, 0, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014, 0x02dc,
        0x2122, 0x0161, 0x203a, 0x0153, 0, 0x017e, 0x0178,
    ]

    private static func windowsScalar(_ byte: UInt8) -> Unicode.Scalar? {
        guard (0x80...0x9f).contains(byte) else { return Unicode.Scalar(byte) }
        let code = windowsScalars[Int(byte) - 0x80]
        return code == 0 ? nil : Unicode.Scalar(code)
    }
}

// MARK: - Detection

extension TextEncoding {
    /// What the first bytes of a file tell.
    ///
    /// - Parameters:
    ///   - bytes: The beginning of the file.
    ///   - isWhole: Whether that is the whole file; otherwise its last character may be cut.
    /// - Returns: The encoding and the length of the byte order mark; nil for bytes that are no text.
    static func detected(in bytes: [UInt8], isWhole: Bool) -> (TextEncoding, mark: Int)? {
        if bytes.starts(with: [0xef, 0xbb, 0xbf]) { return (.utf8, 3) }
        if bytes.starts(with: [0xff, 0xfe]) { return (.utf16LittleEndian, 2) }
        if bytes.starts(with: [0xfe, 0xff]) { return (.utf16BigEndian, 2) }
        let start = bytes.prefix(1 << 16)
        if start.contains(0) {
            // Digits and separators are ASCII, where one byte of two is zero.
            var zeros = (0, 0)
            for (index, byte) in start.enumerated() where byte == 0 {
                if index % 2 == 0 { zeros.0 += 1 } else { zeros.1 += 1 }
            }
            let half = start.count / 2
            // And no line feed lies across two characters.
            let feeds = start.indices.filter { start[$0] == 10 }
            let isLittle = feeds.allSatisfy {
                $0 % 2 == 0 && ($0 + 1 == start.count || start[$0 + 1] == 0)
            }
            let isBig = feeds.allSatisfy { $0 % 2 == 1 && start[$0 - 1] == 0 }
            if isLittle, zeros.1 * 5 > half, zeros.0 * 10 < zeros.1 {
                return (.utf16LittleEndian, 0)
            }
            if isBig, zeros.0 * 5 > half, zeros.1 * 10 < zeros.0 { return (.utf16BigEndian, 0) }
            return nil
        }
        // At most three bytes of a cut character.
        let isUTF8 = (0...(isWhole ? 0 : 3)).contains { cut in
            String(validating: bytes.dropLast(cut), as: UTF8.self) != nil
        }
        if isUTF8 { return (.utf8, 0) }
        if looksLikeShiftJIS(bytes, isWhole: isWhole) { return (.shiftJIS, 0) }
        return bytes.contains { windowsScalar($0) == nil } ? nil : (.latin1, 0)
    }

    /// Whether bytes are valid Shift-JIS and more likely Japanese than accented letters.
    ///
    /// Japanese text has most of its lead bytes in 0x81…0x9f, where code page 1252 has signs that hardly
    /// occur in tables; accented letters and the degree sign lie above and stand alone.
    private static func looksLikeShiftJIS(_ bytes: [UInt8], isWhole: Bool) -> Bool {
        var likely = 0, unlikely = 0, kana = 0, index = 0, endOfPair = -1
        // A quotation mark of code page 1252 before a letter looks like one character, never like a word.
        var isWord = false
        func endKana() {
            // Half-width kana come in words; a single one would be a degree sign or the like.
            if kana >= 3 {
                likely += kana
                isWord = true
            } else {
                unlikely += kana
            }
            kana = 0
        }
        while index < bytes.count {
            let byte = bytes[index]
            if (0xa1...0xdf).contains(byte) {
                kana += 1
                index += 1
                continue
            }
            endKana()
            if byte < 0x80 {
                index += 1
                continue
            }
            guard (0x81...0x9f).contains(byte) || (0xe0...0xfc).contains(byte) else {
                return false
            }
            guard index + 1 < bytes.count else { return !isWhole && likely >= unlikely }
            let second = bytes[index + 1]
            guard second >= 0x40, second != 0x7f, second <= 0xfc else { return false }
            if byte <= 0x9f { likely += 1 } else { unlikely += 1 }
            if second >= 0x80 || index == endOfPair { isWord = true }
            index += 2
            endOfPair = index
        }
        endKana()
        return isWord && likely > 0 && likely >= unlikely
    }

    /// Whether bytes are well formed; for Shift-JIS by their ranges only.
    static func isWellFormed(
        _ bytes: UnsafeBufferPointer<UInt8>, _ encoding: TextEncoding
    ) -> Bool {
        switch encoding.ofBytes {
        case .shiftJIS:
            var index = 0
            while index < bytes.count {
                let byte = bytes[index]
                index += 1
                if byte < 0x80 || (0xa1...0xdf).contains(byte) { continue }
                guard byte != 0x80, byte != 0xa0, byte <= 0xfc, index < bytes.count,
                    bytes[index] >= 0x40, bytes[index] != 0x7f, bytes[index] <= 0xfc
                else { return false }
                index += 1
            }
            return true
        case .latin1: return bytes.allSatisfy { windowsScalar($0) != nil }
        case .utf8, .utf16LittleEndian, .utf16BigEndian:
            return String(validating: bytes, as: UTF8.self) != nil
        }
    }
}
