import Foundation
import GRDB
import RanvierFormats

extension RunRecord: FetchableRecord, MutablePersistableRecord {
    /// The table of runs.
    public static let databaseTableName = "run"

    /// Numbers that JSON lacks are written as everywhere.
    public static func databaseJSONEncoder(for column: String) -> JSONEncoder {
        StoredJSON.encoder(isPretty: false)
    }

    /// Reads what ``databaseJSONEncoder(for:)`` wrote.
    public static func databaseJSONDecoder(for column: String) -> JSONDecoder { StoredJSON.decoder }

    /// Takes the number that the database gave.
    public mutating func didInsert(_ inserted: InsertionSuccess) { id = inserted.rowID }
}
