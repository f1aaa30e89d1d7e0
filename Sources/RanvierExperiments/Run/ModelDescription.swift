import Foundation
import RanvierConfiguration
import RanvierData
import RanvierLearning
import RanvierNetworks
import RanvierRuns
import RanvierTensors

/// The content of `model.json`: what `model.safetensors` is a network of.
public struct ModelDescription: Codable, Sendable, Equatable {
    /// Version of the package that wrote it.
    public var version: String
    /// How the network learned.
    public var method: String
    /// `snn` or `ann`.
    public var model: String
    /// Shape of a sample.
    public var inputShape: [Int]
    /// Names of the classes, in order of the scores.
    public var classNames: [String]
    /// How a sample is shown, in a few words.
    public var presentation: String
    /// How long a sample is shown, in seconds.
    public var duration: Double
    /// Shape of each parameter, by name.
    public var parameters: [String: [Int]]
    /// How values are scaled before they are encoded; nil for as they are.
    public var normalization: Normalization?

    init(experiment: Experiment, model: any SpikingModel) {
        let configuration = experiment.configuration
        version = ToolVersion.current
        method = configuration.method
        self.model = configuration.model.rawValue
        inputShape = experiment.data.training.featureShape
        classNames = experiment.data.training.classNames
        presentation = model.presentation
        duration = model.duration
        parameters = model.parameters.mapValues(\.shape)
        normalization = experiment.data.normalization
    }

    /// Reads `model.json`.
    ///
    /// - Throws: `RunError.damaged`.
    init(contentsOf file: URL) throws {
        do {
            self = try JSONDecoder().decode(Self.self, from: Data(contentsOf: file))
        } catch {
            throw RunError.damaged(
                path: file.relativePath,
                reason: "expected the description of a network as JSON, found something else; "
                    + "run again with --overwrite")
        }
    }

    /// The file's text.
    func json() throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return try encoder.encode(self)
    }
}
