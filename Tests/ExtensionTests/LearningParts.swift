import Foundation
import Ranvier

/// The right class shall be ahead of all others by a margin.
///
///     L = mean over B and classes j ≠ y of max(0, m + z_j − z_y),   z the mean membrane
///
/// Source: Weston & Watkins 1999.
struct MarginLoss: Loss {
    static let kind = "margin"
    /// m.
    var margin: Float = 1

    static let schema = Schema<MarginLoss> { Field.number("margin", \.margin, in: .positive) }

    var decoder: SpikeDecoder { .meanMembrane }

    func value(of output: Tensor, targets: Targets) -> Tensor {
        let scores = decoder.scores(of: output)
        let classes = scores.shape[1]
        var right = [Float](repeating: 0, count: scores.count)
        for (row, label) in targets.labels.enumerated() { right[row * classes + label] = 1 }
        let mask = Tensor(right, shape: scores.shape)
        let own = (scores * mask).sum(axes: [1], keepingAxes: true)
        return ((scores - own + margin).relu() * (1 - mask)).mean()
    }
}

/// The recall of the class that is recognised worst.
struct WorstClassRecall: EvaluationMeasure {
    static let kind = "worst-class-recall"
    static let schema = Schema<WorstClassRecall>()

    func measure(_ evaluation: Evaluation) throws -> Measure? {
        guard !evaluation.labels.isEmpty else { return nil }
        let matrix = try ConfusionMatrix(
            labels: evaluation.labels, predictions: evaluation.predictions,
            classes: evaluation.classNames.count)
        let worst = matrix.recalls.filter(\.isFinite).min() ?? .nan
        return Measure(Self.kind, worst, unit: Measure.share, higherIsBetter: true)
    }
}

/// Steps of one length, in the direction of the gradient's sign, smoothed over steps.
///
///     m ← μ m + (1 − μ) g,   w ← w − η sign(m)
///
/// Source: Bernstein et al. 2018 (Signum).
struct SignDescent: Optimizer {
    var learningRate: Float
    let momentum: Float
    private(set) var stepCount = 0
    private var means: [String: Tensor] = [:]

    init(learningRate: Float, momentum: Float) {
        self.learningRate = learningRate
        self.momentum = momentum
    }

    mutating func update(_ parameters: [Parameter], gradients: [Tensor], rateFactor: Float) {
        stepCount += 1
        for (parameter, gradient) in zip(parameters, gradients) {
            let before = means[parameter.name] ?? .zeros(parameter.shape)
            let mean = before * momentum + gradient * (1 - momentum)
            means[parameter.name] = mean
            parameter.value = parameter.value - mean.sign() * (learningRate * rateFactor)
        }
    }

    var valuesPerWeight: Int { 1 }
    var state: [String: Tensor] { means }

    mutating func restore(state: [String: Tensor], stepCount: Int) {
        means = state
        self.stepCount = stepCount
    }
}

/// `signs`: ``SignDescent`` in a configuration.
struct SignChoice: OptimizerChoice {
    static let kind = "signs"
    var learningRate: Float = 1e-3
    var momentum: Float = 0.9

    static let schema = Schema<SignChoice> {
        Field.number("learning-rate", \.learningRate, in: .positive)
        Field.number("momentum", \.momentum, in: 0...0.99)
    }

    var optimizer: any Optimizer {
        SignDescent(learningRate: learningRate, momentum: momentum)
    }
}

/// Clouds of points around the corners of a cube, a class for each: drawn from the seed, read from no file.
struct CloudSource: DataSource {
    static let kind = "clouds"
    /// Names of the values.
    static let features = ["length", "width", "weight"]
    /// Names of the classes.
    static let classes = ["red", "green", "blue"]

    /// Training samples; half as many for the test.
    var samples = 90
    /// Largest distance from a corner, on each axis.
    var spread: Float = 0.25

    static let schema = Schema<CloudSource> {
        Field.integer("samples", \.samples, in: 6...)
        Field.number("spread", \.spread, in: 0...0.4)
    }

    func load(from place: DataPlace) throws(DataError) -> DataParts {
        DataParts(
            training: try part("training", samples, seed: place.seed),
            test: try part("test", samples / 2, seed: place.seed))
    }

    private func part(_ name: String, _ count: Int, seed: UInt64) throws(DataError) -> Dataset {
        let corners: [[Float]] = [[0.25, 0.25, 0.75], [0.75, 0.25, 0.25], [0.25, 0.75, 0.25]]
        let labels = (0..<count).map { $0 % corners.count }
        let noise = RandomStream(seed: seed, name: "clouds/\(name)").uniform(count: 3 * count)
        let values = noise.enumerated().map { index, number in
            corners[labels[index / 3]][index % 3] + spread * (2 * number - 1)
        }
        return try Dataset(
            name: "clouds \(name)", values: values.map { min(max($0, 0), 1) }, featureShape: [3],
            labels: labels, classNames: Self.classes,
            origin: DataOrigin(source: "clouds, generated", licence: "none")
        ).naming(features: Self.features)
    }
}
