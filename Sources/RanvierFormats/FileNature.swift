import Foundation

/// What a file is that is not what was expected, told by its first bytes: words for messages.
///
/// It knows what is given by mistake where a table, a configuration or data are asked for. What is not known has no nature,
/// and messages say what they say of any bytes.
package struct FileNature: Sendable, Hashable {
    /// What it is: `a PNG image`.
    package let words: String
    /// What to do with it instead.
    package let advice: String

    /// Whether the file is no text at all.
    package let isBinary: Bool

    private init(_ words: String, _ advice: String, isBinary: Bool = true) {
        (self.words, self.advice, self.isBinary) = (words, advice, isBinary)
    }

    /// The nature of a file or folder; nil where it is not known or cannot be read.
    package init?(of url: URL) {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder) else {
            return nil
        }
        if isFolder.boolValue {
            let names = (try? FileManager.default.contentsOfDirectory(atPath: url.path)) ?? []
            guard names.contains("config.yaml"), names.contains("model.json") else { return nil }
            self = Self.runDirectory
            return
        }
        guard let file = try? FileHandle(forReadingFrom: url) else { return nil }
        defer { try? file.close() }
        guard let start = try? file.read(upToCount: 4096) else { return nil }
        self.init(start: [UInt8](start))
    }

    /// The nature of a file that begins with some bytes.
    package init?(start: [UInt8]) {
        if let known = Self.magic.first(where: { start.starts(with: $0.bytes) }) {
            self = known.nature
        } else if start.count > 9, start[8] == UInt8(ascii: "{"),
            start[2..<8].allSatisfy({ $0 == 0 })
        {
            self.init(
                "a file of tensors (safetensors)",
                "name the run directory that it lies in, such as `ranvier evaluate RUN`")
        } else if start.count >= 4, start[0] == 0, start[1] == 0, (8...14).contains(start[2]),
            (1...8).contains(start[3])
        {
            self.init("an IDX file", "name it in a configuration: dataset: {name: idx, …}")
        } else if let text = String(validating: start.prefix(2048), as: UTF8.self)
            ?? Self.cut(start)
        {
            self.init(text: text)
        } else {
            return nil
        }
    }

    /// Text whose last character may be cut.
    private static func cut(_ start: [UInt8]) -> String? {
        (1...3).lazy.compactMap {
            String(validating: start.prefix(2048).dropLast($0), as: UTF8.self)
        }
        .first
    }

    private init?(text: String) {
        let lines = text.split(whereSeparator: \.isNewline)
        let first = lines.first { !$0.hasPrefix("#") && !$0.allSatisfy(\.isWhitespace) } ?? ""
        if first.prefixMatch(of: /\s*\{\s*("|$)/) != nil {
            self.init(
                "JSON", "name the run directory that it lies in, or a table", isBinary: false)
        } else if first.prefixMatch(
            of: /(method|name|version|dataset|seed|encoding|network|training):(\s|$)/) != nil
        {
            self = Self.configuration
        } else {
            return nil
        }
    }

    /// The configuration of a run.
    package static let configuration = FileNature(
        "a configuration", "let its name end in .yaml and run it with `ranvier run`",
        isBinary: false)

    /// The folder of a run.
    private static let runDirectory = FileNature(
        "a run directory",
        "run its configuration again by naming its config.yaml; measure it with `ranvier evaluate`")

    private static let imageAdvice =
        "name its folder in a configuration: dataset: {name: image-folder, train: FOLDER}"
    private static let conversion = "save what is meant as CSV, or unpack it"

    private static let magic: [(bytes: [UInt8], nature: FileNature)] = [
        ([0x89] + Array("PNG".utf8), FileNature("a PNG image", imageAdvice)),
        ([0xff, 0xd8, 0xff], FileNature("a JPEG image", "convert it to PNG")),
        (Array("GIF8".utf8), FileNature("a GIF image", "convert it to PNG")),
        (Array("P5\n".utf8), FileNature("a PGM image", imageAdvice)),
        (Array("P6\n".utf8), FileNature("a PPM image", imageAdvice)),
        (
            [0x93] + Array("NUMPY".utf8),
            FileNature(
                "a NumPy array (.npy)",
                "name it in a configuration: dataset: {name: npy, train-features: FILE, …}")
        ),
        (Array("RIFF".utf8), FileNature("a sound or another RIFF file", "see the data set 'fsdd'")),
        (
            Array("PK\u{3}\u{4}".utf8),
            FileNature("an Excel workbook or another zip archive", conversion)
        ),
        (
            [0xd0, 0xcf, 0x11, 0xe0],
            FileNature("an old Excel workbook or another Office document", "save it as CSV")
        ),
        ([0x1f, 0x8b], FileNature("a gzip file", "a table is named .csv.gz; else unpack it")),
        ([0x42, 0x5a, 0x68], FileNature("a bzip2 archive", conversion)),
        ([0xfd, 0x37, 0x7a, 0x58, 0x5a], FileNature("an xz archive", conversion)),
        (Array("SQLite format 3".utf8), FileNature("an SQLite database", "export a table as CSV")),
        (Array("%PDF".utf8), FileNature("a PDF document", "name a table or a configuration")),
        (Array("PAR1".utf8), FileNature("a Parquet file", "save it as CSV")),
        ([0x89] + Array("HDF".utf8), FileNature("an HDF5 file", "save it as CSV or .npy")),
        ([0x7f] + Array("ELF".utf8), FileNature("a program", "name a table or a configuration")),
    ]
}
