import RanvierData

/// The baselines of a data set.
public enum Baselines {
    /// What is fitted.
    public enum Choice: Sendable {
        /// The majority or the mean alone.
        case trivial
        /// All that belong to the task.
        case all
    }

    /// Fits what a network must beat to training samples.
    ///
    /// - Parameters:
    ///   - training: samples with targets, scaled as for the network.
    ///   - validation: samples that strengths and numbers of neighbours are chosen on; nil for a fifth of the training samples,
    ///     drawn with the seed. Never the test samples.
    ///   - questions: samples that will be asked at once, which bounds how many rows the neighbours keep.
    ///   - seed: what decides which rows are drawn where not all are used.
    /// - Returns: majority or mean first; then, where targets are among the named features of a step, the last value; a linear
    ///   model; nearest neighbours. None for samples without targets.
    public static func fitted(
        to training: Dataset, validation: Dataset? = nil, questions: Int = 1000,
        choice: Choice = .all, seed: UInt64 = 0
    ) throws -> [any Baseline] {
        guard training.count > 0 else { return [] }
        let first: any Baseline
        switch training.targets {
        case .none: return []
        case .classes: first = MajorityBaseline(training)
        case .values: first = MeanBaseline(training)
        }
        guard choice == .all else { return [first] }
        let fold = try Fold(training, validation: validation, seed: seed)
        let last: [any Baseline] = LastValueBaseline(training).map { [$0] } ?? []
        return [first] + last + [
            try LinearBaseline(training, fold: fold, seed: seed),
            try NeighboursBaseline(training, fold: fold, questions: questions, seed: seed),
        ]
    }
}

/// What a baseline is tried on before it is fitted to all training samples.
struct Fold {
    let training: Dataset
    /// Nil where there are too few samples to hold some out.
    let held: Dataset?
    /// Whether the held samples are training samples.
    let isPart: Bool

    init(_ training: Dataset, validation: Dataset?, seed: UInt64) throws {
        if let validation, validation.count > 0 {
            (self.training, held, isPart) = (training, validation, false)
            return
        }
        let parts = try training.split(validationFraction: 0.2, seed: seed)
        guard parts.validation.count > 0, parts.training.count > 1 else {
            (self.training, held, isPart) = (training, nil, true)
            return
        }
        (self.training, held, isPart) = (parts.training, parts.validation, true)
    }
}
