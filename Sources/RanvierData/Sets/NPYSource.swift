import Foundation
import RanvierConfiguration
import RanvierFormats

/// `npy`: arrays of NumPy, one of features and one of labels.
///
///     dataset: {name: npy, train-features: x.npy, train-labels: y.npy, test-fraction: 0.2}
///     dataset: {name: npy, train-features: x.npy, train-labels: y.npy, time-step: 10e-3}
///
/// Features `[n, …]` keep their shape and, of whatever type, their values. Labels `[n]` are whole numbers; each that occurs
/// in training is a class, named by it and in order of them.
struct NPYSource: DataSource {
    static let kind = "npy"
    static let pathKeys = ["train-features", "train-labels", "test-features", "test-labels"]
    var trainFeatures = ""
    var trainLabels = ""
    var testFeatures: String?
    var testLabels: String?
    var testFraction = 0.2
    /// Seconds of a step of sequences `[n, T, …]`; nil where samples are none, or it is not known.
    var timeStep: Double?
    var hasImages: Bool { true }

    static let schema = Schema<NPYSource> {
        Field.text("train-features", \.trainFeatures, isRequired: true)
        Field.text("train-labels", \.trainLabels, isRequired: true)
        Field { section, value throws(ConfigurationError) in
            value.testFeatures = try section.optionalString("test-features")
            value.testLabels = try section.optionalString("test-labels")
            guard (value.testFeatures == nil) == (value.testLabels == nil) else {
                let missing = value.testLabels == nil ? "test-labels" : "test-features"
                throw section.invalid(missing, "features and labels of the test come together")
            }
        } write: {
            [
                .init("test-features", $0.testFeatures.map { .string($0) } ?? .null),
                .init("test-labels", $0.testLabels.map { .string($0) } ?? .null),
            ]
        } vary: { _, _ in
        }
        Field.testFraction("test-features", \.testFraction, unless: { $0.testFeatures != nil })
        Field.optionalNumber("time-step", \.timeStep, in: .positive)
    }

    func load(from place: DataPlace) throws(DataError) -> DataParts {
        func array(_ path: String) throws(DataError) -> NPYFile {
            try NPYFile(contentsOf: URL(filePath: path, relativeTo: place.folder))
        }
        let features = try array(trainFeatures)
        let labels = try Self.labels(array(trainLabels), of: features)
        let classes = Array(Set(labels)).sorted()
        var warnings: [String] = []
        let training = try samples(
            features, labels, classes, name: "\(trainFeatures)", warnings: &warnings)
        var parts: DataParts
        if let testFeatures, let testLabels {
            let features = try array(testFeatures), file = try array(testLabels)
            let labels = try Self.labels(file, of: features)
            if let index = labels.firstIndex(where: { !classes.contains($0) }) {
                throw DataError(
                    .labelOutsideClasses, at: "\(file.path), label \(index)",
                    expected: "a class of \(trainLabels) (\(Self.list(classes)))",
                    found: "\(labels[index])", advice: "a network cannot name what it never saw")
            }
            parts = DataParts(
                training: training,
                test: try samples(
                    features, labels, classes, name: "\(testFeatures)", warnings: &warnings))
            for (name, count) in zip(training.classNames, parts.test.classCounts) where count == 0 {
                warnings.append("class '\(name)' does not occur in \(testLabels)")
            }
        } else {
            let split = try training.split(validationFraction: testFraction, seed: place.seed)
            parts = DataParts(training: split.training, test: split.validation)
        }
        let range = training.valueRange
        parts.notes = [
            "\(trainFeatures): \(features.elementType) \(features.shape), values from "
                + "\(range.lowerBound) to \(range.upperBound) taken as they are; classes "
                + Self.list(classes)
        ]
        parts.warnings = warnings
        return parts
    }

    private static func list(_ classes: [Int]) -> String {
        classes.prefix(12).map { "\($0)" }.joined(separator: ", ")
            + (classes.count > 12 ? ", … (\(classes.count))" : "")
    }

    private static func labels(
        _ file: NPYFile, of features: NPYFile
    ) throws(DataError) -> [Int] {
        guard let count = features.shape.first, count > 0, features.numbers.count > 0 else {
            throw DataError(
                .wrongFormat, at: features.path, expected: "features [samples, …]",
                found: "an array \(features.shape)", advice: "save one row for each sample")
        }
        let isColumn = file.shape.count == 2 && file.shape[1] == 1
        guard file.shape.count == 1 || isColumn else {
            throw DataError(
                .wrongFormat, at: file.path, expected: "one label for each sample, [samples]",
                found: "an array \(file.shape)",
                advice: "save the number of the class; of a row for each sample take argmax(axis=1)"
            )
        }
        guard file.numbers.count == count else {
            throw DataError(
                .countMismatch, at: file.path,
                expected: "\(count) labels, one for each sample of \(features.path)",
                found: "\(file.numbers.count)", advice: "check that the two files belong together")
        }
        return try file.integers()
    }

    private func samples(
        _ file: NPYFile, _ labels: [Int], _ classes: [Int], name: String,
        warnings: inout [String]
    ) throws(DataError) -> Dataset {
        let shape = file.shape.count == 1 ? [1] : Array(file.shape.dropFirst())
        if timeStep != nil, file.shape.count < 2 {
            throw DataError(
                .invalidParameter, at: "\(file.path), time-step",
                expected: "sequences [samples, steps, …]", found: "an array \(file.shape)",
                advice: "leave out dataset.time-step for samples that are no sequences")
        }
        let size = file.numbers.count / labels.count
        if let index = file.numbers.firstIndex(where: { !Float($0).isFinite }) {
            throw DataError(
                .notFinite, at: "\(file.path), sample \(index / size), value \(index % size)",
                expected: "a finite number in single precision", found: "\(file.numbers[index])",
                advice: "remove or replace such values before training")
        }
        if let feature = Self.coarseFeature(file.numbers, size: size) {
            warnings.append(
                "\(name): the differences of value \(feature) of the samples are small beside the value itself "
                    + "and lose digits in single precision; subtract its mean before saving")
        }
        let indices = Dictionary(uniqueKeysWithValues: classes.enumerated().map { ($1, $0) })
        return try Dataset(
            name: name, values: file.numbers.map { Float($0) }, featureShape: shape,
            labels: labels.compactMap { indices[$0] }, classNames: classes.map { "\($0)" },
            origin: DataOrigin(source: URL(filePath: name).lastPathComponent)
        ).timed(step: timeStep)
    }

    /// The first position of a sample whose values lie so close together that single precision has fewer than a thousand
    /// steps between the smallest and the largest.
    private static func coarseFeature(_ numbers: [Double], size: Int) -> Int? {
        (0..<size).first { feature in
            var low = Double.infinity, high = -Double.infinity
            for index in stride(from: feature, to: numbers.count, by: size) {
                low = min(low, numbers[index])
                high = max(high, numbers[index])
            }
            return high > low && (high - low) < max(abs(low), abs(high)) * 0x1p-24 * 1000
        }
    }
}
