import Foundation
import GRDB
import RanvierConfiguration
import RanvierFormats
import Synchronization

/// The index of the runs under one output folder: the SQLite file `index.sqlite` in it.
///
/// It only repeats what the run directories hold: `rebuild(root:)` makes it anew from them.
/// Several processes may use it at once, also while it is rebuilt.
public final class RunIndex: Sendable {
    /// The output folder.
    public let root: URL
    private let connection: Mutex<Connection>

    /// An open file, which may be another than the one of that name by now.
    struct Connection {
        let database: DatabaseQueue
        let identity: FileIdentity?
    }

    /// The name of the file.
    package static let fileName = "index.sqlite"

    /// Opens the index of an output folder; `create` makes folder and file if they are not there.
    ///
    /// - Throws: `RunIndexError`; `FileError` if the folder cannot be made.
    public convenience init(root: URL, create: Bool) throws {
        let file = root.appending(path: Self.fileName)
        if create {
            try Folder.make(root)
            try self.init(
                root: root,
                connection: FolderLock.hold(root) { try Self.open(file, writable: true) })
        } else if FileManager.default.fileExists(atPath: file.path) {
            try self.init(root: root, connection: Self.open(file, writable: false))
        } else {
            throw RunIndexError.missing(path: file.relativePath)
        }
    }

    init(root: URL, connection: Connection) {
        self.root = root.standardizedFileURL
        self.connection = Mutex(connection)
    }

    static func open(_ file: URL, writable: Bool) throws(RunIndexError) -> Connection {
        do {
            // A killed writer's journal is rolled back by who may write; readers alone would refuse the file.
            if !writable, FileManager.default.fileExists(atPath: file.path + "-journal") {
                try? DatabaseQueue(path: file.path, configuration: configuration(writable: true))
                    .read { _ in }
            }
            let database = try DatabaseQueue(
                path: file.path, configuration: configuration(writable: writable))
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
            return Connection(database: database, identity: FileIdentity(path: file.path))
        } catch {
            throw Self.error(error, file: file)
        }
    }

    private static func configuration(writable: Bool) -> Configuration {
        var configuration = Configuration()
        configuration.readonly = !writable
        configuration.busyMode = .timeout(60)
        return configuration
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

    static func error(_ error: any Error, file: URL) -> RunIndexError {
        if let error = error as? RunIndexError { return error }
        if let error = error as? FileError {
            return .unusable(path: file.relativePath, reason: error.reason)
        }
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

    private func read<Value>(
        _ body: (Database) throws -> Value
    ) throws(RunIndexError) -> Value {
        do {
            return try connection.withLock { $0 }.database.read(body)
        } catch {
            throw Self.error(error, file: root.appending(path: Self.fileName))
        }
    }

    /// Changes the file that has the name now: a damaged one may have been replaced since it was opened.
    private func write<Value>(
        _ body: (Database) throws -> Value
    ) throws(RunIndexError) -> Value {
        let file = root.appending(path: Self.fileName)
        do {
            return try FolderLock.hold(root) {
                if let failure = WritingFault.failure(.write, of: file) {
                    throw FileError(file, "write the file", errorNumber: failure.number)
                }
                var current = connection.withLock { $0 }
                if current.identity != FileIdentity(path: file.path) {
                    current = try Self.open(file, writable: true)
                    connection.withLock { $0 = current }
                }
                return try current.database.write(body)
            }
        } catch {
            throw Self.error(error, file: file)
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
        try write { try Self.save(run, in: $0) }
    }

    /// Takes runs out of the index, by their path below the output folder.
    ///
    /// - Returns: how many there were.
    /// - Throws: `RunIndexError`.
    @discardableResult
    public func forget(_ paths: [String]) throws(RunIndexError) -> Int {
        try write { try RunRecord.filter(paths.contains(Column("path"))).deleteAll($0) }
    }

    static func save(_ run: RunRecord, in database: Database) throws -> RunRecord {
        var run = run
        run.id = try RunRecord.filter(Column("path") == run.path).fetchOne(database)?.id
        try run.save(database)
        return run
    }

    /// All runs, the latest first. One whose process is gone is shown as interrupted.
    ///
    /// - Throws: `RunIndexError`.
    public func runs() throws(RunIndexError) -> [RunRecord] {
        let runs = try read { database in
            try RunRecord.order(Column("started").desc, Column("id").desc).fetchAll(database)
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
