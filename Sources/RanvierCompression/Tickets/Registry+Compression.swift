import RanvierConfiguration
import RanvierNetworks

extension Registry {
    /// Adds what stored networks and configurations may name of compression.
    public mutating func addCompression() {
        add(SubnetworkScores.viewKind)
        add(CriterionKind.standard)
    }
}
