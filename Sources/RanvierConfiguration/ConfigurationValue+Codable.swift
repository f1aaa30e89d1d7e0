extension ConfigurationValue: Codable {
    private struct Key: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init(_ key: String) { stringValue = key }
        init?(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    /// Reads any JSON value; keys of an object come in alphabetical order.
    public init(from decoder: any Decoder) throws {
        if let object = try? decoder.container(keyedBy: Key.self) {
            self = .section(
                try object.allKeys.sorted { $0.stringValue < $1.stringValue }.map {
                    Entry(
                        $0.stringValue, try object.decode(ConfigurationValue.self, forKey: $0))
                })
            return
        }
        if var list = try? decoder.unkeyedContainer() {
            var values: [ConfigurationValue] = []
            while !list.isAtEnd { values.append(try list.decode(ConfigurationValue.self)) }
            self = .list(values)
            return
        }
        let value = try decoder.singleValueContainer()
        if value.decodeNil() {
            self = .null
        } else if let truth = try? value.decode(Bool.self) {
            self = .boolean(truth)
        } else if let number = try? value.decode(Int.self) {
            self = .integer(number)
        } else if let number = try? value.decode(Double.self) {
            self = .float(number)
        } else {
            self = .string(try value.decode(String.self))
        }
    }

    /// Writes the tree; a section becomes an object.
    public func encode(to encoder: any Encoder) throws {
        switch self {
        case .section(let entries):
            var object = encoder.container(keyedBy: Key.self)
            for entry in entries { try object.encode(entry.value, forKey: Key(entry.key)) }
        case .list(let values):
            var list = encoder.unkeyedContainer()
            for value in values { try list.encode(value) }
        case .null:
            var value = encoder.singleValueContainer()
            try value.encodeNil()
        case .boolean(let truth):
            var value = encoder.singleValueContainer()
            try value.encode(truth)
        case .integer(let number):
            var value = encoder.singleValueContainer()
            try value.encode(number)
        case .float(let number):
            var value = encoder.singleValueContainer()
            try value.encode(number)
        case .string(let text):
            var value = encoder.singleValueContainer()
            try value.encode(text)
        }
    }
}
