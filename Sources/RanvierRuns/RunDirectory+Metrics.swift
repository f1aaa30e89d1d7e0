import Foundation
import RanvierFormats

extension RunDirectory {
    /// Adds a line to `metrics.jsonl`. Numbers that JSON lacks become "nan", "inf" and "-inf".
    ///
    /// - Throws: `FileError`, or what encoding throws.
    public func appendMetrics(_ metrics: some Encodable) throws {
        var line = try StoredJSON.data(metrics)
        line.append(UInt8(ascii: "\n"))
        let file = url(of: .metrics)
        let descriptor = Foundation.open(
            file.path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw FileError(file, "write the file") }
        defer { close(descriptor) }
        do {
            try FileHandle(fileDescriptor: descriptor, closeOnDealloc: false).write(
                contentsOf: line)
        } catch {
            throw FileError(
                path: file.path, operation: "write the file", reason: error.localizedDescription)
        }
    }

    /// Keeps the first lines of `metrics.jsonl`: those of the epochs that a resumed run builds on.
    ///
    /// - Throws: `FileError`.
    public func keepMetrics(lines count: Int) throws(FileError) {
        let kept = Self.metricsLines(in: url).prefix(count)
        try write(kept.map { $0 + "\n" }.joined(), to: .metrics)
    }

    /// The whole lines of a run's `metrics.jsonl`; a last line without its end is left out.
    public static func metricsLines(in run: URL) -> [String] {
        let file = run.appending(path: File.metrics.rawValue)
        guard let text = try? String(contentsOf: file, encoding: .utf8) else { return [] }
        return text.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
            .map(String.init)
    }
}
