import RanvierAnalysis
import RanvierDeployment

/// What a network in integers came to, whole and damaged.
struct DeviceOutcome: Codable, Sendable {
    /// How weights are stored.
    enum Kind: String, Codable, Sendable, CaseIterable {
        case dense = "int8 dense"
        case sparse = "int8 sparse"
        case ternary
        case binary

        /// Bits of a weight.
        var bits: Int {
            switch self {
            case .dense, .sparse: 8
            case .ternary: 2
            case .binary: 1
            }
        }
    }

    /// A rate of flipped bits and what was left.
    struct Fault: Codable, Sendable {
        var place: String
        var rate: Double
        /// Share of test samples that are answered rightly, mean over repeats.
        var accuracy: Double
    }

    /// A drift of the sensor and what learning on the device made of it.
    struct Drift: Codable, Sendable {
        /// What was learned by which rule.
        enum Rule: String, Codable, Sendable, CaseIterable {
            case input = "input, no labels"
            case lastLayer = "last layer, labels"
            case thresholds = "thresholds, no labels"
            case both = "input and last layer"
        }

        var gain: Double
        var offset: Double
        var rule: Rule
        /// Shares of right answers on the half of the test samples that nothing is learned from: without drift, with it, and after
        /// the other half was shown, drifted.
        var before: Double
        var drifted: Double
        var after: Double
        /// After that, without drift.
        var old: Double
        /// Bytes of RAM that learning takes.
        var bytes: Int

        /// Share of the loss that was made good; nil where nothing was lost.
        var recovered: Double? {
            before - drifted > 0.005 ? (after - drifted) / (before - drifted) : nil
        }
        var name: String { "x × \(gain) + \(offset)" }
    }

    var kind: Kind
    /// Share of test samples that are answered rightly.
    var accuracy: Double
    /// Share of connections that is gone.
    var sparsity: Double
    /// Bytes of an update over the air.
    var update: UpdateSize
    var faults: [Fault]
    /// Of dense weights alone.
    var drifts: [Drift]
}
