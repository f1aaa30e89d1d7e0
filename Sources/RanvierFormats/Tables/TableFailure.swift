/// How the times of a column are written.
struct ColumnTime: Hashable {
    /// Nil where nothing tells day and month apart.
    var format: TimeFormat?
    /// Whether each time has a zone; nil where it makes no difference.
    var isZoned: Bool?

    /// What the first rows of a table tell: the order and the zone of the first time of a column; nil where
    /// it has none.
    static func found(
        in column: Int, of table: TableDetection, set: TimeFormat?
    ) -> ColumnTime? {
        var found: ColumnTime?
        var isOpen = false
        for row in table.rows where column < row.cells.count {
            guard let time = table.time(row.cells[column].bytes) else { continue }
            if let set { return ColumnTime(format: set, isZoned: nil) }
            if found == nil {
                found = ColumnTime(format: nil, isZoned: time.isZoned)
                switch time.order {
                case .yearFirst: found?.format = .yearFirst
                case .dayFirst: found?.format = .dayFirst
                case .timeOfDay: found?.format = .timeOfDay
                case .undecided: isOpen = true
                }
            }
            guard isOpen, time.order == .undecided else { continue }
            if time.first > 12 { found?.format = .dayFirst }
            if time.second > 12 { found?.format = .monthFirst }
            if found?.format != nil { break }
        }
        return found
    }
}

/// What is wrong at a place of a block.
struct TableFailure {
    let kind: DataError.Kind
    /// From the first line of the block.
    let line: Int
    let column: Int?
    let expected: String, found: String, advice: String
}
