import RanvierConfiguration
import RanvierLearning
import RanvierNetworks

/// `quantize`: weights are seen in few bits, and train so (quantisation-aware training).
///
/// Masks that are there hold. Sources: those of the views, see ``SymmetricQuantizer``, ``LearnedStepQuantizer``,
/// ``SharedScaleQuantizer``, ``BinaryQuantizer``, ``TernaryQuantizer``.
public struct QuantizePhase: CompressionPhase {
    /// How weights are rounded.
    public enum Scheme: String, Sendable, Hashable, CaseIterable {
        /// With a step that learns.
        case learnedStep = "learned-step"
        /// With the largest weight as the end of the scale.
        case symmetric
        /// The same with steps that are powers of two.
        case powerOfTwo = "power-of-two"
        /// With steps of a part of the root of the mean square.
        case rootMeanSquare = "root-mean-square"
        /// tanh of weights in steps of a range that learns.
        case sharedScale = "shared-scale"
        /// Signs and one size for each output.
        case binary
        /// None, or one size with both signs.
        case ternary
    }

    /// What has a scale of its own.
    public enum Scale: String, Sendable, Hashable, CaseIterable {
        case tensor, output
    }

    /// `quantize`.
    public static let kind = "quantize"
    /// Bits of a weight.
    public var bits = 8
    /// How weights are rounded; nil for what is usual for the bits.
    public var scheme: Scheme?
    /// What has a scale of its own; of outputs the last synapses have one for all, so that answers can be compared in whole numbers.
    public var scale = Scale.tensor
    /// Percentile of the sizes that ends the scale.
    public var percentile = 100.0
    /// Length of a step as a part of the root of the mean square of the weights; nil for what is usual for the bits.
    public var factor: Double?
    /// Layers whose weights stay as they are.
    public var keeps: [String] = []
    /// Epochs and learning rate.
    public var training = PhaseTraining()

    /// Eight bits, a step that learns.
    public init() {}

    /// The keys of a configuration.
    public static let schema = Schema<QuantizePhase> {
        Field.integer("bits", \.bits, in: 1...16, isRequired: true, drawn: 1...8)
        Field(
            read: { section, value throws(ConfigurationError) in
                let words = [Self.usual] + Scheme.allCases.map(\.rawValue)
                value.scheme = Scheme(
                    rawValue: try section.choice(
                        "scheme", of: words, default: value.scheme?.rawValue ?? Self.usual))
                if let problem = value.mismatch { throw section.invalid("scheme", problem) }
            },
            write: { [.init("scheme", .string($0.scheme?.rawValue ?? Self.usual))] },
            vary: { value, random in
                let fitting = Scheme.allCases.filter {
                    value.scheme = $0
                    return value.mismatch == nil
                }
                value.scheme = fitting.randomElement(using: &random)
            })
        Field.choice("scale", \.scale)
        Field.number("percentile", \.percentile, in: 50...100, drawn: 90...99)
        Field.optionalNumber("factor", \.factor, in: .positive)
        Field.texts("keep", \.keeps)
        Field.part(\.training)
        Field.refusing("scale") {
            $0.scale == .output && !$0.isSymmetric
        } because: {
            "'\($0.used.rawValue)' has a scale of its own kind; leave the key out, or take 'scheme: symmetric'"
        } settle: {
            $0.scale = .tensor
        }
        Field.refusing("percentile") {
            $0.percentile != 100 && ![.symmetric, .powerOfTwo].contains($0.used)
        } because: {
            "has no effect on '\($0.used.rawValue)'; leave the key out, or take 'scheme: symmetric'"
        } settle: {
            $0.percentile = 100
        }
        Field.refusing("factor") {
            $0.factor != nil && $0.used != .rootMeanSquare
        } because: {
            "has no effect on '\($0.used.rawValue)'; leave the key out, or take 'scheme: root-mean-square'"
        } settle: {
            $0.factor = nil
        }
    }

    private static let usual = "usual"

    /// The scheme that is used: for one bit signs, for two three weights, for more a step that learns, unless said.
    public var used: Scheme {
        scheme ?? (bits == 1 ? .binary : bits == 2 ? .ternary : .learnedStep)
    }

    private var isSymmetric: Bool { [.symmetric, .powerOfTwo, .rootMeanSquare].contains(used) }

    /// Steps of least squared error for weights that are normal: 0.386 of the deviation for 4 bits, 0.66 for 3.
    private static func usualFactor(bits: Int) -> Double {
        switch bits {
        case ...2: 1.2
        case 3: 0.66
        case 4: 0.386
        // A range of four to five deviations, which grows slowly.
        default: (2.7 + 0.45 * Double(bits - 4)) / Double(1 << (bits - 1) - 1)
        }
    }

    private var mismatch: String? {
        switch used {
        case .binary: bits == 1 ? nil : "'binary' has 1 bit, and 'bits' says \(bits)"
        case .ternary: bits == 2 ? nil : "'ternary' has 2 bits, and 'bits' says \(bits)"
        case .learnedStep, .symmetric, .powerOfTwo, .sharedScale, .rootMeanSquare:
            bits > 1 ? nil : "one bit is that of 'binary'; '\(used.rawValue)' needs two or more"
        }
    }

    /// One.
    public func legs(epochs: Int) -> [CompressionLeg] {
        [training.leg("\(Self.kind) to \(bits) bits", epochs: epochs)]
    }

    /// Layers that are not there.
    public func check(on trainee: Trainee) throws {
        _ = try trainee.connections.except(keeps, key: "quantize.keep")
    }

    /// Puts up quantisers in place of those that are there.
    public func install(leg: Int, hasEnded: Bool, on trainee: Trainee) throws {
        if let frozen = trainee.connections.first(where: { !$0.views.allSatisfy(\.trainsStored) }) {
            throw CompressionError.impossibleValue(
                what: "quantize", expected: "weights that learn",
                found:
                    "those of '\(frozen.name)', which are frozen under scores; take 'weights: binary' in "
                    + "'score' for one bit")
        }
        let last = trainee.connections.last?.name
        for parameter in try trainee.connections.except(keeps, key: "quantize.keep") {
            let quantizer = view(
                for: parameter, isPerOutput: scale == .output && parameter.name != last)
            parameter.views =
                parameter.views.filter { type(of: $0).rank < type(of: quantizer).rank } + [
                    quantizer
                ]
        }
    }

    /// Puts them up, fitted to the weights.
    public func begin(leg: Int, on trainee: inout Trainee) throws {
        try install(leg: leg, hasEnded: false, on: trainee)
    }

    private func view(for parameter: Parameter, isPerOutput: Bool) -> any ParameterView {
        let weights = parameter.value, alive = parameter.livingConnections
        switch used {
        case .learnedStep:
            return LearnedStepQuantizer(bits: bits, fittedTo: weights, alive: alive)
        case .symmetric, .powerOfTwo:
            return SymmetricQuantizer(
                bits: bits, scale: percentile < 100 ? .percentile(percentile) : .largest,
                isPerOutput: isPerOutput, hasPowerOfTwoScale: used == .powerOfTwo)
        case .rootMeanSquare:
            return SymmetricQuantizer(
                bits: bits, scale: .rootMeanSquare(factor ?? Self.usualFactor(bits: bits)),
                isPerOutput: isPerOutput)
        case .sharedScale:
            return SharedScaleQuantizer(bits: bits, fittedTo: weights, alive: alive)
        case .binary: return BinaryQuantizer()
        case .ternary: return TernaryQuantizer()
        }
    }
}
