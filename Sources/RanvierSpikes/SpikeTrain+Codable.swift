extension SpikeTrain: Codable {
    private enum CodingKeys: String, CodingKey {
        case times, duration
    }

    /// Reads a train and checks it as ``init(times:duration:)`` does.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        try self.init(
            times: container.decode([Double].self, forKey: .times),
            duration: container.decode(Double.self, forKey: .duration))
    }

    /// Writes times and duration.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(times, forKey: .times)
        try container.encode(duration, forKey: .duration)
    }
}
