/// Weights of a layer in a format, and the loop over one row of them.
struct RowWeights {
    let matrix: CodeMatrix
    let format: WeightFormat
    /// In the order in which they lie in the source.
    let tables: [CTable]
    /// Whether rows can be reached in order alone, each once.
    let isSequential: Bool
    /// Place of each stored value in the matrix: what belongs to a weight goes with it.
    let places: [Int]
    let values: CodeTable
    private let prefix: String
    private let blockSize: Int

    /// Names under which the loop finds the tables.
    struct Names {
        var values, starts, indices, map, runs: String
    }
    let names: Names

    /// Weights as a format; nil where it cannot hold them.
    ///
    /// - Parameter jumps: whether rows are reached in any order.
    init?(
        _ matrix: CodeMatrix, format: WeightFormat, jumps: Bool, shift: Int, name: String,
        prefix: String
    ) {
        self.matrix = matrix
        self.format = format
        self.prefix = prefix
        let names = Names(
            values: name, starts: name + "_start", indices: name + "_index", map: name + "_map",
            runs: name + "_run")
        func codes(_ values: [Int8]) -> CodeTable {
            CodeTable(values, name: name, prefix: prefix, shift: shift, purpose: "weights")
        }
        func pointers(_ starts: [Int]) -> CTable {
            CTable(
                names.starts, .unsigned(max(starts.last ?? 0, 256)), starts, "where rows begin")
        }
        func columns(_ indices: [Int], of count: Int) -> CTable {
            CTable(names.indices, .unsigned(count - 1), indices, "columns of weights")
        }
        let alive = matrix.codes.indices.filter { matrix.codes[$0] != 0 }
        let values: CodeTable, tables: [CTable], places: [Int], isSequential: Bool
        var blockSize = 0
        switch format {
        case .packed:
            values = codes(matrix.codes)
            tables = [values.table]
            places = Array(matrix.codes.indices)
            isSequential = false
        case .map:
            let map = WeightMap(matrix)
            values = codes(map.values)
            tables =
                [
                    values.table,
                    CTable(names.map, .uint32, map.words.map { Int($0) }, "where weights are"),
                ] + (jumps ? [pointers(map.starts)] : [])
            places = alive
            isSequential = !jumps
        case .lists:
            let lists = WeightLists(matrix)
            values = codes(lists.values)
            tables = [
                values.table, columns(lists.indices, of: matrix.columns), pointers(lists.starts),
            ]
            places = alive
            isSequential = false
        case .signedLists:
            let lists = WeightLists(matrix)
            guard let entries = lists.signedIndices else { return nil }
            values = CodeTable([], name: name, prefix: prefix, shift: shift, purpose: "")
            tables = [
                CTable(names.indices, .uint16, entries.map { Int($0) }, "columns and signs"),
                pointers(lists.starts),
            ]
            places = alive
            isSequential = false
        case .runs:
            guard !jumps, matrix.additions > 0 else { return nil }
            let runs = WeightRuns(matrix)
            values = codes(runs.values)
            tables = [
                values.table,
                CTable(names.runs, .uint8, runs.packedRuns.map { Int($0) }, "runs of zeros"),
            ]
            places = []
            isSequential = true
        case .blocks:
            let all = WeightBlocks.sizes.compactMap { WeightBlocks(matrix, size: $0) }
            func bytes(_ blocks: WeightBlocks) -> Int {
                PackedCodes(blocks.values.isEmpty ? [0] : blocks.values).byteCount
                    + blocks.indices.count
                    * CInteger.unsigned(matrix.columns / blocks.size - 1).bytes
            }
            guard let blocks = all.min(by: { bytes($0) < bytes($1) }) else { return nil }
            blockSize = blocks.size
            values = codes(blocks.values)
            tables = [
                values.table, columns(blocks.indices, of: matrix.columns / blocks.size),
                pointers(blocks.starts),
            ]
            places = []
            isSequential = false
        case .planes: return nil
        }
        self.names = names
        self.values = values
        self.tables = tables
        self.places = places
        self.isSequential = isSequential
        self.blockSize = blockSize
    }

    var byteCount: Int { tables.reduce(0) { $0 + $1.byteCount } }
    /// Places that all rows walk through.
    var asked: Int {
        switch format {
        case .packed, .map, .planes: matrix.codes.count
        case .lists, .signedLists: places.count
        case .runs, .blocks: values.count
        }
    }

