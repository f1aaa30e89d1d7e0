import RanvierTensors

/// Says what each weight is worth; those of least worth go first.
public protocol PruningCriterion: Sendable {
    /// Word for the criterion in reports.
    static var name: String { get }

    /// A score for each weight, not negative, of the weights' shape; those of connections that are not there do not count.
    ///
    /// Scores are single-precision numbers: what is smaller than the smallest of them is a tie at zero.
    /// - Throws: ``CompressionError`` where a layer lacks what the criterion needs.
    func scores(of layers: [PruningLayer]) throws(CompressionError) -> [Tensor]
}

extension PruningCriterion {
    /// A score for each unit of a layer, `[units]`.
    public func unitScores(
        of layer: PruningLayer, granularity: Granularity, norm: UnitNorm = .l1
    ) throws(CompressionError) -> Tensor {
        UnitScores(
            try scores(of: [layer])[0], of: layer, granularity: granularity, norm: norm
        ).layer.scores
    }

    /// Masks of weights by this criterion.
    ///
    /// - Parameters:
    ///   - granularity: what goes as one; rates and densities then count units.
    ///   - norm: how scores of weights become that of a unit.
    /// - Returns: masks of the weights' shapes; ``PruningOutcome/removed`` counts units.
    public func prune(
        _ layers: [PruningLayer], by pruning: Pruning, granularity: Granularity = .weights,
        norm: UnitNorm = .l1
    ) throws(CompressionError) -> PruningOutcome {
        let scores = try self.scores(of: layers)
        if granularity == .weights {
            return try pruning.masks(
                of: zip(layers, scores).map {
                    ScoredLayer(name: $0.name, scores: $1, alive: $0.alive)
                })
        }
        let units = zip(layers, scores).map { layer, scores -> UnitScores in
            UnitScores(scores, of: layer, granularity: granularity, norm: norm)
        }
        var outcome = try pruning.masks(of: units.map(\.layer))
        for (index, unit) in units.enumerated() {
            outcome.masks[index] = unit.weightMask(from: outcome.masks[index])
        }
        return outcome
    }
}

/// Scores of the units of a layer.
struct UnitScores {
    let layer: ScoredLayer
    private let unitOfWeight: [Int]
    private let alive: [Float]?
    private let shape: [Int]

    init(_ scores: Tensor, of layer: PruningLayer, granularity: Granularity, norm: UnitNorm) {
        let (units, count) = granularity.units(of: layer.layout)
        let alive = layer.alive?.scalars
        var sums = [Double](repeating: 0, count: count), living = [Int](repeating: 0, count: count)
        for (index, score) in scores.scalars.enumerated() where alive?[index] != 0 {
            let score = Double(score)
            sums[units[index]] += norm == .l2 ? score * score : abs(score)
            living[units[index]] += 1
        }
        let values = zip(sums, living).map { sum, living -> Float in
            switch norm {
            case .l1: Float(sum)
            case .l2: Float(sum.squareRoot())
            case .mean: Float(sum / Double(max(living, 1)))
            }
        }
        self.layer = ScoredLayer(
            name: layer.name, scores: Tensor(values, shape: [count]),
            alive: Tensor(living.map { $0 > 0 ? 1 : 0 }, shape: [count]))
        unitOfWeight = units
        self.alive = alive
        shape = scores.shape
    }

    func weightMask(from units: Tensor) -> Tensor {
        let kept = units.scalars
        return Tensor(
            unitOfWeight.indices.map { kept[unitOfWeight[$0]] * (alive?[$0] ?? 1) }, shape: shape)
    }
}
