/// Packed codes as a table, and how C reads one of them.
struct CodeTable {
    let table: CTable
    let bits: Int
    /// How many codes there are.
    let count: Int
    /// Added to the exponent of each code.
    let shift: Int
    private let prefix: String

    init(_ codes: [Int8], name: String, prefix: String, shift: Int, purpose: String) {
        let packed = PackedCodes(codes.isEmpty ? [0] : codes)
        bits = packed.bits
        count = codes.count
        self.shift = shift
        self.prefix = prefix
        let what = "\(purpose), \(packed.bits) bit"
        table =
            packed.bits == 8
            ? CTable(name, .int8, packed.codes.map { Int($0) }, what)
            : packed.words.isEmpty
                ? CTable(name, .uint8, packed.bytes.map { Int($0) }, what)
                : CTable(name, .uint32, packed.words.map { Int($0) }, what)
    }

    /// Type of an element.
    var type: CInteger { table.type }

    /// A weight as C reads it, `int32_t`.
    ///
    /// - Parameter array: nil for the table itself.
    func weight(_ index: String, in array: String? = nil) -> String {
        let array = array ?? table.name
        let code =
            bits == 8 ? "(int32_t)\(array)[\(index)]" : "\(prefix)_code\(bits)(\(array), \(index))"
        return shift == 0 ? code : "\(code) * \(1 << shift)"
    }
}
