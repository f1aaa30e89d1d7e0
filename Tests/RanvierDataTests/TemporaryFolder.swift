import Foundation
import RanvierData
import Testing

/// A folder of its own for a test, removed with it.
final class TemporaryFolder {
    let url: URL

    init() throws {
        url = FileManager.default.temporaryDirectory.appending(
            path: "ranvier-data-\(UUID().uuidString)", directoryHint: .isDirectory)
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: url) }

    var path: String { url.path(percentEncoded: false) }

    /// Writes a file, also inside folders that are not there yet.
    @discardableResult
    func write(_ bytes: [UInt8], to name: String) throws -> URL {
        let file = url.appending(path: name)
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(bytes).write(to: file)
        return file
    }

    @discardableResult
    func write(_ text: String, to name: String) throws -> URL {
        try write(Array(text.utf8), to: name)
    }
}

/// Expects a `DataError` of a kind whose message holds all of some texts.
func expectDataError(
    _ kind: DataError.Kind, mentioning texts: [String] = [],
    sourceLocation: SourceLocation = #_sourceLocation, _ body: () throws -> Void
) {
    do {
        try body()
        Issue.record("no error", sourceLocation: sourceLocation)
    } catch let error as DataError {
        #expect(error.kind == kind, "\(error)", sourceLocation: sourceLocation)
        for text in texts {
            #expect(
                error.description.contains(text), "\(error) does not mention \(text)",
                sourceLocation: sourceLocation)
        }
    } catch {
        Issue.record("another error: \(error)", sourceLocation: sourceLocation)
    }
}

/// Larger data sets, for tests that run where they are there: `RANVIER_DATA`, or the folder beside the
/// package that this project's machines have.
enum SharedData {
    static let directory: DataDirectory? = try? DataDirectory.locate(
        fallbacks: ["../shared/data"])

    static func has(_ path: String) -> Bool {
        directory.map { FileManager.default.fileExists(atPath: $0.url.appending(path: path).path) }
            ?? false
    }
}

extension Trait where Self == ConditionTrait {
    /// Runs the test where a folder of the data directory is there; else it is reported as skipped.
    static func data(_ path: String) -> Self {
        .enabled(
            if: SharedData.has(path),
            "skipped: no \(path) in RANVIER_DATA or ../shared/data")
    }
}
