import RanvierLearning

/// What a network must beat, measured on the same test samples: an entry of `baselines` in `result.json`.
public struct RivalResult: Codable, Equatable, Sendable {
    /// `majority` or `mean`, `last-value`, `linear`, `neighbours`, or the kind of a network.
    public var name: String
    /// What it is and with which settings; empty for a network, whose result stands beside it.
    public var detail: String
    /// How good it is.
    public var measures: [Measure]
    /// The network less this one, in the most important measures.
    public var differences: [MeasureDifference]

    /// An entry.
    public init(
        name: String, detail: String = "", measures: [Measure],
        differences: [MeasureDifference] = []
    ) {
        self.name = name
        self.detail = detail
        self.measures = measures
        self.differences = differences
    }

    private enum CodingKeys: CodingKey { case name, detail, measures, differences }

    /// Reads an entry; earlier versions wrote name and measures alone.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        name = try container.decode(String.self, forKey: .name)
        detail = try container.decodeIfPresent(String.self, forKey: .detail) ?? ""
        measures = try container.decode([Measure].self, forKey: .measures)
        differences =
            try container.decodeIfPresent([MeasureDifference].self, forKey: .differences) ?? []
    }

    /// Names of those that do not look at the samples: chance.
    public static let trivial: Set<String> = ["majority", "mean"]

    /// Whether it does not look at the samples.
    public var isTrivial: Bool { Self.trivial.contains(name) }

    /// The name within a sentence.
    public var words: String {
        switch name {
        case "majority": "always naming the most frequent class"
        case "mean": "always answering the mean of the training targets"
        case "last-value": "repeating the last value"
        case "linear": "a linear model"
        case "neighbours": "nearest neighbours"
        default: "'\(name)'"
        }
    }
}

extension [RivalResult] {
    /// The one of a name.
    public subscript(name: String) -> RivalResult? { first { $0.name == name } }
}
