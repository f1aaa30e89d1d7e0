import Foundation
import RanvierFormats
import RanvierLearning

extension RunResult: Codable {
    private enum CodingKeys: String, CodingKey {
        case method, dataset, seed, version, model, name, test, training, activity, operations
        case energy, memory, latency, calibration, baseline, measures, classes, baselines
        case warnings, headline
    }

    /// Reads a result.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        try self.init(
            method: container.decode(String.self, forKey: .method),
            dataset: container.decode(String.self, forKey: .dataset),
            seed: container.decode(UInt64.self, forKey: .seed),
            version: container.decode(String.self, forKey: .version),
            model: container.decode(String.self, forKey: .model),
            name: container.decode(String.self, forKey: .name),
            test: container.decode(Test.self, forKey: .test),
            training: container.decode(Training.self, forKey: .training),
            activity: container.decode(Activity.self, forKey: .activity),
            operations: container.decode(Operations.self, forKey: .operations),
            energy: container.decode(Energy.self, forKey: .energy),
            memory: container.decode(Memory.self, forKey: .memory),
            latency: container.decode(Latency.self, forKey: .latency),
            calibration: container.decodeIfPresent(Calibration.self, forKey: .calibration),
            baseline: container.decodeIfPresent(RunResult.self, forKey: .baseline))
        measures = try container.decode([Measure].self, forKey: .measures)
        // Earlier versions knew no scores of classes, and of baselines the network alone.
        classes = try container.decodeIfPresent([ClassScore].self, forKey: .classes) ?? []
        let network = baseline.map(Self.entry)
        let entries = try container.decodeIfPresent([RivalResult].self, forKey: .baselines) ?? []
        rivals = entries.filter { $0 != network }
        warnings = try container.decode([String].self, forKey: .warnings)
        headline = try container.decode(String.self, forKey: .headline)
    }

    /// Writes a result; without a baseline there is no such key.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(method, forKey: .method)
        try container.encode(dataset, forKey: .dataset)
        try container.encode(seed, forKey: .seed)
        try container.encode(version, forKey: .version)
        try container.encode(model, forKey: .model)
        try container.encode(name, forKey: .name)
        try container.encode(test, forKey: .test)
        try container.encode(training, forKey: .training)
        try container.encode(activity, forKey: .activity)
        try container.encode(operations, forKey: .operations)
        try container.encode(energy, forKey: .energy)
        try container.encode(memory, forKey: .memory)
        try container.encode(latency, forKey: .latency)
        try container.encodeIfPresent(calibration, forKey: .calibration)
        try container.encode(measures, forKey: .measures)
        try container.encode(warnings, forKey: .warnings)
        try container.encode(headline, forKey: .headline)
        try container.encodeIfPresent(baseline, forKey: .baseline)
        try container.encode(classes, forKey: .classes)
        let isListed = baseline.map { rivals[$0.model] != nil } ?? true
        try container.encode(
            (isListed ? [] : [baseline].compactMap { $0.map(Self.entry) }) + rivals,
            forKey: .baselines)
    }

    /// A network among the baselines, without differences.
    private static func entry(_ baseline: RunResult) -> RivalResult {
        RivalResult(name: baseline.model, measures: baseline.measures)
    }

    /// The result as JSON with sorted keys; numbers that JSON lacks become "inf", "-inf" and "nan".
    public func json(isPretty: Bool = true) throws -> Data {
        try StoredJSON.data(self, isPretty: isPretty)
    }

    /// Reads what `json()` wrote.
    public init(json data: Data) throws { self = try StoredJSON.value(from: data) }
}
