import RanvierConfiguration
import RanvierNetworks

extension Registry {
    /// Adds what stored networks may name of compression.
    public mutating func addCompression() {
        add(SubnetworkScores.viewKind)
    }
}
