/// What the cells of a table tell about its decimal and thousands marks.
struct MarkEvidence {
    private struct Sample {
        let text: String
        let line: Int
    }

    private struct Column {
        var points = 0
        /// Integers too short to need a mark of thousands.
        var shortIntegers = 0
        /// Integers long enough for one, without it.
        var longIntegers = 0
    }

    /// Cells that show which mark is decimal, by mark.
    private var sure: [UInt8: Sample] = [:]
    /// Cells that can be read in both ways, by mark.
    private var either: [UInt8: Sample] = [:]
    /// Cells that show which mark parts thousands.
    private var grouped: [UInt8: Sample] = [:]
    private var columns: [Int: Column] = [:]

    /// Takes up a cell that is not missing.
    mutating func add(_ cell: [UInt8], _ encoding: TextEncoding, column: Int, line: Int) {
        let point = NumberShape.point, comma = NumberShape.comma
        func note(_ marks: WritableKeyPath<MarkEvidence, [UInt8: Sample]>, _ mark: UInt8) {
            guard self[keyPath: marks][mark] == nil else { return }
            self[keyPath: marks][mark] = Sample(
                text: encoding.text(of: cell) ?? "", line: line)
        }
        switch NumberShape(cell, encoding: encoding) {
        case .none: break
        case .plain(let digits):
            if digits <= 3 {
                columns[column, default: Column()].shortIntegers += 1
            } else {
                columns[column, default: Column()].longIntegers += 1
            }
        case .decimal(let mark): note(\.sure, mark)
        case .either(let mark):
            note(\.either, mark)
            if mark == point { columns[column, default: Column()].points += 1 }
        case .grouped(let mark):
            // One group behind a blank may be two numbers; only more of them show a mark.
            if mark == NumberShape.blank, !cell.contains(where: { $0 >= 0x80 }),
                cell.count(where: { $0 == mark }) < 2
            {
                break
            }
            note(\.grouped, mark)
            if mark == point { note(\.sure, comma) }
            if mark == comma { note(\.sure, point) }
        case .both(let thousands, let decimal):
            note(\.grouped, thousands)
            note(\.sure, decimal)
        }
    }

    /// The marks that all of this shows.
    ///
    /// - Returns: Both marks, and whether cells with others contradict them.
    /// - Throws: ``DataError`` of kind `wrongFormat` where cells contradict each other or nothing decides.
    func decision(
        decimal: Character?, thousands: Character?, separator: Character, path: String
    ) throws(DataError) -> (decimal: Character, thousands: Character?, isGuessed: Bool) {
        let point = NumberShape.point, comma = NumberShape.comma
        var chosen = decimal
        var isGuessed = decimal == nil
        if chosen == nil {
            if thousands == "," { chosen = "." }
            if thousands == "." { chosen = "," }
        }
        if chosen == nil {
            switch (sure[point], sure[comma]) {
            case (let first?, let second?):
                guard separator == "," else {
                    throw DataError(
                        .wrongFormat, at: "\(path), lines \(first.line) and \(second.line)",
                        expected: "one decimal mark",
                        found: "\"\(first.text)\" and \"\(second.text)\"", advice: "set decimal")
                }
                // Between commas a decimal comma is rare: lists in quotation marks, left as texts.
                chosen = "."
                isGuessed = false
            case (_?, nil):
                chosen = "."
                if separator == "," { isGuessed = false }
            case (nil, _?): chosen = ","
            case (nil, nil):
                chosen = try undecided(separator: separator, thousands: thousands, path: path)
            }
        }
        let mark = chosen ?? "."
        if let thousands { return (mark, thousands, isGuessed) }
        let other = mark == "." ? comma : point
        if either[other] != nil || grouped[other] != nil {
            return (mark, Character(Unicode.Scalar(other)), isGuessed)
        }
        for candidate in [NumberShape.apostrophe, NumberShape.blank] where grouped[candidate] != nil
        {
            return (mark, Character(Unicode.Scalar(candidate)), isGuessed)
        }
        return (mark, nil, isGuessed)
    }

    private func undecided(
        separator: Character, thousands: Character?, path: String
    ) throws(DataError) -> Character {
        func refuse(_ sample: Sample) -> DataError {
            DataError(
                .wrongFormat, at: "\(path), line \(sample.line)",
                expected: "a number that can be read in one way only",
                found: "\"\(sample.text)\" and others like it, decimal or with thousands",
                advice: "set decimal, or thousands")
        }
        if let comma = either[NumberShape.comma] {
            if thousands != nil { return "," }
            throw refuse(comma)
        }
        // Three digits behind each point are a format of decimals; integers up to 999 beside them could
        // be the small ones of a column with thousands.
        if let point = either[NumberShape.point], separator != ",", thousands == nil,
            columns.values.contains(where: {
                $0.points > 0 && $0.shortIntegers > 0 && $0.longIntegers == 0
            })
        {
            throw refuse(point)
        }
        return "."
    }
}
