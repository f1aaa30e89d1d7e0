import RanvierConfiguration
import RanvierData

/// Always the most frequent class of the training samples; its probabilities are their shares.
public struct MajorityBaseline: Baseline {
    /// Shares of the classes.
    public let shares: [Double]
    private let classNames: [String]

    /// Of samples with classes.
    public init(_ training: Dataset) {
        shares = training.classCounts.map { Double($0) / Double(max(training.count, 1)) }
        classNames = training.classNames
    }

    /// `majority`.
    public var name: String { "majority" }

    /// The class that is always named; the first one where several are as frequent.
    public var majorityClass: Int { shares.indices.reduce(0) { shares[$1] > shares[$0] ? $1 : $0 } }

    /// Which class, and how frequent it is.
    public var detail: String {
        "always '\(classNames[majorityClass])', the most frequent class "
            + "(\(NumberText.percent(shares[majorityClass])) of the training samples)"
    }

    /// The same for all.
    public func answers(to data: Dataset) -> [[Float]] {
        [[Float]](repeating: shares.map { Float($0) }, count: data.count)
    }
}
