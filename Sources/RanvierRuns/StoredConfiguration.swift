import Foundation
import RanvierFormats

/// The checksum of a run's `config.yaml`, in its first line.
///
///     # checksum crc32:1a2b3c4d
///
/// It is that of all bytes behind the line. People may edit the file: a change is told and no error.
public enum StoredConfiguration {
    private static let mark = "# checksum "

    /// A text with the checksum of it in front.
    public static func sealed(_ text: String) -> String {
        "\(mark)\(Checksum(Data(text.utf8)).text)\n\(text)"
    }

    /// What to tell of a stored configuration that is not as the run wrote it; nil where it is, or cannot be read.
    public static func warning(of file: URL) -> String? {
        guard let data = try? Data(contentsOf: file) else { return nil }
        guard data.starts(with: mark.utf8), let end = data.firstIndex(of: UInt8(ascii: "\n")) else {
            return Seal.missing.warning(file: file.relativePath)
        }
        let stated = String(decoding: data[..<end].dropFirst(mark.utf8.count), as: UTF8.self)
        guard stated != Checksum(data[(end + 1)...]).text else { return nil }
        return "\(file.relativePath): changed after the run was made; what it says now is taken"
    }
}
