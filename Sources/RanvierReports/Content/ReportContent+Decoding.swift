import Foundation
import RanvierAnalysis
import RanvierFormats
import RanvierLearning

extension ReportContent {
    private enum Key: CodingKey {
        case title, command, configuration, datasetDescription, epochs, confusion, classNames
        case sample, diagnostics, reliability, result, energyTable, energyAssumptions, warnings
    }

    /// Reads the content of a report.
    ///
    /// - Throws: `DecodingError` that names the key where a part cannot be, or parts contradict each other.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        try self.init(
            title: container.decode(String.self, forKey: .title),
            command: container.decode(String.self, forKey: .command),
            configuration: container.decode(String.self, forKey: .configuration),
            datasetDescription: container.decode(String.self, forKey: .datasetDescription),
            epochs: container.decode([EpochReport].self, forKey: .epochs),
            confusion: container.decodeIfPresent(ConfusionMatrix.self, forKey: .confusion),
            classNames: container.decode([String].self, forKey: .classNames),
            sample: container.decodeIfPresent(Sample.self, forKey: .sample),
            diagnostics: container.decode([Diagnostic].self, forKey: .diagnostics),
            reliability: container.decodeIfPresent(ReliabilityBins.self, forKey: .reliability),
            result: container.decode(RunResult.self, forKey: .result),
            energyTable: container.decode(EnergyTable.self, forKey: .energyTable),
            energyAssumptions: container.decode(
                EnergyAssumptions.self, forKey: .energyAssumptions),
            warnings: container.decode([String].self, forKey: .warnings))
        let numbers = epochs.map(\.epoch)
        try container.require(
            numbers == Array(1..<numbers.count + 1), .epochs,
            expected: "reports of the epochs 1 to \(numbers.count) in order",
            found: "\(numbers.prefix(10))")
        try container.require(
            epochs.count == result.training.epochs, .epochs,
            expected: "\(result.training.epochs) reports, as the result says",
            found: "\(epochs.count)")
        if let confusion {
            try container.require(
                confusion.classes == classNames.count, .confusion,
                expected: "\(classNames.count) classes, as many as names",
                found: "\(confusion.classes)")
            try container.require(
                confusion.total == result.test.samples, .confusion,
                expected: "\(result.test.samples) samples, as the result says",
                found: "\(confusion.total)")
        }
        if let reliability {
            try container.require(
                reliability.total == result.test.samples, .reliability,
                expected: "\(result.test.samples) samples, as the result says",
                found: "\(reliability.total)")
        }
    }

    /// The form of stored files.
    private static let format = 1

    /// The content as a run stores it, with a checksum.
    public func sealedJSON() throws -> Data {
        try StoredJSON.sealed(self, format: Self.format)
    }

    /// Reads a stored `report.json`.
    ///
    /// - Parameter warning: hears that the file has no checksum; standard error, if left out.
    /// - Throws: `StoredFileError` that names the file.
    public init(
        storedIn file: URL, warning: StoredFileWarning = StoredFileWarnings.standardError
    ) throws(StoredFileError) {
        self = try StoredJSON.value(storedIn: file, format: Self.format, warning: warning)
    }
}
