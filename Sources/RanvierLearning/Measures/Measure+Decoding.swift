import RanvierFormats

extension Measure {
    /// Reads a measure.
    ///
    /// - Throws: `DecodingError` for a share outside 0…1, or an interval that is none.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        name = try container.decode(String.self, forKey: .name)
        value = try container.decode(Double.self, forKey: .value)
        unit = try container.decode(String.self, forKey: .unit)
        higherIsBetter = try container.decodeIfPresent(Bool.self, forKey: .higherIsBetter)
        interval = try container.decodeIfPresent([Double].self, forKey: .interval)
        if unit == Self.share {
            try container.require(
                value.isNaN || (-1e-6...1 + 1e-6).contains(value), .value,
                expected: "a share from 0 to 1", found: "\(value)")
        }
        try container.require(
            interval.areOrderedEnds, .interval, expected: "two numbers in order",
            found: "\(interval ?? [])")
    }
}

extension MeasureDifference {
    /// Reads a difference.
    ///
    /// - Throws: `DecodingError` for an interval that is none.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        measure = try container.decode(String.self, forKey: .measure)
        value = try container.decode(Double.self, forKey: .value)
        interval = try container.decodeIfPresent([Double].self, forKey: .interval)
        verdict = try container.decode(Verdict.self, forKey: .verdict)
        try container.require(
            interval.areOrderedEnds, .interval, expected: "two numbers in order",
            found: "\(interval ?? [])")
    }
}

extension [Double]? {
    /// Whether they are the lower and the upper end of an interval, or nothing is known.
    fileprivate var areOrderedEnds: Bool {
        map { $0.count == 2 && !($0[0] > $0[1]) } ?? true
    }
}
