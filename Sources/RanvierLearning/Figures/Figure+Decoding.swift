import RanvierFormats

extension Figure.Curve {
    private enum Key: CodingKey { case name, x, y }

    /// Reads a curve.
    ///
    /// - Throws: `DecodingError` where there are not as many values as places.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        try self.init(
            name: container.decode(String.self, forKey: .name),
            x: container.decode([Double].self, forKey: .x),
            y: container.decode([Double?].self, forKey: .y))
        try container.require(
            x.count == y.count, .y, expected: "\(x.count) values, one a place",
            found: "\(y.count)")
    }
}
