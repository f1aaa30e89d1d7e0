import Foundation
import RanvierConfiguration
import RanvierData
import RanvierFormats
import RanvierNetworks
import RanvierTensors

/// A model as a value, but for its numbers: the content of `model.json`.
///
/// Network, encoder, read-out, scaling, task, names and units: enough, with the numbers of `model.safetensors`, to open the
/// model anywhere.
public struct ModelDescription: Codable, Sendable, Hashable {
    /// The form of this file; 2 since networks are values.
    public static let currentFormat = 2

    /// The form of this file.
    public var format = currentFormat
    /// Version of the package that wrote it.
    public var version: String
    /// How the network learned.
    public var method: String
    /// Whether the network spikes.
    public var model: NetworkFamily
    /// Shape of a sample.
    public var inputShape: [Int]
    /// Height, width and channels of the images that samples are, also as vectors; nil where they are none.
    public var imageShape: [Int]?
    /// Names of a sample's values; nil where they have none.
    public var featureNames: [String]?
    /// Seconds of a step of a sample; nil where samples are no sequences.
    public var timeStep: Double?
    /// How values are scaled before they are encoded; nil for as they are.
    public var scaling: Scaling?
    /// What comes out, with names and units.
    public var task: Element
    /// Names of the classes or values, in order of the outputs.
    public var outputNames: [String]
    /// The network.
    public var network: NetworkDescription
    /// How samples become what the network takes.
    public var encoder: Element
    /// How answers are read.
    public var readout: ConfigurationValue
    /// How a sample is shown, in a few words.
    public var presentation: String
    /// How long a sample is shown, in seconds.
    public var duration: Double
    /// Seed of the first weights.
    public var seed: UInt64
    /// Shape of each parameter, by name.
    public var parameters: [String: [Int]]

    /// The description of a model.
    ///
    /// - Throws: `NetworkError.undescribed` for parts that cannot be said.
    public init(of trained: any SpikingModel, method: String, seed: UInt64 = 0) throws {
        version = ToolVersion.current
        self.method = method
        model = trained.family
        let signature = trained.signature
        inputShape = signature.inputShape
        imageShape = signature.imageShape
        featureNames = signature.featureNames
        timeStep = signature.timeStep
        scaling = signature.scaling
        task = signature.task.element
        outputNames = signature.task.outputNames
        network = try trained.networkDescription
        encoder = trained.encoderDescription
        readout = trained.readoutDescription
        presentation = trained.presentation
        duration = trained.duration
        self.seed = seed
        parameters = trained.parameters.mapValues(\.shape)
    }

    /// What goes in and what comes out.
    ///
    /// - Throws: `UnknownNameError`, `ConfigurationError`; ``ModelFileError`` for shapes and numbers that cannot be.
    public func signature(in registry: Registry, at place: String) throws -> ModelSignature {
        try requirePossible(at: place)
        return ModelSignature(
            inputShape: inputShape, imageShape: imageShape, featureNames: featureNames,
            timeStep: timeStep, scaling: scaling,
            task: try task.value(of: TaskRole.self, in: registry, at: "\(place), task"))
    }
}
