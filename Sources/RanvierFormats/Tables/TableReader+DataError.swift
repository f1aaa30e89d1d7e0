extension TableReader {
    /// Rows in order, in blocks, as ``forEachBlock(numbers:texts:times:body:)``, for those who throw nothing else.
    ///
    /// - Throws: ``DataError`` of the file, or of `body`.
    package func read(
        numbers: [Int], texts: [Int] = [], times: [Int] = [],
        body: (TableBlock) throws(DataError) -> Void
    ) throws(DataError) {
        do {
            try forEachBlock(numbers: numbers, texts: texts, times: times) { try body($0) }
        } catch let error as DataError {
            throw error
        } catch {
            throw DataError(
                .unreadable, at: path, expected: "rows of a table", found: "\(error)",
                advice: "check the file")
        }
    }
}
