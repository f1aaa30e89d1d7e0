import RanvierNetworks
import RanvierTensors

/// First weights and scores of a subnetwork that is sought without training weights.
///
///     weights  normal, σ = √(2/n), or ±√(2/n) with random signs;   scaled: divided by √k
///     scores   uniform in ±1/√n
///
/// n is the number of inputs of a neuron. Scaled weights keep the variance of a sum when the share k is kept. Sources: Ramanujan et
/// al. 2020, He et al. 2015.
public struct SubnetworkInitialization: Sendable, Hashable {
    /// What weights are drawn from.
    public enum Weights: String, Sendable, Hashable, CaseIterable, Codable {
        /// Normal.
        case normal
        /// One size, random signs.
        case signedConstant = "signed-constant"
    }

    /// What weights are drawn from.
    public var weights: Weights
    /// Whether weights are divided by √k.
    public var isScaled: Bool

    /// Signed constants unless chosen.
    public init(_ weights: Weights = .signedConstant, isScaled: Bool = false) {
        self.weights = weights
        self.isScaled = isScaled
    }

    /// Weights of a shape whose last axis is the output.
    public func weights(shape: [Int], keep: Double, from stream: RandomStream) -> Tensor {
        let inputs = Float(max(shape.dropLast().elementCount, 1))
        let size = (2 / inputs / (isScaled ? Float(keep) : 1)).squareRoot()
        let count = shape.elementCount
        switch weights {
        case .normal: return Tensor(stream.normal(count: count).map { $0 * size }, shape: shape)
        case .signedConstant:
            return Tensor(
                stream.words(count: count).map { $0 & 1 == 0 ? size : -size }, shape: shape)
        }
    }

    /// Scores of a shape whose last axis is the output.
    public static func scores(shape: [Int], from stream: RandomStream) -> Tensor {
        let bound = 1 / Float(max(shape.dropLast().elementCount, 1)).squareRoot()
        return Tensor(uniformIn: -bound..<bound, shape: shape, from: stream)
    }
}

extension Network {
    /// Draws weights and scores of all prunable parameters and freezes the weights: what is left to learn are scores.
    ///
    /// Masks stay; score views and quantisers that were there go.
    public func becomeSubnetwork(
        keep: Double, gain: SubnetworkScores.Gain = .real, rule: SubnetworkScores.Rule = .weights,
        isGlobal: Bool = false, initialization: SubnetworkInitialization = .init(), seed: UInt64
    ) throws(CompressionError) {
        try prunableParameters.becomeSubnetwork(
            keep: keep, gain: gain, rule: rule, isGlobal: isGlobal, initialization: initialization,
            seed: seed)
    }
}

extension Collection<Parameter> {
    /// Draws weights and scores of these parameters and freezes the weights.
    func becomeSubnetwork(
        keep: Double, gain: SubnetworkScores.Gain, rule: SubnetworkScores.Rule, isGlobal: Bool,
        initialization: SubnetworkInitialization, seed: UInt64
    ) throws(CompressionError) {
        for parameter in self {
            let stream = RandomStream(seed: seed, name: "subnetwork/\(parameter.name)")
            let view = SubnetworkScores(
                scores: SubnetworkInitialization.scores(
                    shape: parameter.shape, from: stream.substream(1)),
                keep: keep, gain: gain, rule: rule, isGlobal: isGlobal)
            parameter.views = parameter.views.filter { $0 is Mask } + [view]
            parameter.value = initialization.weights(
                shape: parameter.shape, keep: keep, from: stream.substream(0))
        }
        try updateGlobalThreshold()
    }
}
