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
    /// - Throws: `UnknownNameError`, `ConfigurationError`; ``ModelFileError`` where a scaling is not of the samples' shape.
    public func signature(in registry: Registry, at place: String) throws -> ModelSignature {
        if let scaling, !scaling.fits(inputShape) {
            throw ModelFileError(
                file: place,
                reason: "expected a scaling of samples of shape \(inputShape), "
                    + "found one of shape \(scaling.featureShape) with \(scaling.offset.count) and "
                    + "\(scaling.scale.count) numbers")
        }
        return ModelSignature(
            inputShape: inputShape, imageShape: imageShape, featureNames: featureNames,
            timeStep: timeStep, scaling: scaling,
            task: try task.value(of: TaskRole.self, in: registry, at: "\(place), task"))
    }
}

/// A stored model that cannot be opened.
public struct ModelFileError: Error, Hashable, CustomStringConvertible, ExitStatusProviding {
    /// The file.
    public let file: String
    /// What was expected and what was found.
    public let reason: String

    /// An error about a file.
    public init(file: String, reason: String) {
        self.file = file
        self.reason = reason
    }

    /// File, expected, found.
    public var description: String { "\(file): \(reason)" }
    /// Bad input.
    public var exitStatus: ExitStatus { .badInput }
}

extension ModelDescription {
    private struct Version: Decodable {
        let format: Int?
        let version: String?
    }

    /// Reads `model.json`.
    ///
    /// - Throws: ``ModelFileError`` for a file of another version, or that is none.
    public init(contentsOf file: URL) throws(ModelFileError) {
        let path = file.relativePath
        func broken(_ found: String) -> ModelFileError {
            ModelFileError(
                file: path,
                reason: "expected the description of a model as JSON, found \(found); "
                    + "train again with `ranvier run CONFIG --overwrite`")
        }
        guard let data = try? Data(contentsOf: file) else {
            throw ModelFileError(
                file: path,
                reason: "not there: the run has not finished; go on with "
                    + "`ranvier run CONFIG --resume`")
        }
        guard let version = try? StoredJSON.value(Version.self, from: data) else {
            throw broken("something else")
        }
        guard version.format == Self.currentFormat else {
            let found = version.version.map { "version \($0)" } ?? "no version"
            let isNewer = (version.format ?? 0) > Self.currentFormat
            throw ModelFileError(
                file: path,
                reason:
                    "expected a model of format \(Self.currentFormat), found one of \(found) with "
                    + "format \(version.format.map(String.init) ?? "1"); "
                    + (isNewer
                        ? "use a later version of ranvier"
                        : "make it anew with `ranvier run config.yaml --overwrite` "
                            + "from the run's own configuration"))
        }
        do {
            self = try StoredJSON.value(from: data)
        } catch {
            throw broken(Self.problem(error))
        }
    }

    private static func problem(_ error: any Error) -> String {
        switch error as? DecodingError {
        case .keyNotFound(let key, _)?: "no '\(key.stringValue)'"
        case .typeMismatch(_, let context)?, .valueNotFound(_, let context)?:
            "another type at '\(context.codingPath.map(\.stringValue).joined(separator: "."))'"
        case .dataCorrupted(let context)?: context.debugDescription
        case nil: "something else"
        @unknown default: "something else"
        }
    }
}

extension Scaling {
    /// Whether the numbers are those of samples of a shape, and can be divided by.
    fileprivate func fits(_ shape: [Int]) -> Bool {
        let count =
            switch scope {
            case .global: 1
            case .perChannel: shape.last ?? 1
            case .perFeature: shape.reduce(1, *)
            }
        return featureShape == shape && offset.count == count && scale.count == count
            && scale.allSatisfy { $0 != 0 && $0.isFinite } && offset.allSatisfy(\.isFinite)
    }
}
