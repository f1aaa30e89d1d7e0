import Foundation
import GRDB
import RanvierConfiguration
import RanvierFormats

/// The index of the runs under one output folder: the SQLite file `index.sqlite` in it.
///
/// It only repeats what the run directories hold: `rebuild(root:)` makes it anew from them.
/// Several processes may use it at once.
public final class RunIndex: Sendable {
    /// The output folder.
    public let root: URL
    private let database: DatabaseQueue

    /// The name of the file.
    package static let fileName = "index.sqlite"

    /// Opens the index of an output folder; `create` makes folder and file if they are not there.
    ///
    /// - Throws: `RunIndexError`; `FileError` if the folder cannot be made.
    public convenience init(root: URL, create: Bool) throws {
        let file = root.appending(path: Self.fileName)
        if create {
            try RunDirectory.makeFolder(root)
        } else if !FileManager.default.fileExists(atPath: file.path) {
            throw RunIndexError.missing(path: file.relativePath)
        }
        try self.init(root: root, file: file, writable: create)
    }

    private init(root: URL, file: URL, writable: Bool) throws(RunIndexError) {
        self.root = root.standardizedFileURL
        do {
            var configuration = Configuration()
            configuration.readonly = !writable
            configuration.busyMode = .timeout(10)
            database = try DatabaseQueue(path: file.path, configuration: configuration)
            let migrator = Self.migrator
            if try database.read(migrator.hasBeenSuperseded) {
                throw RunIndexError.tooNew(path: file.relativePath)
            }
            if writable {
                try migrator.migrate(database)
            } else if try !database.read(migrator.hasCompletedMigrations) {
                throw RunIndexError.corrupt(
                    path: file.relativePath,
                    reason: "its tables are not there, or those of an earlier version")
            }
        } catch {
            throw Self.error(error, file: file)
        }
    }

    private static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("runs") { database in
            try database.create(table: RunRecord.databaseTableName) { table in
                table.autoIncrementedPrimaryKey("id")
                table.column("path", .text).notNull().unique(onConflict: .replace)
                for name in ["name", "method", "dataset", "version", "status"] {
                    table.column(name, .text).notNull()
                }
                table.column("model", .text)
                table.column("seed", .integer).notNull()
                table.column("started", .datetime).notNull().indexed()
                table.column("finished", .datetime)
                for name in [
                    "accuracy", "loss", "trainingSeconds", "samplesPerSecond", "spikesPerSample",
                    "picojoulesPerSample",
                ] {
                    table.column(name, .double)
                }
                table.column("epochs", .integer)
                table.column("weightBytes", .integer)
            }
        }
        migrator.registerMigration("measures") { database in
            try database.alter(table: RunRecord.databaseTableName) { table in
                table.add(column: "measures", .text).notNull().defaults(to: "[]")
            }
        }
        return migrator
    }

    private static func error(_ error: any Error, file: URL) -> RunIndexError {
        if let error = error as? RunIndexError { return error }
        guard let error = error as? DatabaseError else {
            return .unusable(path: file.relativePath, reason: error.localizedDescription)
        }
        let reason = error.message ?? "SQLite error \(error.resultCode.rawValue)"
        switch error.resultCode {
        case .SQLITE_BUSY, .SQLITE_LOCKED, .SQLITE_CANTOPEN, .SQLITE_READONLY, .SQLITE_PERM,
            .SQLITE_IOERR, .SQLITE_FULL:
            return .unusable(path: file.relativePath, reason: reason)
        default:
            return .corrupt(path: file.relativePath, reason: reason)
        }
    }

    private func access<Value>(
        _ body: (DatabaseQueue) throws -> Value
    ) throws(RunIndexError) -> Value {
        do {
            return try body(database)
        } catch {
            throw Self.error(error, file: root.appending(path: Self.fileName))
        }
    }
}

// MARK: - Runs

extension RunIndex {
    /// Adds a run, or replaces the one in the same folder; returns it with its number.
    ///
    /// - Throws: `RunIndexError`.
    @discardableResult
    public func record(_ run: RunRecord) throws(RunIndexError) -> RunRecord {
        try access { database in
            try database.write { database in
                let old = try RunRecord.filter(Column("path") == run.path).fetchOne(database)
                var run = run
                run.id = old?.id
                try run.save(database)
                return run
            }
        }
    }

