import Foundation
import RanvierConfiguration
import RanvierData
import RanvierFormats

/// A model in a folder: `model.json` says what it is, `model.safetensors` holds its numbers.
public enum Model {
    /// The name of the description's file.
    public static let descriptionFile = "model.json"
    /// The name of the file of the numbers.
    public static let tensorsFile = "model.safetensors"

    /// Opens a model from its folder alone.
    ///
    /// - Parameter warning: hears that a file has no checksum; standard error, if left out.
    /// - Throws: ``ModelFileError``, `CheckpointError`, `ConfigurationError`.
    public static func load(
        _ folder: URL, registry: Registry,
        warning: StoredFileWarning = StoredFileWarnings.standardError
    ) throws -> any SpikingModel {
        try open(folder, registry: registry, warning: warning).model
    }

    /// The same, with what the folder says of the model.
    package static func open(
        _ folder: URL, registry: Registry, warning: StoredFileWarning
    ) throws -> (model: any SpikingModel, description: ModelDescription) {
        let file = folder.appending(path: descriptionFile)
        let description = try ModelDescription(contentsOf: file, warning: warning)
        let numbers = folder.appending(path: tensorsFile)
        guard FileManager.default.fileExists(atPath: numbers.path) else {
            throw ModelFileError(
                file: numbers.relativePath,
                reason: "not there: the run has not finished; go on with "
                    + "`ranvier run CONFIG --resume`")
        }
        let tensors = try TrainingCheckpoint(contentsOf: numbers, warning: warning)
        let model = try description.open(
            tensors: tensors.parameters, in: registry, at: file.relativePath)
        return (model, description)
    }
}

extension SpikingModel {
    /// Stores the model in a folder, which is made if it is missing; each file appears whole or not at all.
    ///
    /// - Parameters:
    ///   - method: the word for how it learned; empty where nobody asks.
    ///   - seed: the seed of its first weights.
    /// - Throws: `NetworkError.undescribed` for parts that cannot be said; `FileError`.
    public func save(to folder: URL, method: String = "", seed: UInt64 = 0) throws {
        let description = try ModelDescription(of: self, method: method, seed: seed)
        try Folder.make(folder)
        try TrainingCheckpoint(parameters: parameters)
            .write(to: folder.appending(path: Model.tensorsFile))
        try AtomicFile.write(
            try StoredJSON.sealed(description, isPretty: true),
            to: folder.appending(path: Model.descriptionFile))
    }
}
