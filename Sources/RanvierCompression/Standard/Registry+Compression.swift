import RanvierConfiguration
import RanvierLearning
import RanvierNetworks

extension Registry {
    /// Adds what stored networks and configurations may name of compression.
    public mutating func addCompression() {
        add(SubnetworkScores.viewKind)
        add(LayerKind(WholeNumberInput.self))
        add(LayerKind(WholeNumberOutput.self))
        add(LayerKind(WholeNumberIntegrator.self))
        add(LayerKind(WholeNumberPool.self))
        add(CriterionKind.standard)
        add(PhaseKind.standard)
        add(MethodKind(CompressionConfiguration.self))
    }
}
