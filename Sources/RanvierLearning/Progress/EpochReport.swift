import RanvierConfiguration
import RanvierFormats

/// What an epoch gave.
///
/// In a file one object: `epoch`, `trainingLoss`, `trainingAccuracy`, …, `validationLoss`, …, `seconds`, `learningRate`,
/// `warnings`, and what only the method keeps under names of its own.
public struct EpochReport: Sendable, Hashable {
    /// Number of the epoch, from 1.
    public var epoch: Int
    /// Loss and measures of the training samples, each before the step that it was part of: `loss`, `accuracy`, ….
    public var training: [String: Double]
    /// Loss and measures of the validation samples after the epoch; empty where there are none.
    public var validation: [String: Double] = [:]
    /// Duration in seconds, without validation.
    public var seconds: Double
    /// Learning rate at the last step.
    public var learningRate: Double
    /// Layers that are silent or saturated.
    public var warnings: [String]
    /// What only this way of learning keeps, by names that do not begin with `training` or `validation`.
    public var records: [String: ConfigurationValue] = [:]

    /// A report without validation.
    ///
    /// - Parameter training: loss and measures of the training samples.
    public init(
        epoch: Int, training: [String: Double], seconds: Double, learningRate: Double,
        warnings: [String] = []
    ) {
        self.epoch = epoch
        self.training = training
        self.seconds = seconds
        self.learningRate = learningRate
        self.warnings = warnings
    }

    /// What the method tells of the epoch that is no warning: a choice it made, for example.
    public var notes: [String] {
        get {
            guard case .list(let texts)? = records["notes"] else { return [] }
            return texts.compactMap { if case .string(let text) = $0 { text } else { nil } }
        }
        set { records["notes"] = newValue.isEmpty ? nil : .list(newValue.map { .string($0) }) }
    }

    /// Mean loss over the training samples.
    public var trainingLoss: Double { training["loss"] ?? .nan }
    /// Mean loss over the validation samples; nil where there are none.
    public var validationLoss: Double? { validation["loss"] }
    /// Share of training samples classified rightly; nil where samples have no classes.
    public var trainingAccuracy: Double? { training["accuracy"] }
    /// Share of validation samples classified rightly; nil where there are none or they have no classes.
    public var validationAccuracy: Double? { validation["accuracy"] }
}

extension EpochReport: Codable {
    private struct Key: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    private static let (trainingPrefix, validationPrefix) = ("training", "validation")

    /// Reads a report.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        func value<Value: Decodable>(_ key: String) throws -> Value {
            try container.decode(Value.self, forKey: Key(stringValue: key))
        }
        func measures(_ prefix: String) throws -> [String: Double] {
            var found: [String: Double] = [:]
            for key in container.allKeys where key.stringValue.hasPrefix(prefix) {
                let name = Self.kebab(String(key.stringValue.dropFirst(prefix.count)))
                guard !name.isEmpty else { continue }
                found[name] = try container.decode(Double.self, forKey: key)
            }
            return found
        }
        try self.init(
            epoch: value("epoch"), training: measures(Self.trainingPrefix),
            seconds: value("seconds"), learningRate: value("learningRate"),
            warnings: value("warnings"))
        for (key, number) in [("seconds", seconds), ("learningRate", learningRate)] {
            try container.require(
                number.isFinite && number >= 0, Key(stringValue: key),
                expected: "a number of at least 0", found: "\(number)")
        }
        try container.require(
            (1...TrainingState.mostEpochs).contains(epoch), Key(stringValue: "epoch"),
            expected: "1 to \(TrainingState.mostEpochs)", found: "\(epoch)")
        validation = try measures(Self.validationPrefix)
        for key in container.allKeys where !Self.known(key.stringValue) {
            records[key.stringValue] = try container.decode(ConfigurationValue.self, forKey: key)
        }
    }

    /// Writes a report.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(epoch, forKey: Key(stringValue: "epoch"))
        try container.encode(seconds, forKey: Key(stringValue: "seconds"))
        try container.encode(learningRate, forKey: Key(stringValue: "learningRate"))
        try container.encode(warnings, forKey: Key(stringValue: "warnings"))
        for (prefix, measures) in [
            (Self.trainingPrefix, training), (Self.validationPrefix, validation),
        ] {
            for (name, value) in measures {
                try container.encode(value, forKey: Key(stringValue: prefix + Self.camel(name)))
            }
        }
        for (name, value) in records {
            guard !Self.known(name) else {
                throw EncodingError.invalidValue(
                    name,
                    .init(
                        codingPath: encoder.codingPath,
                        debugDescription: "a record '\(name)' has the name of what all reports hold"
                    ))
            }
            try container.encode(value, forKey: Key(stringValue: name))
        }
    }

    /// Whether a key belongs to all reports.
    private static func known(_ key: String) -> Bool {
        ["epoch", "seconds", "learningRate", "warnings"].contains(key)
            || key.hasPrefix(trainingPrefix) || key.hasPrefix(validationPrefix)
    }

    /// `mean-absolute-error` as `MeanAbsoluteError`.
    private static func camel(_ name: String) -> String {
        name.split(separator: "-").map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
    }

    private static func kebab(_ name: String) -> String {
        name.reduce(into: "") { text, letter in
            if letter.isUppercase, !text.isEmpty { text += "-" }
            text += letter.lowercased()
        }
    }
}
