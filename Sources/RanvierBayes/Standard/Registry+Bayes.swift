import RanvierConfiguration
import RanvierLearning

extension Registry {
    /// Adds what configurations and stored models may name of expectation propagation.
    public mutating func addBayesianLearning() {
        add(MethodKind(ExpectationPropagationConfiguration.self))
        add(ModelKind.bayesian)
    }
}
