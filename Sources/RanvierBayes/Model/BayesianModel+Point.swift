import RanvierTensors

extension BayesianModel {
    /// Weights, `[inputs, outputs]`, and biases of the point network: means, or most probable values of discrete weights.
    public var pointWeights: [(weights: Tensor, bias: Tensor)] {
        posterior.layers.map { layer in
            let biases = layer.plain.biasMoments().mean.values.map { Float($0) }
            return (
                Tensor(Self.point(layer), shape: layer.prior.shape),
                Tensor(biases, shape: layer.biasPrior.shape)
            )
        }
    }

    private static func point(_ layer: DenseLayer) -> [Float] {
        let means = DenseSweep.weightMoments(layer).mean.scalars
        switch layer.family {
        case .gaussian: return means
        case .binary: return means.map { $0 < 0 ? -1 : 1 }
        case .categorical(let support, _):
            let sites = zip(layer.precision.scalars, layer.linear.scalars)
            return sites.map { precision, linear in
                let site = NaturalGaussian(precision: Double(precision), linear: Double(linear))
                let shares = layer.family.probabilities(prior: WeightFamily.Prior(), site: site)
                let best = shares.indices.reduce(0) { shares[$1] > shares[$0] ? $1 : $0 }
                return Float(support[best])
            }
        }
    }

    /// Outputs of the point network with the variance of the outputs' noise.
    func pointAnswers(to values: Tensor) -> (mean: Tensor, variance: Tensor) {
        var x = values
        let all = pointWeights
        for (index, layer) in posterior.layers.enumerated() {
            x = (x * layer.scale).matrixProduct(all[index].weights, bias: all[index].bias)
            guard index < all.count - 1 else { break }
            let potentials = x.scalars
            x = Tensor(
                potentials.map {
                    switch layer.activation {
                    case .spike: $0 > 0 ? 1 : 0
                    case .signedSpike: $0 > 0 ? 1 : -1
                    case .rectified: max($0, 0)
                    }
                }, shape: x.shape)
        }
        // Without noise the largest output would have all the probability, and a value no deviation.
        let variance = max(outputNoise, Float(LinearMessages.leastVariance))
        return (x, Tensor(repeating: variance, shape: x.shape))
    }
}
