import Foundation

// MARK: - Text, truth and choices

extension ConfigurationSection {
    /// Text; without a default it must be there.
    ///
    /// - Throws: `ConfigurationError`.
    public func string(
        _ key: String, default defaultValue: String? = nil
    ) throws(ConfigurationError) -> String {
        try value(key, default: defaultValue, expected: "text", ConfigurationValue.string) {
            $0.text
        }
    }

    /// Text, or nil if the key is not there or empty.
    ///
    /// - Throws: `ConfigurationError` if it is a list or a section.
    public func optionalString(_ key: String) throws(ConfigurationError) -> String? {
        guard isSet(key) else { return nil }
        return try string(key)
    }

    /// A path at the top of a configuration, or nothing; a relative one starts from the configuration's folder.
    public func optionalPath(_ key: String) throws(ConfigurationError) -> URL? {
        guard isSet(key) else { return nil }
        let path = try string(key)
        guard !path.isEmpty else { throw invalid(key, "expected a path, found empty text") }
        return URL(filePath: path, relativeTo: folder).standardizedFileURL
    }

    /// True or false; without a default it must be there.
    ///
    /// - Throws: `ConfigurationError`.
    public func boolean(
        _ key: String, default defaultValue: Bool? = nil
    ) throws(ConfigurationError) -> Bool {
        try value(key, default: defaultValue, expected: "true or false", ConfigurationValue.boolean)
        { $0.truth }
    }

    /// One of the allowed words; without a default it must be there.
    ///
    /// - Throws: `ConfigurationError` that lists the allowed words and suggests the nearest.
    public func choice(
        _ key: String, of allowed: [String], default defaultValue: String? = nil
    ) throws(ConfigurationError) -> String {
        let expected = "one of \(allowed.joined(separator: ", "))"
        let word = try value(
            key, default: defaultValue, expected: expected, ConfigurationValue.string
        ) { $0.text }
        guard allowed.contains(word) else {
            throw wrong(
                key, expected: expected, found: "'\(word)'",
                nearest: NearestName.of(word, among: allowed))
        }
        return word
    }

    /// One of the cases of a type whose raw values are the allowed words.
    ///
    /// - Throws: `ConfigurationError` that lists the allowed words and suggests the nearest.
    public func choice<Choice: RawRepresentable<String> & CaseIterable>(
        _ key: String, as type: Choice.Type = Choice.self, default defaultValue: Choice? = nil
    ) throws(ConfigurationError) -> Choice {
        let allowed = Choice.allCases.map(\.rawValue)
        let word = try choice(key, of: allowed, default: defaultValue?.rawValue)
        guard let choice = Choice(rawValue: word) else {
            throw wrong(key, expected: "one of \(allowed)", found: word)
        }
        return choice
    }
}

// MARK: - Numbers

extension ConfigurationSection {
    /// A whole number within bounds; without a default it must be there.
    ///
    /// - Throws: `ConfigurationError`.
    public func integer<Bounds: ConfigurationBounds>(
        _ key: String, default defaultValue: Int? = nil, in bounds: Bounds = Unbounded<Int>()
    ) throws(ConfigurationError) -> Int where Bounds.Bound == Int {
        let expected =
            "an integer" + bounds.requirement
            + (node(key).map { NumberBounds.requirement(for: $0, beside: bounds) } ?? "")
        return try value(key, default: defaultValue, expected: expected, ConfigurationValue.integer)
        { node in
            node.wholeNumber(in: bounds)
        }
    }

    /// A seed of random numbers: any whole number from 0; without a default it must be there.
    ///
    /// - Throws: `ConfigurationError`.
    public func seed(
        _ key: String, default defaultValue: UInt64? = nil
    ) throws(ConfigurationError) -> UInt64 {
        UInt64(
            try value(
                key, default: defaultValue.map { Int(clamping: $0) },
                expected: "an integer of at least 0, at most \(Int.max)",
                ConfigurationValue.integer
            ) { node in
                node.integer.flatMap { $0 >= 0 ? $0 : nil }
            })
    }

    /// A whole number within bounds, or nil if the key is not there or empty.
    ///
    /// - Throws: `ConfigurationError`.
    public func optionalInteger<Bounds: ConfigurationBounds>(
        _ key: String, in bounds: Bounds = Unbounded<Int>()
    ) throws(ConfigurationError) -> Int? where Bounds.Bound == Int {
        guard isSet(key) else { return nil }
        return try integer(key, in: bounds)
    }

    /// A number within bounds; without a default it must be there. `20`, `0.5`, `1e-3` all do.
    ///
    /// - Throws: `ConfigurationError`; also for NaN and infinities.
    public func float<Bounds: ConfigurationBounds>(
        _ key: String, default defaultValue: Double? = nil, in bounds: Bounds = Unbounded<Double>()
    ) throws(ConfigurationError) -> Double where Bounds.Bound == Double {
        let expected =
            "a number" + bounds.requirement
            + (node(key).map(NumberBounds.requirement(forNumber:)) ?? "")
        return try value(key, default: defaultValue, expected: expected, ConfigurationValue.float) {
            node in
            node.float.flatMap { bounds.contains($0) ? $0 : nil }
        }
    }

