import RanvierTensors

/// How the first value of a parameter is drawn. `n` is the number of inputs of a neuron (fan-in).
public enum Initialization: Sendable, Hashable {
    /// One number everywhere.
    case constant(Float)
    /// Uniform in ±gain/√n: with gain 1 the default of linear layers in most frameworks.
    case uniform(fanIn: Int, gain: Float = 1)
    /// Normal with standard deviation gain/√n: with gain √2 the initialisation of He et al. 2015.
    case normal(fanIn: Int, gain: Float = 1)
    /// Uniform between two numbers.
    case between(Float, Float)
    /// Given numbers in row-major order.
    case values([Float])

    package func tensor(shape: [Int], from stream: RandomStream) -> Tensor {
        switch self {
        case .constant(let value): return Tensor(repeating: value, shape: shape)
        case .values(let values): return Tensor(values, shape: shape)
        case .between(let low, let high):
            return Tensor(uniformIn: low..<max(high, low.nextUp), shape: shape, from: stream)
        case .uniform(let fanIn, let gain):
            let bound = gain / Float(max(fanIn, 1)).squareRoot()
            return Tensor(uniformIn: -bound..<bound, shape: shape, from: stream)
        case .normal(let fanIn, let gain):
            return Tensor(
                normalWithMean: 0, standardDeviation: gain / Float(max(fanIn, 1)).squareRoot(),
                shape: shape, from: stream)
        }
    }
}
