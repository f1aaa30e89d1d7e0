import Foundation
import RanvierFormats

/// Rounds of work that build on each other or stand side by side: iterative pruning, fine-tuning after quantising, networks of
/// a sweep, members of an ensemble.
///
/// Each round's outcome is stored when it is done, so that a procedure that was stopped goes on with the round that was not.
///
///     let procedure = Procedure(folder: cache)
///     for density in [1, 0.5, 0.25] {
///         let outcome = try procedure.round("density-\(density)") { try trained(density) }
///     }
public struct Procedure: Sendable {
    /// Where outcomes are stored, `<round>.json`; nil for nowhere.
    public let folder: URL?
    /// Hears that an outcome's file has no checksum.
    private let warning: @Sendable (String) -> Void

    private static let format = 1

    /// Rounds whose outcomes lie in a folder, which is made when it is needed.
    ///
    /// - Parameter warning: hears that an outcome's file has no checksum; standard error, if left out.
    public init(
        folder: URL?,
        warning: @escaping @Sendable (String) -> Void = StoredFileWarnings.standardError
    ) {
        self.folder = folder
        self.warning = warning
    }

    /// The outcome of a round that is done already; nil where it is not, or its file holds something else, which is told.
    ///
    /// - Throws: `StoredFileError` where its file has changed since it was written, or a later version wrote it.
    public func outcome<Outcome: Codable>(
        of round: String, as type: Outcome.Type = Outcome.self
    ) throws -> Outcome? {
        guard let file = file(of: round), FileManager.default.fileExists(atPath: file.path) else {
            return nil
        }
        do throws(StoredFileError) {
            return try StoredJSON.value(storedIn: file, format: Self.format, warning: warning)
        } catch {
            // A file that is not whole is that of a round that was not finished.
            guard case .invalid = error.problem else { throw error }
            warning("\(error.description) The round is done again.")
            return nil
        }
    }

    /// Does a round, or takes the outcome that is stored.
    ///
    /// - Parameters:
    ///   - name: the round, as a file may be named.
    ///   - work: what the round does; what it stores itself must be whole when it returns.
    /// - Throws: what the work throws; `FileError` where the outcome cannot be stored; `StoredFileError` where the one that is
    ///   stored cannot be read.
    public func round<Outcome: Codable>(
        _ name: String, work: () throws -> Outcome
    ) throws -> Outcome {
        if let done: Outcome = try outcome(of: name) { return done }
        let outcome = try work()
        if let file = file(of: name), let folder {
            try Folder.make(folder)
            try AtomicFile.write(
                try StoredJSON.sealed(outcome, format: Self.format, isPretty: true), to: file)
        }
        return outcome
    }

    private func file(of round: String) -> URL? { folder?.appending(path: "\(round).json") }
}
