import RanvierConfiguration
import RanvierData

/// Always the mean of the training targets.
public struct MeanBaseline: Baseline {
    /// Mean of each value.
    public let means: [Double]

    /// Of samples with values.
    public init(_ training: Dataset) {
        guard case .values(let values, let names, _) = training.targets else {
            means = []
            return
        }
        let width = names.count
        means = (0..<width).map { column in
            stride(from: column, to: values.count, by: width).reduce(0.0) {
                $0 + Double(values[$1])
            } / Double(max(training.count, 1))
        }
    }

    /// `mean`.
    public var name: String { "mean" }

    /// The numbers.
    public var detail: String {
        "always the mean of the training targets ("
            + means.prefix(4).map { NumberText.significant($0, digits: 4) }.joined(separator: ", ")
            + (means.count > 4 ? ", …)" : ")")
    }

    /// The same for all.
    public func answers(to data: Dataset) -> [[Float]] {
        [[Float]](repeating: means.map { Float($0) }, count: data.count)
    }
}
