import Foundation
import RanvierConfiguration
import RanvierData
import RanvierTensors

/// A linear model: multinomial logistic regression for classes, ridge regression for values.
///
///     classes:  minimise mean cross-entropy + λ/2 |W|²        (accelerated gradients, at most 150 steps)
///     values:   minimise mean squared error + λ |W|²          (normal equations)
///
/// Features have mean 0 and deviation 1; the bias is not held down. The strength λ out of 10⁻⁴ … 10 is the one whose answers to
/// held-out samples are the most likely, or have the least squared error. At most 4 million numbers are used: of larger sets rows
/// are drawn at random, and ``detail`` says how many.
/// Source: Nesterov 1983; O'Donoghue & Candès 2015 (restarts); Böhning 1992 (bound of the curvature).
public struct LinearBaseline: Baseline {
    /// The strength that was chosen.
    public let strength: Double
    private let features: BaselineFeatures
    private let rows: Int
    private let samples: Int
    private let isClassifier: Bool
    /// `[features, outputs]`.
    private let weights: Tensor
    /// `[outputs]`.
    private let bias: Tensor

    private static let numberLimit = 4_000_000

    init(_ training: Dataset, fold: Fold, seed: UInt64) throws {
        features = BaselineFeatures(training)
        samples = training.count
        let limit = max(500, Self.numberLimit / features.count)
        let own = drawnRows(training.count, most: limit, seed: seed)
        rows = own.count
        if case .classes = training.targets { isClassifier = true } else { isClassifier = false }
        let strengths = isClassifier ? [1e-4, 1e-3, 1e-2, 1e-1] : [1e-5, 1e-3, 1e-1, 10]
        var best = (strength: isClassifier ? 1e-2 : 1e-3, loss: Double.infinity)
        var fit: (weights: Tensor, bias: Tensor)?
        let solve = isClassifier ? Self.logistic : Self.ridge
        if let held = fold.held {
            let tried = drawnRows(fold.training.count, most: limit, seed: seed)
            let asked = drawnRows(held.count, most: limit, seed: seed &+ 1)
            let answers = features.matrix(held, rows: asked)
            let right = held.targets.subset(asked)
            let fits = solve(
                features.matrix(fold.training, rows: tried), fold.training.targets.subset(tried),
                strengths)
            for (strength, candidate) in zip(strengths, fits) {
                let loss = Self.loss(
                    answers.matrixProduct(candidate.weights, bias: candidate.bias), right)
                if loss < best.loss {
                    best = (strength, loss)
                    fit = candidate
                }
            }
        }
        strength = best.strength
        // Samples held out of the training part belong to the model in the end.
        if fold.isPart || fit == nil {
            fit =
                solve(
                    features.matrix(training, rows: own), training.targets.subset(own),
                    [best.strength])[0]
        }
        (weights, bias) = fit ?? (.zeros([features.count, 1]), .zeros([1]))
    }

    /// `linear`.
    public var name: String { "linear" }

    /// Kind, strength, features, rows.
    public var detail: String {
        (isClassifier ? "logistic regression" : "ridge regression")
            + " (strength \(NumberText.shortest(strength)); \(features.detail)"
            + (rows < samples ? "; \(rows) of \(samples) training samples)" : ")")
    }

    /// Softmax of the scores, or the scores.
    public func answers(to data: Dataset) -> [[Float]] {
        var all: [[Float]] = []
        for first in stride(from: 0, to: data.count, by: 1024) {
            let part = Array(first..<min(first + 1024, data.count))
            let scores = features.matrix(data, rows: part).matrixProduct(weights, bias: bias)
            all += (isClassifier ? scores.softmax() : scores).rowLists
        }
        return all
    }

    /// Mean negative log-likelihood, or mean squared error.
    private static func loss(_ scores: Tensor, _ targets: Targets) -> Double {
        switch targets {
        case .classes(let labels, _): Double(scores.crossEntropy(labels: labels).scalar)
        case .values(let values, _, _):
            Double((scores - Tensor(values, shape: scores.shape)).squared().mean().scalar)
        case .none: .nan
        }
    }

    // MARK: - Classes