    /// Takes runs out of the index, by their path below the output folder.
    ///
    /// - Returns: how many there were.
    /// - Throws: `RunIndexError`.
    @discardableResult
    public func forget(_ paths: [String]) throws(RunIndexError) -> Int {
        try access { database in
            try database.write { database in
                try RunRecord.filter(paths.contains(Column("path"))).deleteAll(database)
            }
        }
    }

    /// All runs, the latest first. One whose process is gone is shown as interrupted.
    ///
    /// - Throws: `RunIndexError`.
    public func runs() throws(RunIndexError) -> [RunRecord] {
        let runs = try access { database in
            try database.read { database in
                try RunRecord.order(Column("started").desc, Column("id").desc).fetchAll(database)
            }
        }
        return runs.map(settled)
    }

    /// The run with this number, name, or path below the output folder.
    ///
    /// - Throws: `RunIndexError`.
    public func run(_ name: String) throws(RunIndexError) -> RunRecord {
        let runs = try runs()
        let found = runs.first {
            $0.path == name || $0.name == name || $0.id.map(String.init) == name
        }
        guard let found else {
            throw .noSuchRun(name: name, nearest: NearestName.of(name, among: runs.map(\.path)))
        }
        return found
    }

    /// The folder of a run.
    public func folder(of run: RunRecord) -> URL {
        run.path.hasPrefix("/") ? URL(filePath: run.path) : root.appending(path: run.path)
    }

    private func settled(_ run: RunRecord) -> RunRecord {
        guard run.status == .running, !RunLock.isHeld(directory: folder(of: run)) else {
            return run
        }
        var run = run
        run.status = .interrupted
        return run
    }
}

// MARK: - Rebuilding

extension RunIndex {
    /// What rebuilding found.
    public struct Rebuilt: Sendable {
        /// The index, open for writing.
        public let index: RunIndex
        /// How many runs it holds.
        public let count: Int
        /// Run directories that were left out, with the reason.
        public let skipped: [RunError]
        /// What is to be known of those that were taken.
        public let warnings: [String]
    }

    /// Makes the index anew from the run directories below `root`; the old file is replaced.
    ///
    /// - Throws: `RunIndexError`; `FileError` if the folder cannot be written.
    public static func rebuild(root: URL) throws -> Rebuilt {
        try RunDirectory.makeFolder(root)
        var (records, skipped): ([RunRecord], [RunError]) = ([], [])
        var warnings: [String] = []
        for folder in runFolders(below: root) {
            do throws(RunError) {
                records.append(
                    try RunRecord(folder: folder, relativeTo: root) { warnings.append($0) })
            } catch {
                skipped.append(error)
            }
        }
        let file = root.appending(path: fileName)
        let fresh = root.appending(path: ".\(fileName).new-\(getpid())")
        try? FileManager.default.removeItem(at: fresh)
        do {
            let index = try RunIndex(root: root, file: fresh, writable: true)
            for record in records.sorted(by: { ($0.started, $0.path) < ($1.started, $1.path) }) {
                try index.record(record)
            }
            try? index.database.close()
        }
        for suffix in ["-journal", "-wal", "-shm"] { unlink(file.path + suffix) }
        guard rename(fresh.path, file.path) == 0 else {
            throw FileError(file, "replace the index of runs")
        }
        return Rebuilt(
            index: try RunIndex(root: root, create: true), count: records.count, skipped: skipped,
            warnings: warnings)
    }

    /// The run directories below a folder; hidden folders and what is inside runs are not searched.
    private static func runFolders(below root: URL) -> [URL] {
        let children = try? FileManager.default.contentsOfDirectory(
            at: root, includingPropertiesForKeys: [.isDirectoryKey], options: .skipsHiddenFiles)
        return (children ?? []).sorted { $0.path < $1.path }.flatMap { child -> [URL] in
            let values = try? child.resourceValues(forKeys: [.isDirectoryKey])
            guard values?.isDirectory == true else { return [] }
            return RunDirectory.isRun(child) ? [child] : runFolders(below: child)
        }
    }
}
