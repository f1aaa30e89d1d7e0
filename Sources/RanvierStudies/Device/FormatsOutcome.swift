import RanvierAnalysis
import RanvierDeployment
import RanvierLearning

/// What a network costs on a device in one form.
struct FormatsOutcome: Codable, Sendable {
    /// The form.
    enum Kind: String, Codable, Sendable, CaseIterable {
        case float = "float32 dense"
        case eight = "int8 dense"
        case sparse = "int8 sparse"
        case ternary = "ternary sparse"
        case binary = "binary half"
        case wholeNumbers = "int4 whole numbers"
    }

    /// How right answers are.
    struct Accuracy: Codable, Sendable {
        var share: Double
        /// Wilson's interval of 95 %.
        var interval: [Double]?
        /// Mean of the shares of the classes.
        var balanced: Double?
    }

    /// What a sample costs, counted and estimated.
    struct Cost: Codable, Sendable {
        var synaptic: Double
        var multiplyAccumulate: Double
        /// One for each table of prices.
        var energies: [EnergyEstimate]
        /// Seconds from a sample to its answer on this machine, the median.
        var seconds: Double
    }

    /// The C source made for one goal, compiled and run.
    struct Program: Codable, Sendable {
        var goal: String
        var tableBytes: Int
        var stateBytes: Int
        var checks: [DeviceCheck]

        func check(_ target: CTarget) -> DeviceCheck? {
            checks.first { $0.target == target.rawValue }
        }
    }

    /// The same network in integers.
    struct Integers: Codable, Sendable {
        var accuracy: Accuracy
        /// Accuracy less that of the network as it was trained, with its paired interval.
        var difference: MeasureDifference?
        /// Share of the samples with the same answer as before.
        var sameAnswers: Double
        /// Places of neuron, step and sample, and how many of them spike otherwise than in the same whole numbers as floats.
        var places: Int
        var differing: Int
        /// Distances of firing rates to the dense network in floats, layer by layer; empty where there is none.
        var distances: [FiringRateDistance.Layer]
        var cost: Cost
        var programs: [Program]
        /// The whole program on Cortex-M0; nil where it was not linked.
        var whole: ProgramSize?
        /// Bytes of the row that comes in.
        var rowBytes: Int
        /// The same network as a plain loop.
        var plain: Plain?
        /// What was done on the way into integers.
        var steps: [String]
    }

    /// A plain loop over all layers and steps.
    struct Plain: Codable, Sendable {
        var check: DeviceCheck
        /// Products of a sample in all steps.
        var products: Int
        /// Products of an artificial network of the same shape that sees each row once.
        var artificialProducts: Int
    }

    var kind: Kind
    var bits: Int
    /// Share of connections that is gone.
    var sparsity: Double
    /// Bytes of what the trained network stores.
    var storedBytes: Int
    /// Test samples, as it was trained.
    var trained: Accuracy
    var cost: Cost
    /// Nil for floats, and where there is an obstacle.
    var integers: Integers?
    /// Why the network has no form in integers.
    var obstacle: String?

    /// Operations of a plain int8 artificial network on Cortex-M4, counted and not run.
    ///
    /// For two rows and four columns at a time: three loads of four bytes, six instructions that widen two bytes each to halves of
    /// words (two for the input, two for each row), four that multiply and add two pairs, and two for the loop, so 15 for 8 products.
    static let instructionsPerProduct = 15.0 / 8
}
