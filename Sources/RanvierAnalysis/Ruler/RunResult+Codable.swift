import Foundation
import RanvierFormats
import RanvierLearning

extension RunResult: Codable {
    private enum CodingKeys: String, CodingKey {
        case method, dataset, seed, version, model, name, test, training, activity, operations
        case energy, memory, latency, calibration, baseline, measures, classes, baselines
        case warnings, headline, breakEven, compression, adaptation
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
            measures: container.decode([Measure].self, forKey: .measures),
            baseline: container.decodeIfPresent(RunResult.self, forKey: .baseline))
        // Earlier versions knew no scores of classes, and of baselines the network alone.
        classes = try container.decodeIfPresent([ClassScore].self, forKey: .classes) ?? []
        let network = baseline.map(Self.entry)
        let entries = try container.decodeIfPresent([RivalResult].self, forKey: .baselines) ?? []
        rivals = entries.filter { $0 != network }
        warnings = try container.decode([String].self, forKey: .warnings)
        breakEven = try container.decodeIfPresent(BreakEven.self, forKey: .breakEven)
        compression = try container.decodeIfPresent(CompressionRecord.self, forKey: .compression)
        adaptation = try container.decodeIfPresent(AdaptationRecord.self, forKey: .adaptation)
        headline = try container.decode(String.self, forKey: .headline)
        try requirePossible(container)
    }

    /// Refuses numbers that cannot be, of those that pages and tables add up, divide or draw.
    private func requirePossible(_ container: KeyedDecodingContainer<CodingKeys>) throws {
        func require(
            _ key: CodingKeys, _ name: String, _ value: Double, atMost limit: Double = .infinity
        ) throws {
            try container.require(
                // What is not finite is told as missing; only a limit is one of a sum or a share.
                limit.isFinite ? value >= 0 && value <= limit : !(value < 0), key,
                expected: "'\(name)' of at least 0"
                    + (limit.isFinite ? " and at most \(limit)" : ""),
                found: "\(value)")
        }
        let largest = Double(KeyedDecodingContainer<CodingKeys>.largestCount)
        if let accuracy = test.accuracy, !accuracy.isNaN {
            try require(.test, "accuracy", accuracy, atMost: 1)
        }
        try require(.test, "samples", Double(test.samples), atMost: largest)
        try require(
            .training, "epochs", Double(training.epochs), atMost: Double(TrainingState.mostEpochs))
        try require(.training, "seconds", training.seconds)
        try require(.training, "samplesPerSecond", training.samplesPerSecond)
        for layer in activity.layers { try require(.activity, layer.name, layer.rate) }
        try require(.activity, "spikesPerSample", activity.spikesPerSample)
        let energies = [
            energy.picojoulesPerSample, energy.arithmeticPicojoules, energy.actualWidthPicojoules,
            energy.withMemoryPicojoules,
        ]
        for energy in energies { try require(.energy, "picojoules", energy) }
        for value in [operations.synaptic, operations.multiplyAccumulate] {
            try require(.operations, "operations", value)
        }
        let most = Double(1 << 50 as Int)
        for bytes in [memory.weightBytes, memory.stateBytes, memory.peakResidentBytes] {
            try require(.memory, "bytes", Double(bytes), atMost: most)
        }
        try require(.latency, "secondsPerSample", latency.secondsPerSample)
        if let calibration, !calibration.expectedCalibrationError.isNaN {
            try require(
                .calibration, "expectedCalibrationError", calibration.expectedCalibrationError,
                atMost: 1)
        }
        try container.require(
            Set(measures.map(\.name)).count == measures.count, .measures,
            expected: "each measure once", found: "\(measures.map(\.name))")
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
        try container.encodeIfPresent(breakEven, forKey: .breakEven)
        try container.encodeIfPresent(compression, forKey: .compression)
        try container.encodeIfPresent(adaptation, forKey: .adaptation)
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

    /// The form of stored files.
    private static let format = 1

    /// The result as a file holds it: the same JSON with a checksum.
    public func sealedJSON() throws -> Data {
        try StoredJSON.sealed(self, format: Self.format, isPretty: true)
    }

    /// Reads a stored `result.json`.
    ///
    /// - Parameter warning: hears that the file has no checksum; standard error, if left out.
    /// - Throws: `StoredFileError` that names the file.
    public init(
        storedIn file: URL, warning: StoredFileWarning = StoredFileWarnings.standardError
    ) throws(StoredFileError) {
        self = try StoredJSON.value(storedIn: file, format: Self.format, warning: warning)
    }
}
