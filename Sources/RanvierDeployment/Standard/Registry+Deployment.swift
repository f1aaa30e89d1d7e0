import RanvierConfiguration
import RanvierLearning

extension Registry {
    /// Adds networks of integers.
    public mutating func addDeployment() {
        add(ModelKind.integer)
    }
}
