import Foundation
import RanvierConfiguration
import RanvierFormats
import RanvierLearning
import RanvierNetworks
import RanvierTensors

/// A stored run whose weights another course begins with.
struct CompressionStart {
    /// The name of its folder.
    let name: String
    /// The model as it was stored, to be held against.
    let model: any SpikingModel
    /// The same once more, whose views go over to the network that is trained.
    private let own: any SpikingModel

    /// Opens a run and checks that its network is that of a model.
    ///
    /// - Throws: what `Model.open` throws; `ModelFileError` where network, samples or classes differ.
    init(_ folder: URL, for model: any SpikingModel, registry: Registry) throws {
        name = folder.lastPathComponent
        let file = folder.appending(path: Model.descriptionFile).relativePath
        guard FileManager.default.fileExists(atPath: folder.path) else {
            throw ModelFileError(
                file: folder.relativePath, reason: "expected a run ('start'), found no such folder")
        }
        let opened = try Model.open(
            folder, registry: registry, warning: StoredFileWarnings.standardError)
        self.model = opened.model
        own = try Model.load(folder, registry: registry, warning: { _ in })
        let fresh = try ModelDescription(of: model, method: ""), stored = opened.description
        func require<Part: Equatable>(_ what: String, _ part: (ModelDescription) -> Part) throws {
            guard part(fresh) != part(stored) else { return }
            throw ModelFileError(
                file: file,
                reason: "expected the \(what) of the configuration that begins with it, found "
                    + "another; take the run's own configuration (config.yaml), or leave 'start' out. A run "
                    + "that was made of whole numbers, or rounded after training, has a network that nothing "
                    + "trains: begin with the run that it came from")
        }
        try require("network") { $0.network.content.without("views") }
        try require("shape of samples") { $0.inputShape }
        try require("scaling of samples") { $0.scaling }
        try require("columns") { $0.featureNames }
        try require("classes or values") { $0.outputNames }
    }

    /// Gives a network's parameters the numbers and views of the stored one.
    func take(by parameters: [Parameter]) throws {
        guard let stored = (own as? any ParameterHolder)?.layerParameters else {
            throw TrainingError.mismatch(
                what: "start", expected: "a network whose weights can be seen through views",
                found: "one of the kind '\(type(of: own).kind)'")
        }
        let named = Dictionary(uniqueKeysWithValues: stored.map { ($0.name, $0) })
        for parameter in parameters {
            guard let other = named[parameter.name] else { continue }
            parameter.views = other.views
            parameter.value = other.value
        }
    }
}

extension ConfigurationValue {
    /// A section without a key.
    fileprivate func without(_ key: String) -> ConfigurationValue {
        guard case .section(let entries) = self else { return self }
        return .section(entries.filter { $0.key != key })
    }
}
