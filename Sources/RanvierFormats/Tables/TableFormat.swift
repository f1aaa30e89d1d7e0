/// How a table of separated values is written; what is nil is found out from the file, and told.
public struct TableFormat: Sendable, Hashable {
    /// Character between cells; one of `,` `;` tab `|` is found out, and blanks (any number of them
    /// together) where each line holds only numbers. Any ASCII sign can be set.
    public var separator: Character?
    /// Character around cells; `"` where nil.
    public var quote: Character?
    /// Decimal mark, `.` or `,`.
    public var decimal: Character?
    /// Mark between groups of three digits: `,` `.` `'` or a blank (which stands for U+00A0 and U+202F, too).
    public var thousands: Character?
    /// Encoding of texts.
    public var encoding: TextEncoding?
    /// Whether the first line names the columns.
    public var hasHeader: Bool?
    /// Texts that stand for a missing value; ``usualMissingMarks`` where nil. A mark that is a number stands
    /// for each cell of the same value. An empty cell is always missing.
    public var missingMarks: [String]?
    /// How times are written; only such cells are times then.
    public var timeFormat: TimeFormat?
    /// Lines to leave out at the beginning of the file, such as a title.
    public var skipRows: Int

    /// Marks of missing values in the tables of common programs.
    public static let usualMissingMarks = [
        "", "NA", "N/A", "n/a", "#N/A", "?", "-", "--", "NaN", "nan", "NULL", "null", "None",
    ]

    /// A format with everything to be found out.
    public init() { skipRows = 0 }

    /// - Throws: ``DataError`` of kind `invalidParameter`.
    func validate(path: String) throws(DataError) {
        func refuse(_ what: String, _ expected: String, _ found: String) -> DataError {
            DataError(
                .invalidParameter, at: "\(path), \(what)", expected: expected,
                found: "\"\(found)\"", advice: "set another \(what), or none to have it found out")
        }
        let quote = quote ?? "\""
        func isSign(_ sign: Character) -> Bool {
            guard let code = sign.asciiValue else { return false }
            return (code >= 32 && code < 127 || code == 9) && !sign.isLetter && !sign.isNumber
                && !"+-.".contains(sign)
        }
        if let separator, !isSign(separator) || separator == quote {
            throw refuse("separator", "one ASCII sign such as , or ;", "\(separator)")
        }
        if !isSign(quote) || quote == "," || quote == " " || quote == "\t" {
            throw refuse("quote", "one ASCII sign such as \"", "\(quote)")
        }
        if let decimal, decimal != ".", decimal != "," {
            throw refuse("decimal", ". or ,", "\(decimal)")
        }
        if let thousands {
            guard ",.' \u{a0}\u{202f}".contains(thousands) else {
                throw refuse("thousands", "one of , . ' and a blank", "\(thousands)")
            }
            if thousands == decimal {
                throw refuse("thousands", "another mark than the decimal one", "\(thousands)")
            }
        }
        if skipRows < 0 { throw refuse("skip-rows", "0 or more lines", "\(skipRows)") }
    }
}
