import RanvierData

/// What a network must beat: fitted on training samples, asked the same questions.
///
///     let rivals = try Baselines.fitted(to: training, validation: nil, seed: 0)
///     for rival in rivals { rival.answers(to: test) }
public protocol Baseline: Sendable {
    /// Its name in results: `majority`, `mean`, `linear`, `neighbours`, `last-value`.
    var name: String { get }

    /// What it is and with which settings, as a line for people.
    var detail: String { get }

    /// Answers to samples that are prepared as the training samples were: `[n][outputs]`, probabilities of classes or values in
    /// their own units.
    func answers(to data: Dataset) throws -> [[Float]]
}
