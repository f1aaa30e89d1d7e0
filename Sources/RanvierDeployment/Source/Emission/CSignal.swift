/// What one stage hands to the next at a step, as C finds it.
struct CSignal {
    enum Form: Equatable {
        /// Bits, 32 a word.
        case bits
        /// A number each.
        case numbers(CInteger)
    }
    var form: Form
    var count: Int
    /// The array, an expression.
    var array: String
    /// Whether it is the row that was handed over.
    var isRow = false
    /// A function that clips a number of the row, where its type holds more than the input's range.
    var clip: String?

    var isBits: Bool { form == .bits }
    var words: Int { (count + 31) / 32 }

    /// A word of bits; a row's bits beyond the last are left out.
    func word(_ index: String) -> String {
        guard isRow, count % 32 != 0 else { return "\(array)[\(index)]" }
        let mask = (UInt32(1) << (count % 32)) - 1
        return words == 1
            ? "(\(array)[\(index)] & \(CInteger.uint32.literal(Int(mask))))"
            : "(\(index) == \(words - 1)U ? \(array)[\(index)] & "
                + "\(CInteger.uint32.literal(Int(mask))) : \(array)[\(index)])"
    }

    /// Whether a bit is set, as `uint32_t` 0 or 1.
    func bit(_ index: String) -> String { "((\(array)[\(index) >> 5] >> (\(index) & 31U)) & 1U)" }

    /// A number, `int32_t`; bits are 0 and 1.
    func number(_ index: String) -> String {
        switch form {
        case .bits: "(int32_t)\(bit(index))"
        case .numbers: clip.map { "\($0)(\(array)[\(index)])" } ?? "(int32_t)\(array)[\(index)]"
        }
    }
}

/// A field of the state.
struct CField {
    /// Whose memory it shares.
    enum Life: CaseIterable {
        /// Its own.
        case kept
        /// What stages hand on, of every second stage, and what lives within a stage.
        case even, odd, within
    }
    let name: String
    let type: CInteger
    /// Elements; 0 for a number alone.
    let count: Int
    let life: Life
    let purpose: String

    var byteCount: Int { max(1, count) * type.bytes }
    var declaration: String { "\(type.name) \(name)\(count == 0 ? "" : "[\(count)]");" }
}
