/// Numbers in flash: a `static const` array.
struct CTable: Sendable {
    let name: String
    let type: CInteger
    let values: [Int]
    /// What it is, for the memory map.
    let purpose: String

    /// A table; an empty one, which C does not know, holds one 0.
    init(_ name: String, _ type: CInteger, _ values: [Int], _ purpose: String) {
        self.name = name
        self.type = type
        self.values = values.isEmpty ? [0] : values
        self.purpose = purpose
    }

    var byteCount: Int { values.count * type.bytes }

    /// `static const int8_t name[3] = {…};`
    var lines: [String] {
        let perLine = type == .uint32 ? 8 : 16
        var lines = ["static const \(type.name) \(name)[\(values.count)] = {"]
        for first in stride(from: 0, to: values.count, by: perLine) {
            let part = values[first..<min(first + perLine, values.count)]
            lines.append(part.map(type.literal).joined(separator: ", ") + ",")
        }
        return lines + ["};"]
    }
}

/// A number for each channel: one for all, or a table.
struct ChannelNumbers {
    let table: CTable?
    private let same: Int

    init(_ numbers: [Int], name: String, purpose: String) {
        same = numbers[0]
        guard Set(numbers).count > 1, let lowest = numbers.min(), let highest = numbers.max() else {
            table = nil
            return
        }
        table = CTable(name, .holding(lowest...highest), numbers, purpose)
    }

    /// The number of a channel as C reads it.
    func expression(_ channel: String) -> String {
        table.map { "(int32_t)\($0.name)[\(channel)]" } ?? CInteger.literal(same)
    }
}