    /// One fit for each strength, the strongest first as a start for the next.
    private static func logistic(
        _ x: Tensor, _ targets: Targets, _ strengths: [Double]
    ) -> [(weights: Tensor, bias: Tensor)] {
        let n = x.shape[0], d = x.shape[1], classes = targets.names.count
        let transposed = x.transposed()
        var truth = [Float](repeating: 0, count: n * classes)
        for (row, label) in targets.labels.enumerated() { truth[row * classes + label] = 1 }
        let target = Tensor(truth, shape: [n, classes])
        // The bias is a feature of ones, hence the + 1.
        let curvature = 0.5 * (largestEigenvalue(x, transposed) + 1)
        var weights = Tensor.zeros([d, classes]), bias = Tensor.zeros([classes])
        var fits = [(weights: Tensor, bias: Tensor)?](repeating: nil, count: strengths.count)
        for index in strengths.indices.sorted(by: { strengths[$0] > strengths[$1] }) {
            let strength = strengths[index]
            let step = Float(1 / (curvature + strength)), decay = Float(strength)
            var (ahead, aheadBias) = (weights, bias), momentum = 1.0
            for _ in 0..<150 {
                let error =
                    (x.matrixProduct(ahead, bias: aheadBias).softmax() - target) / Float(n)
                let gradient = transposed.matrixProduct(error) + ahead * decay
                let next = ahead - gradient * step
                let nextBias = aheadBias - error.sum(axes: [0]) * step
                let moved = next - weights, movedBias = nextBias - bias
                // Going uphill means that the momentum is spent.
                if (gradient * moved).sum().scalar > 0 { momentum = 1 }
                let following = (1 + (1 + 4 * momentum * momentum).squareRoot()) / 2
                let share = Float((momentum - 1) / following)
                ahead = next + moved * share
                aheadBias = nextBias + movedBias * share
                (weights, bias, momentum) = (next, nextBias, following)
                if gradient.absoluteValue().largest < 1e-5 { break }
            }
            fits[index] = (weights, bias)
        }
        return fits.compactMap { $0 }
    }

    /// Largest eigenvalue of XᵀX/n by power iteration, a little more to be safe.
    private static func largestEigenvalue(_ x: Tensor, _ transposed: Tensor) -> Double {
        let n = Float(x.shape[0])
        var vector =
            Tensor.ones([x.shape[1], 1])
            + Tensor(
                (0..<x.shape[1]).map { Float($0 % 7) * 0.1 }, shape: [x.shape[1], 1])
        var value: Float = 0
        for _ in 0..<20 {
            let length = vector.squared().sum().scalar.squareRoot()
            guard length > 0, length.isFinite else { break }
            vector = vector / length
            vector = transposed.matrixProduct(x.matrixProduct(vector)) / n
            value = vector.squared().sum().scalar.squareRoot()
        }
        return Double(value) * 1.1 + 1e-6
    }

    // MARK: - Values

    /// One solution of (XᵀX/n + λ) W = XᵀY/n for each strength, sums of blocks in double precision.
    private static func ridge(
        _ x: Tensor, _ targets: Targets, _ strengths: [Double]
    ) -> [(weights: Tensor, bias: Tensor)] {
        guard case .values(let values, let names, _) = targets else { return [] }
        let n = x.shape[0], d = x.shape[1], outputs = names.count
        // Means over these rows, which are not all training rows.
        let center = x.mean(axes: [0])
        let centered = x - center
        let means = (0..<outputs).map { column in
            stride(from: column, to: values.count, by: outputs)
                .reduce(0.0) { $0 + Double(values[$1]) } / Double(n)
        }
        let y = Tensor(
            values.enumerated().map { Float(Double($1) - means[$0 % outputs]) },
            shape: [n, outputs])
        var gram = [Double](repeating: 0, count: d * d)
        var moments = [Double](repeating: 0, count: d * outputs)
        for first in stride(from: 0, to: n, by: 512) {
            let part = first..<min(first + 512, n)
            let block = centered.slice(part), transposed = block.transposed()
            for (index, value) in transposed.matrixProduct(block).scalars.enumerated() {
                gram[index] += Double(value) / Double(n)
            }
            for (index, value) in transposed.matrixProduct(y.slice(part)).scalars.enumerated() {
                moments[index] += Double(value) / Double(n)
            }
        }
        return strengths.map { strength in
            let system = RidgeSystem(gram: gram, order: d, strength: strength)
            var solution = [Float](repeating: 0, count: d * outputs)
            for column in 0..<outputs {
                let right = (0..<d).map { moments[$0 * outputs + column] }
                for (row, value) in system.solution(right).enumerated() {
                    solution[row * outputs + column] = Float(value)
                }
            }
            let weights = Tensor(solution, shape: [d, outputs])
            let shift = center.reshaped(to: [1, d]).matrixProduct(weights).scalars
            let bias = zip(means, shift).map { Float($0 - Double($1)) }
            return (weights, Tensor(bias, shape: [outputs]))
        }
    }
}

extension Tensor {
    /// A list for each row of a matrix.
    var rowLists: [[Float]] {
        let width = shape[1], all = scalars
        return (0..<shape[0]).map { Array(all[$0 * width..<($0 + 1) * width]) }
    }

    /// The largest number.
    var largest: Float { scalars.max() ?? 0 }
}
