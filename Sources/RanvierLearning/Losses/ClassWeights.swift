import RanvierConfiguration
import RanvierData

/// By how much the loss of a sample counts, according to its class: `training.class-weights`.
///
/// Factors have mean 1 over the training samples, so that the learning rate means the same with and without them.
public enum ClassWeights: Sendable, Hashable {
    /// All samples count alike.
    case none
    /// Every class counts alike: `n / (K n_c)` for `n` samples, `n_c` of them in class c, and `K` classes that have any.
    case balanced
    /// A factor for each class in order, brought to mean 1 over the training samples.
    case factors([Double])

    /// The factor of each class for training samples; nil where all are alike.
    ///
    /// A class without samples has factor 1, which nothing depends on.
    /// - Throws: ``TrainingError/mismatch(what:expected:found:)`` where samples have no classes, or not as many as there are
    ///   factors, or all samples would count nothing.
    public func factors(for data: Dataset) throws(TrainingError) -> [Float]? {
        if case .none = self { return nil }
        let counts = data.classCounts
        guard !counts.isEmpty else {
            throw .mismatch(
                what: "class-weights", expected: "samples with classes",
                found: "values to predict; leave the key out")
        }
        let raw: [Double]
        switch self {
        case .none: return nil
        case .balanced: raw = counts.map { $0 > 0 ? 1 / Double($0) : 0 }
        case .factors(let factors):
            guard factors.count == counts.count else {
                throw .mismatch(
                    what: "class-weights", expected: "\(counts.count) factors, one per class",
                    found: "\(factors.count)")
            }
            raw = factors
        }
        let sum = zip(raw, counts).reduce(0) { $0 + $1.0 * Double($1.1) }
        guard sum > 0, sum.isFinite else {
            throw .mismatch(
                what: "class-weights",
                expected: "a factor above 0 for a class that has training samples",
                found: "none")
        }
        return zip(raw, counts).map { factor, count in
            count > 0 ? Float(factor * Double(data.count) / sum) : 1
        }
    }

    /// Reads `class-weights`: `none`, `balanced`, or a list of factors.
    static func read(_ section: ConfigurationSection) throws(ConfigurationError) -> ClassWeights {
        if section.isList("class-weights") {
            return .factors(try section.floats("class-weights", default: [], in: 0...))
        }
        let word = try section.choice(
            "class-weights", of: ["none", "balanced"], default: "none")
        return word == "balanced" ? .balanced : .none
    }
}
