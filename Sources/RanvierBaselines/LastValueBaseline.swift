import RanvierData
import RanvierTensors

/// The value that the target had in the last row (persistence): what forecasts one step ahead must beat.
public struct LastValueBaseline: Baseline {
    /// Position of each target among the values of a sample.
    private let positions: [Int]

    /// Nil where targets are not among the named features of a step.
    public init?(_ training: Dataset) {
        guard case .values(_, let names, _) = training.targets, training.count > 0,
            let features = training.featureNames, !features.isEmpty,
            training.featureCount % features.count == 0
        else { return nil }
        let last = training.featureCount - features.count
        var positions: [Int] = []
        for name in names {
            guard let column = features.firstIndex(of: name) else { return nil }
            positions.append(last + column)
        }
        self.positions = positions
    }

    /// `last-value`.
    public var name: String { "last-value" }

    /// What it does.
    public var detail: String { "the target's value in the last row that is seen (persistence)" }

    /// Of each sample the last row, in the units it was measured in.
    public func answers(to data: Dataset) -> [[Float]] {
        (0..<data.count).map { sample in
            var values = data.features(of: [sample])
            if let scaling = data.scaling { values = scaling.inverse(values) }
            let numbers = values.scalars
            return positions.map { numbers[$0] }
        }
    }
}
