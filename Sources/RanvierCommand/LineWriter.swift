import Foundation
import RanvierFormats

/// Lines on standard output, or in a file that appears when it is whole; written in blocks.
final class LineWriter {
    private let file: AtomicFileWriter?
    private var pending = Data()

    private static let blockSize = 1 << 16

    /// - Throws: `FileError` where the file cannot be written.
    init(to url: URL?) throws {
        file = try url.map { try AtomicFileWriter($0) }
    }

    /// Adds a line.
    ///
    /// - Throws: `FileError`, ``OutputError``.
    func write(_ line: String) throws {
        pending.append(contentsOf: line.utf8)
        pending.append(10)
        if pending.count >= Self.blockSize { try flush() }
    }

    /// Writes what is left, and gives the file its name.
    func finish() throws {
        try flush()
        try file?.finish()
    }

    private func flush() throws {
        if let file {
            try file.write(pending)
        } else {
            try StandardOutput.write(pending)
        }
        pending.removeAll(keepingCapacity: true)
    }
}
