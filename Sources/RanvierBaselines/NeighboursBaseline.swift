import Foundation
import RanvierConfiguration
import RanvierData
import RanvierTensors
import Synchronization

/// The k training samples that are nearest: their votes, or the mean of their values.
///
///     classes:  P(c) = (votes of c + 1/K) / (k + 1)
///     values:   mean of the k values
///
/// Distances are Euclidean over features of mean 0 and deviation 1. k out of 1, 3, 5, 10, 20, 50 is the one that answers held-out
/// samples best: by accuracy (equal ones by likelihood), or by squared error. At most 5000 training rows are kept, drawn at random
/// with the seed; fewer for large samples and many questions (see ``detail``).
public struct NeighboursBaseline: Baseline {
    /// k.
    public let neighbours: Int
    private let features: BaselineFeatures
    private let samples: Int
    private let kept: Kept

    private static let choices = [1, 3, 5, 10, 20, 50]

    /// Training rows with what is known of them.
    private struct Kept: Sendable {
        /// `[features, rows]`.
        let transposed: Tensor
        /// Half of the squared length of each row.
        let halves: [Float]
        let targets: Targets
        var count: Int { halves.count }

        init(_ features: BaselineFeatures, _ data: Dataset, rows: [Int]) {
            let matrix = features.matrix(data, rows: rows)
            transposed = matrix.transposed()
            halves = (matrix.squared().sum(axes: [1]) * 0.5).scalars
            targets = data.targets.subset(rows)
        }
    }

    init(_ training: Dataset, fold: Fold, questions: Int, seed: UInt64) throws {
        features = BaselineFeatures(training)
        samples = training.count
        let asked = max(questions, fold.held?.count ?? 0, 1)
        let limit = min(5000, max(500, min(50_000_000 / asked, 4_000_000 / features.count)))
        let own = drawnRows(training.count, most: limit, seed: seed)
        kept = Kept(features, training, rows: own)
        guard let held = fold.held else {
            neighbours = min(5, kept.count)
            return
        }
        let known =
            fold.isPart
            ? Kept(
                features, fold.training,
                rows: drawnRows(fold.training.count, most: limit, seed: seed)) : kept
        let tried = drawnRows(held.count, most: 2000, seed: seed &+ 1)
        let part = held.subset(tried)
        let possible = Self.choices.filter { $0 <= known.count }
        let nearest = Self.nearest(possible.last ?? 1, to: part, features, known)
        var best = (k: 1, miss: Double.infinity, loss: Double.infinity)
        for k in possible {
            let answers = nearest.map { Self.answer($0.prefix(k), known.targets) }
            let (miss, loss) = Self.quality(answers, part.targets)
            if (miss, loss) < (best.miss, best.loss) { best = (k, miss, loss) }
        }
        neighbours = best.k
    }

    /// `neighbours`.
    public var name: String { "neighbours" }

    /// k, features, rows.
    public var detail: String {
        "\(neighbours) nearest neighbour\(neighbours == 1 ? "" : "s") (\(features.detail)"
            + (kept.count < samples ? "; \(kept.count) of \(samples) training samples)" : ")")
    }

    /// Votes or means.
    public func answers(to data: Dataset) -> [[Float]] {
        Self.nearest(neighbours, to: data, features, kept).map {
            Self.answer($0[...], kept.targets)
        }
    }

    // MARK: - Parts

    /// Rows of the nearest samples for each question, the nearest first and equal distances in the order of rows.
    private static func nearest(
        _ k: Int, to data: Dataset, _ features: BaselineFeatures, _ kept: Kept
    ) -> [[Int]] {
        let grain = 128, parts = (data.count + grain - 1) / grain
        let found = Mutex([[[Int]]](repeating: [], count: parts))
        Parallel.forEach(parts: parts) { part in
            let rows = Array(part * grain..<min((part + 1) * grain, data.count))
            let products = features.matrix(data, rows: rows).matrixProduct(kept.transposed).scalars
            let own = rows.indices.map { row in
                // |x − y|²/2 less |x|²/2, which is the same for all rows.
                Self.smallest(
                    k, of: products[row * kept.count..<(row + 1) * kept.count], kept.halves)
            }
            found.withLock { $0[part] = own }
        }
        return found.withLock { $0.flatMap(\.self) }
    }

    private static func smallest(
        _ k: Int, of products: ArraySlice<Float>, _ halves: [Float]
    ) -> [Int] {
        var best: [(distance: Float, row: Int)] = []
        for (row, product) in products.enumerated() {
            let distance = halves[row] - product
            if best.count == k, distance >= best[k - 1].distance { continue }
            if best.count == k { best.removeLast() }
            var place = best.count
            while place > 0, best[place - 1].distance > distance { place -= 1 }
            best.insert((distance, row), at: place)
        }
        return best.map(\.row)
    }

    private static func answer(_ rows: ArraySlice<Int>, _ targets: Targets) -> [Float] {
        switch targets {
        case .classes(let labels, let names):
            var votes = [Double](repeating: 1 / Double(names.count), count: names.count)
            for row in rows { votes[labels[row]] += 1 }
            return votes.map { Float($0 / Double(rows.count + 1)) }
        case .values(let values, let names, _):
            let width = names.count
            return (0..<width).map { column in
                Float(
                    rows.reduce(0.0) { $0 + Double(values[$1 * width + column]) }
                        / Double(rows.count))
            }
        case .none: return []
        }
    }

    /// Share of wrong answers and mean negative log-likelihood, or twice the mean squared error.
    private static func quality(
        _ answers: [[Float]], _ targets: Targets
    ) -> (miss: Double, loss: Double) {
        switch targets {
        case .classes(let labels, _):
            var wrong = 0, loss = 0.0
            for (answer, label) in zip(answers, labels) {
                let named = answer.indices.reduce(0) { answer[$1] > answer[$0] ? $1 : $0 }
                if named != label { wrong += 1 }
                loss -= log(Double(answer[label]))
            }
            let count = Double(max(labels.count, 1))
            return (Double(wrong) / count, loss / count)
        case .values(let values, _, _):
            let sum = zip(answers.joined(), values).reduce(0.0) {
                let error = Double($1.0) - Double($1.1)
                return $0 + error * error
            }
            let mean = sum / Double(max(values.count, 1))
            return (mean, mean)
        case .none: return (0, 0)
        }
    }
}
