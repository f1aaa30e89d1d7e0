/// What is asked of each sample: a class, some values, or nothing.
public enum Targets: Sendable, Hashable {
    /// A class for each sample, and the names of all classes.
    case classes([Int], names: [String])
    /// Some values for each sample in row-major order, `[n, names]`, with their names and units (empty where there is
    /// none).
    case values([Float], names: [String], units: [String])
    /// Nothing is known of that many samples.
    case none(count: Int)

    /// Number of samples.
    public var count: Int {
        switch self {
        case .classes(let labels, _): labels.count
        case .values(let values, let names, _): values.count / max(names.count, 1)
        case .none(let count): count
        }
    }

    /// The classes; empty where there are none.
    public var labels: [Int] { if case .classes(let labels, _) = self { labels } else { [] } }

    /// Names of classes or values.
    public var names: [String] {
        switch self {
        case .classes(_, let names), .values(_, let names, _): names
        case .none: []
        }
    }

    /// Those of some samples, in that order.
    public func subset(_ indices: [Int]) -> Targets {
        switch self {
        case .classes(let labels, let names):
            return .classes(indices.map { labels[$0] }, names: names)
        case .values(let values, let names, let units):
            let width = names.count
            return .values(
                indices.flatMap { values[$0 * width..<($0 + 1) * width] }, names: names,
                units: units)
        case .none: return .none(count: indices.count)
        }
    }
}
