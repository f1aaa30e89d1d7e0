import Foundation
import RanvierAlignment
import RanvierBayes
import RanvierCompression
import RanvierConfiguration
import RanvierData
import RanvierDeployment
import RanvierExact
import RanvierLearning
import RanvierNetworks
import RanvierSpikes
import RanvierSurrogate

extension Registry {
    /// Everything that configurations and stored models may name as it ships.
    ///
    /// Another package adds to a copy:
    ///
    ///     var registry = Registry.standard
    ///     registry.add(LayerKind(MyLayer.self))
    public static let standard: Registry = {
        var registry = Registry()
        registry.add(EncoderKind.standard)
        registry.addStandardNetworks()
        registry.add(DataSourceKind.standard)
        registry.addStandardLearning()
        registry.addSurrogateGradients()
        registry.addExactGradients()
        registry.addLocalLearning()
        registry.addBayesianLearning()
        registry.addCompression()
        registry.addDeployment()
        return registry
    }()
}

extension Model {
    /// Opens a model from its folder alone: a run's, or one that was saved.
    ///
    /// That a file has no checksum is told on standard error; `load(_:registry:warning:)` hands it over.
    /// - Throws: `ModelFileError`, `CheckpointError`, `ConfigurationError`.
    public static func load(_ folder: URL) throws -> any SpikingModel {
        try load(folder, registry: .standard)
    }
}