    /// What stands before the first row.
    var prologue: [String] {
        guard isSequential else { return [] }
        switch format {
        case .runs:
            return [
                "uint32_t e = 0U;", "uint32_t next = \(prefix)_nibble(\(names.runs), 0U);",
            ]
        case .map: return ["uint32_t e = 0U;"]
        case .packed, .lists, .signedLists, .blocks, .planes: return []
        }
    }

    /// The loop over packed codes from a place on.
    ///
    /// - Parameter arePairs: whether place and count are even, so that a byte of nibbles is read once.
    func packedLoop(
        _ place: String, _ count: String, arePairs: Bool, in array: String,
        _ body: (_ column: String, _ weight: String, _ place: String) -> [String]
    ) -> [String] {
        guard values.bits == 4, arePairs else {
            return [
                "uint32_t place = \(place);", "for (uint32_t j = 0U; j < \(count); j++, place++) {",
            ]
                + body("j", values.weight("place", in: array), "place") + ["}"]
        }
        func half(_ nibble: String) -> [String] {
            let code = "((int32_t)((\(nibble)) ^ 8U) - 8)"
            let weight = values.shift == 0 ? code : "\(code) * \(1 << values.shift)"
            return ["{"] + body("j", weight, "place") + ["}", "j++;", "place++;"]
        }
        return ["uint32_t place = \(place);", "uint32_t j = 0U;", "while (j < \(count)) {"]
            + ["const uint32_t two = \(array)[place >> 1];"] + half("two & 15U") + half("two >> 4")
            + ["}"]
    }

    /// The loop over the weights of a row.
    ///
    /// - Parameters:
    ///   - row: the row's number, an expression of C.
    ///   - body: lines for a weight: its column, its value, and its place among those stored.
    func loop(
        row: String, names: Names? = nil, columns: String? = nil,
        _ body: (_ column: String, _ weight: String, _ place: String) -> [String]
    ) -> [String] {
        let names = names ?? self.names
        let columns = columns ?? "\(matrix.columns)U"
        func weight(_ place: String) -> String { values.weight(place, in: names.values) }
        switch format {
        case .packed:
            return packedLoop(
                "(\(row)) * \(columns)", columns, arePairs: matrix.columns % 2 == 0,
                in: names.values, body)
        case .map:
            let start = isSequential ? [] : ["uint32_t e = \(names.starts)[\(row)];"]
            return start + [
                "uint32_t place = \(row) * \(columns);",
                "for (uint32_t j = 0U; j < \(columns); j++, place++) {",
                "if (((\(names.map)[place >> 5] >> (place & 31U)) & 1U) != 0U) {",
            ] + body("j", weight("e"), "e") + ["e++;", "}", "}"]
        case .lists:
            return [
                "const uint32_t end = \(names.starts)[\(row) + 1U];",
                "for (uint32_t e = \(names.starts)[\(row)]; e < end; e++) {",
                "const uint32_t j = \(names.indices)[e];",
            ] + body("j", weight("e"), "e") + ["}"]
        case .signedLists:
            let size = values.shift == 0 ? 1 : 1 << values.shift
            return [
                "const uint32_t end = \(names.starts)[\(row) + 1U];",
                "for (uint32_t e = \(names.starts)[\(row)]; e < end; e++) {",
                "const uint32_t entry = \(names.indices)[e];",
                "const uint32_t j = entry & 0x7fffU;",
            ] + body("j", "(entry > 0x7fffU ? -\(size) : \(size))", "e") + ["}"]
        case .runs:
            let count = WeightRuns(matrix).runs.count
            return [
                "const uint32_t first = \(row) * \(columns);",
                "while (next < first + \(columns)) {", "const uint32_t j = next - first;",
            ] + body("j", weight("e"), "e") + [
                "e++;",
                "next = e < \(count)U ? next + 1U + \(prefix)_nibble(\(names.runs), e) : 0xffffffffU;",
                "}",
            ]
        case .blocks:
            return [
                "const uint32_t end = (uint32_t)\(names.starts)[\(row) + 1U] * \(blockSize)U;",
                "uint32_t place = (uint32_t)\(names.starts)[\(row)] * \(blockSize)U;",
                "while (place < end) {",
                "uint32_t j = (uint32_t)\(names.indices)[place / \(blockSize)U] * \(blockSize)U;",
                "for (uint32_t b = 0U; b < \(blockSize)U; b++, j++, place++) {",
            ] + body("j", weight("place"), "place") + ["}", "}"]
        case .planes: return []
        }
    }
}
