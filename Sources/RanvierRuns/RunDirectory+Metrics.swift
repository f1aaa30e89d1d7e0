import Foundation
import RanvierFormats

extension RunDirectory {
    /// Adds a line to `metrics.jsonl`. Numbers that JSON lacks become "nan", "inf" and "-inf".
    ///
    /// - Throws: `FileError`, the file then has the lines that it had; what encoding throws.
    public func appendMetrics(_ metrics: some Encodable) throws {
        let line = try Self.metricsLine(metrics)
        let file = url(of: .metrics)
        if let failure = WritingFault.failure(.create, of: file) {
            throw FileError(file, "write the file", errorNumber: failure.number)
        }
        let number = Foundation.open(file.path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
        guard number >= 0 else { throw FileError(file, "write the file") }
        let descriptor = FileDescriptor(number: number)
        defer { descriptor.close() }
        let length = lseek(number, 0, SEEK_END)
        do throws(FileError) {
            try descriptor.write(line, as: file)
            try descriptor.flush(as: file)
        } catch {
            if WritingFault.current?.hasKilled != true { ftruncate(number, max(length, 0)) }
            throw error
        }
    }

    /// Makes `metrics.jsonl` hold just these lines: those of the epochs that a resumed run builds on, of which a process that
    /// was killed may have written fewer, more, or a part of one.
    ///
    /// - Throws: `FileError`; what encoding throws.
    public func restoreMetrics(_ metrics: [some Encodable]) throws {
        var lines = Data()
        for metrics in metrics { lines.append(try Self.metricsLine(metrics)) }
        let stored = try? Data(contentsOf: url(of: .metrics))
        guard (stored ?? Data()) != lines else { return }
        try write(lines, to: .metrics)
    }

    private static func metricsLine(_ metrics: some Encodable) throws -> Data {
        try StoredJSON.data(metrics) + Data("\n".utf8)
    }

    /// The whole lines of a run's `metrics.jsonl`; a last line without its end is left out.
    public static func metricsLines(in run: URL) -> [String] {
        let file = run.appending(path: File.metrics.rawValue)
        guard let text = try? String(contentsOf: file, encoding: .utf8) else { return [] }
        return text.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
            .map(String.init)
    }
}
