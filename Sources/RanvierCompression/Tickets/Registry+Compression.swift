import RanvierConfiguration
import RanvierNetworks

extension Registry {
    /// Adds what stored networks may name of compression.
    public mutating func addCompression() {
        add(SubnetworkScores.viewKind)
        add(LayerKind(WholeNumberInput.self))
        add(LayerKind(WholeNumberOutput.self))
        add(LayerKind(WholeNumberIntegrator.self))
    }
}
