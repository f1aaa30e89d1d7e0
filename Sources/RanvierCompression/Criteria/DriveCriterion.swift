import RanvierTensors

/// The current that a synapse is expected to carry.
///
///     score_ij = rate_i |w_ij|
///
/// Removing the smallest loses the least drive for a number of weights.
public struct DriveCriterion: PruningCriterion {
    /// `drive`.
    public static let name = "drive"

    /// By rates of inputs.
    public init() {}

    /// Needs ``PruningLayer/inputRates``.
    public func scores(of layers: [PruningLayer]) throws(CompressionError) -> [Tensor] {
        var scores: [Tensor] = []
        for layer in layers {
            let rates = try layer.requireRates()
            scores.append(
                layer.scores { weight, output, input in
                    layer.rate(of: input, for: output, in: rates) * weight
                })
        }
        return scores
    }
}

extension PruningLayer {
    /// The rate of an input that an output hears.
    func rate(of input: Int, for output: Int, in rates: [Double]) -> Double {
        rates.count == layout.inputs
            ? rates[input]
            : rates[
                layout.place(ofInput: input, for: output, groups: rates.count / layout.inputs)]
    }

    /// A score for each weight from its size, its output and its input.
    func scores(
        _ score: (_ size: Double, _ output: Int, _ input: Int) -> Double
    ) -> Tensor {
        let weights = weights.scalars
        var index = 0
        let values = layout.map { output, input, _ -> Float in
            defer { index += 1 }
            return Float(score(Double(abs(weights[index])), output, input))
        }
        return Tensor(values, shape: self.weights.shape)
    }
}
