import Ranvier
import RanvierTestSupport

@testable import RanvierBayes

/// Small networks and batches for tests, drawn from a seed.
enum PosteriorSamples {
    /// A network before it has seen data.
    static func posterior(
        sizes: [Int], weights: WeightFamily = .gaussian, activation: HiddenActivation = .spike,
        output: OutputFactor = .argmax, isExact: Bool = false, discount: Float = 1,
        seed: UInt64 = 1
    ) -> DensePosterior {
        plan(sizes: sizes, weights: weights, activation: activation, discount: discount)
            .posterior(
                inputs: sizes[0], output: output, noise: 0.1, isExact: isExact, seed: seed)
    }

    static func plan(
        sizes: [Int], weights: WeightFamily = .gaussian, activation: HiddenActivation = .spike,
        discount: Float = 1
    ) -> BayesianPlan {
        BayesianPlan(
            synapses: sizes.dropFirst().map {
                var synapses = BayesianSynapses()
                synapses.outputs = $0
                synapses.weights = weights
                synapses.varianceDiscount = discount
                return synapses
            }, activations: sizes.dropFirst(2).map { _ in activation },
            neurons: sizes.dropFirst(2).map { _ in BayesianNeurons() })
    }

    /// Normal numbers `[rows, columns]`.
    static func inputs(_ rows: Int, _ columns: Int, seed: UInt64 = 2) -> Tensor {
        Tensor(
            RandomStream(seed: seed, name: "inputs").normal(count: rows * columns),
            shape: [rows, columns])
    }

    static func matrix(_ tensor: Tensor) -> PlainMatrix {
        PlainMatrix(
            rows: tensor.shape[0], columns: tensor.shape[1], tensor.scalars.map(Double.init))
    }

    /// Digits as the method's source scales them: 2 (x − mean of the pixel).
    static func digits(training: Int? = nil) throws -> (training: Dataset, test: Dataset) {
        let digits = try Digits()
        let train = training.map { digits.train.prefix($0) } ?? digits.train
        let values = train.values, count = Float(train.count)
        var means = [Float](repeating: 0, count: 64)
        for (index, value) in values.enumerated() { means[index % 64] += value / count }
        func scaled(_ data: Dataset) throws -> Dataset {
            try Dataset(
                name: data.name,
                values: data.values.enumerated().map { 2 * ($1 - means[$0 % 64]) },
                featureShape: [64], labels: data.labels, classNames: data.classNames)
        }
        return (try scaled(train), try scaled(digits.test))
    }

    /// A model for digits.
    static func model(
        hidden: Int = 100, weights: WeightFamily = .gaussian, activation: HiddenActivation = .spike,
        seed: UInt64 = 3
    ) -> BayesianModel {
        let plan = plan(sizes: [64, hidden, 10], weights: weights, activation: activation)
        return BayesianModel(
            plan: plan,
            posterior: plan.posterior(
                inputs: 64, output: .argmax, noise: 0.1, isExact: false, seed: seed),
            outputNoise: 0.1,
            signature: ModelSignature(inputShape: [64], classes: 10))
    }
}
