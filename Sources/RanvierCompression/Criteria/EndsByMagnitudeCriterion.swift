import RanvierTensors

/// A criterion for the layers between, and size for the ends of a network: read-outs, whose outputs have no threshold, and if wanted
/// the first layer.
///
/// Sizes of weights and probabilities do not compare. So that one global rate takes the same share of an end as of the layers
/// between, the weight of rank k among m of an end gets the score at the same place of the others' order, `n (k + ½)/m`. Source:
/// Yao et al. 2023 (SF-IMP-1: encoding layer and last layer by magnitude).
///
/// Deviation: how ends compare in a global scope is not published.
public struct EndsByMagnitudeCriterion: PruningCriterion {
    /// `ends-by-magnitude`.
    public static let name = "ends-by-magnitude"
    /// The criterion of the layers between.
    public var inner: any PruningCriterion
    /// Whether the first layer goes by size.
    public var firstLayer: Bool

    /// A criterion for the layers between.
    public init(_ inner: any PruningCriterion, firstLayer: Bool = true) {
        self.inner = inner
        self.firstLayer = firstLayer
    }

    /// Layers in forward order; those without ``PruningLayer/outputs`` are read-outs. Where all layers are ends, each layer's order
    /// is by size, and their ranks compare.
    public func scores(of layers: [PruningLayer]) throws(CompressionError) -> [Tensor] {
        let isEnd = layers.indices.map {
            layers[$0].outputs == nil || ($0 == layers.startIndex && firstLayer)
        }
        let between = layers.indices.filter { !isEnd[$0] }
        let inner = try self.inner.scores(of: between.map { layers[$0] })
        var scores = layers.map { Tensor.zeros($0.weights.shape) }
        var pool: [Float] = []
        for (index, own) in zip(between, inner) {
            scores[index] = own
            let alive = layers[index].alive?.scalars
            pool += own.scalars.enumerated().compactMap { alive?[$0] == 0 ? nil : $1 }
        }
        let scale = ScoreScale(pool)
        for index in layers.indices where isEnd[index] {
            scores[index] = scale.scores(of: layers[index])
        }
        return scores
    }
}

/// Scores in ascending order, to read a score off at a share of them.
private struct ScoreScale {
    private let sorted: [Float]
    /// Where a run of equal scores begins and ends, for each place.
    private var runs: [Range<Int>] = []

    init(_ scores: [Float]) {
        sorted = scores.sorted()
        var start = 0
        for end in 1..<max(sorted.count + 1, 1)
        where end == sorted.count || sorted[end] != sorted[start] {
            runs += repeatElement(start..<end, count: end - start)
            start = end
        }
    }

    /// The score at a share of the order; it grows with the share also where scores are equal.
    func score(at share: Double) -> Float {
        guard !sorted.isEmpty else { return Float(share) }
        let place = share * Double(sorted.count)
        let run = runs[min(Int(place), sorted.count - 1)]
        let low = Double(sorted[run.lowerBound])
        let high =
            run.upperBound < sorted.count ? Double(sorted[run.upperBound]) : max(2 * low, 1e-30)
        let inside = (place - Double(run.lowerBound)) / Double(run.count)
        return Float(low + (high - low) * inside / 2)
    }

    /// Scores of the living weights of a layer by the ranks of their sizes; 0 for others.
    func scores(of layer: PruningLayer) -> Tensor {
        let weights = layer.weights.scalars, alive = layer.alive?.scalars
        let order = weights.indices.filter { alive?[$0] != 0 }
            .sorted { (abs(weights[$0]), $0) < (abs(weights[$1]), $1) }
        var scores = [Float](repeating: 0, count: weights.count)
        for (rank, index) in order.enumerated() {
            scores[index] = score(at: (Double(rank) + 0.5) / Double(order.count))
        }
        return Tensor(scores, shape: layer.weights.shape)
    }
}
