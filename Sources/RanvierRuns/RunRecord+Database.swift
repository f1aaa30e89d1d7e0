import GRDB

extension RunRecord: FetchableRecord, MutablePersistableRecord {
    /// The table of runs.
    public static let databaseTableName = "run"

    /// Takes the number that the database gave.
    public mutating func didInsert(_ inserted: InsertionSuccess) { id = inserted.rowID }
}
