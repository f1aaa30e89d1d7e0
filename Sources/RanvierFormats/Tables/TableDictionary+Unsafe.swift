/// The texts of a column by code.
final class TableDictionary {
    private(set) var texts: [String] = []
    private var table = TextTable(limit: .max)

    deinit { table.destroy() }

    /// Turns the codes of a block into those of the column.
    func recode(
        _ codes: inout [Int32], _ block: TextTable, encoding: TextEncoding,
        undecodable: (_ row: Int) -> DataError
    ) throws {
        var columnCodes: [Int32] = []
        columnCodes.reserveCapacity(block.count)
        for code in 0..<block.count {
            let bytes = block.bytes(of: code)
            guard let base = bytes.baseAddress else { continue }
            let found = table.code(base, bytes.count, row: 0)
            if found == texts.count {
                guard let text = encoding.text(of: bytes) else {
                    throw undecodable(block[code].row)
                }
                texts.append(text)
            }
            columnCodes.append(Int32(found))
        }
        codes.withUnsafeMutableBufferPointer { codes in
            for row in codes.indices where codes[row] >= 0 {
                codes[row] = columnCodes[Int(codes[row])]
            }
        }
    }
}