    /// A number within bounds, or nil if the key is not there or empty.
    ///
    /// - Throws: `ConfigurationError`.
    public func optionalFloat<Bounds: ConfigurationBounds>(
        _ key: String, in bounds: Bounds = Unbounded<Double>()
    ) throws(ConfigurationError) -> Double? where Bounds.Bound == Double {
        guard isSet(key) else { return nil }
        return try float(key, in: bounds)
    }
}

// MARK: - Lists

extension ConfigurationSection {
    /// A list of texts; without a default it must be there.
    ///
    /// - Throws: `ConfigurationError` that names the element by its index.
    public func strings(
        _ key: String, default defaultValue: [String]? = nil
    ) throws(ConfigurationError) -> [String] {
        try list(key, default: defaultValue, expected: { _ in "text" }, ConfigurationValue.string) {
            $0.text
        }
    }

    /// A list of whole numbers within bounds; without a default it must be there.
    ///
    /// - Throws: `ConfigurationError` that names the element by its index.
    public func integers<Bounds: ConfigurationBounds>(
        _ key: String, default defaultValue: [Int]? = nil, in bounds: Bounds = Unbounded<Int>()
    ) throws(ConfigurationError) -> [Int] where Bounds.Bound == Int {
        let expected = "an integer" + bounds.requirement
        return try list(
            key, default: defaultValue,
            expected: {
                expected + ($0.map { NumberBounds.requirement(for: $0, beside: bounds) } ?? "")
            },
            ConfigurationValue.integer
        ) { node in
            node.wholeNumber(in: bounds)
        }
    }

    /// A list of numbers within bounds; without a default it must be there.
    ///
    /// - Throws: `ConfigurationError` that names the element by its index.
    public func floats<Bounds: ConfigurationBounds>(
        _ key: String, default defaultValue: [Double]? = nil,
        in bounds: Bounds = Unbounded<Double>()
    ) throws(ConfigurationError) -> [Double] where Bounds.Bound == Double {
        let expected = "a number" + bounds.requirement
        return try list(
            key, default: defaultValue,
            expected: { expected + ($0.map(NumberBounds.requirement(forNumber:)) ?? "") },
            ConfigurationValue.float
        ) { node in
            node.float.flatMap { bounds.contains($0) ? $0 : nil }
        }
    }
}

// MARK: - The common path

extension ConfigurationSection {
    /// Whether an optional key holds something; if not, it is recorded as nothing.
    private func isSet(_ key: String) -> Bool {
        if let node = node(key), !node.isNull { return true }
        record(key, ConfigurationValue.null)
        return false
    }

    private func value<Value>(
        _ key: String, default defaultValue: Value?, expected: String,
        _ wrap: (Value) -> ConfigurationValue, convert: (ConfigurationNode) -> Value?
    ) throws(ConfigurationError) -> Value {
        let value: Value
        if let defaultValue, node(key) == nil {
            value = defaultValue
        } else {
            let node = try requiredNode(key, expected: expected)
            guard let converted = convert(node) else {
                throw wrong(key, expected: expected, found: node.found)
            }
            value = converted
        }
        record(key, wrap(value))
        return value
    }

    private func list<Value>(
        _ key: String, default defaultValue: [Value]?, expected: (ConfigurationNode?) -> String,
        _ wrap: (Value) -> ConfigurationValue, convert: (ConfigurationNode) -> Value?
    ) throws(ConfigurationError) -> [Value] {
        var values: [Value] = []
        if let defaultValue, node(key) == nil {
            values = defaultValue
        } else {
            let node = try requiredNode(key, expected: "a list, each \(expected(nil))")
            guard case .list(let nodes) = node.content else {
                throw wrong(key, expected: "a list, each \(expected(nil))", found: node.found)
            }
            for (index, node) in nodes.enumerated() {
                guard let value = convert(node) else {
                    throw ConfigurationError(
                        location: node.location,
                        keyPath: ConfigurationNode.path(path(to: key), String(index)),
                        problem: .wrongValue(
                            expected: expected(node), found: node.found, nearest: nil))
                }
                values.append(value)
            }
        }
        record(key, .list(values.map(wrap)))
        return values
    }
}

// MARK: - Conversions

extension ConfigurationNode {
    /// The text of a scalar, quoted or not.
    fileprivate var text: String? {
        guard case .scalar(let text, _) = content, !isNull else { return nil }
        return text
    }

    /// The text of a scalar that was not quoted.
    private var plain: String? {
        guard case .scalar(let text, isQuoted: false) = content else { return nil }
        return text
    }

    fileprivate var truth: Bool? {
        switch plain {
        case "true": true
        case "false": false
        default: nil
        }
    }

    fileprivate var integer: Int? { plain.flatMap { Int($0) } }

    /// A whole number within bounds and those of all whole numbers.
    fileprivate func wholeNumber<Bounds: ConfigurationBounds>(in bounds: Bounds) -> Int?
    where Bounds.Bound == Int {
        integer.flatMap { NumberBounds.wholeNumbers.contains($0) && bounds.contains($0) ? $0 : nil }
    }

    /// A decimal number; Swift's hexadecimal, `inf` and `nan` spellings are not taken.
    fileprivate var float: Double? {
        guard let plain, plain.allSatisfy({ "0123456789+-.eE".contains($0) }),
            let value = Double(plain), value == 0 || NumberBounds.magnitudes.contains(abs(value))
        else { return nil }
        return value
    }
}
