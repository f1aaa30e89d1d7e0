import RanvierConfiguration

/// `random`: the control.
struct RandomChoice: CriterionChoice {
    static let kind = RandomCriterion.name
    var seed = 0

    static let schema = Schema<RandomChoice> { Field.integer("seed", \.seed, in: 0...) }

    var criterion: any PruningCriterion { criterion(seed: 0) }
    func criterion(seed run: UInt64) -> any PruningCriterion {
        RandomCriterion(seed: run &* 0x9E37_79B9 &+ UInt64(max(seed, 0)))
    }
}

/// `lamp`.
struct LayerAdaptiveChoice: CriterionChoice {
    static let kind = LayerAdaptiveCriterion.name
    static let schema = Schema<LayerAdaptiveChoice> {}
    var criterion: any PruningCriterion { LayerAdaptiveCriterion() }
}
