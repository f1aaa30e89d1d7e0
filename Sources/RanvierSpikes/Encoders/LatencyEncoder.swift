import Foundation
import RanvierConfiguration
import RanvierTensors

/// Time-to-first-spike coding: one spike per element, the earlier the larger the value.
///
///     linear        k = (T − 1)(1 − x)
///     logarithmic   k = (T − 1) − ln(α x + 1),   α = e^(T−1) − 1
///     charging      t = τ ln(x / (x − θ)) for x > θ
///
/// The step is `k` rounded half to even, or `t / timeStep` so rounded. The charging curve is the time at
/// which a leaky membrane driven by `x` reaches θ; values at or below θ never get there, so they are
/// treated as a margin above θ and come late. What comes after the last step follows ``lateSpikes``.
public struct LatencyEncoder: SpikeEncoder {
    /// How a value becomes a time.
    public enum Curve: Sendable, Hashable {
        /// Falls linearly with the value.
        case linear
        /// Falls with the logarithm of the value, so that small values spread over most of the steps.
        case logarithmic
        /// The charging time of a leaky membrane: time constant in seconds, threshold, and how far above the
        /// threshold a value counts at least.
        case charging(timeConstant: Double, threshold: Double, margin: Double = 1e-7)
    }

    /// What happens to a spike after the last step.
    public enum LateSpikes: String, Sendable, Hashable, Codable, CaseIterable {
        /// It comes at the last step.
        case atLastStep
        /// The element stays silent.
        case dropped
    }

    /// Number of time steps.
    public private(set) var steps: Int
    /// Length of a step in seconds.
    public private(set) var timeStep: Double
    /// How a value becomes a time.
    public private(set) var curve: Curve
    /// What happens to a spike after the last step.
    public private(set) var lateSpikes: LateSpikes
    /// Elements with a smaller value stay silent; 0 lets all spike.
    public private(set) var smallestValue: Float

    /// One spike per element within `steps` steps.
    public init(
        steps: Int, timeStep: Double, curve: Curve = .linear, lateSpikes: LateSpikes = .atLastStep,
        smallestValue: Float = 0
    ) {
        requireSteps(steps, timeStep)
        if case .charging(let timeConstant, let threshold, let margin) = curve {
            precondition(timeConstant > 0, "the time constant must be positive")
            precondition(margin > 0, "the margin must be positive, not \(margin)")
            precondition(threshold > 0 && threshold < 1, "the threshold must lie between 0 and 1")
            precondition(
                margin < 1 - threshold, "a margin of \(margin) makes all values look alike")
        }
        self.steps = steps
        self.timeStep = timeStep
        self.curve = curve
        // What has no effect is not kept: configurations refuse it.
        self.lateSpikes = curve.mayBeLate ? lateSpikes : .atLastStep
        self.smallestValue = smallestValue
    }

    /// Time of a value's spike in seconds, before rounding to a step.
    public func spikeTime(of value: Float) -> Double {
        switch curve {
        case .linear, .logarithmic: unroundedStep(of: value) * timeStep
        case .charging(let timeConstant, let threshold, let margin):
            timeConstant * Self.chargingTime(Double(value), threshold, margin)
        }
    }

    /// Values from 0 to 1.
    public var accepts: AcceptedValues { .unit }

    /// Distance of steps in values for the linear curve; for the others, whose steps are not equally far apart,
    /// the widest range of values that share a step (or are silent).
    public var resolution: EncodingResolution? {
        // Values between which the step changes; below the smallest one all are silent.
        let silent = Double(smallestValue), last = lateSpikes == .dropped ? steps : steps - 1
        let edges = (0..<last).map { min(max(value(atStep: Double($0) + 0.5), silent), 1) }
        let bounds = ([0, silent, 1] + edges).sorted()
        let widest = zip(bounds, bounds.dropFirst()).map { $1 - $0 }.max() ?? 1
        guard widest < 1 else { return .nothing }
        guard case .linear = curve, steps > 1 else { return .step(widest) }
        let distance = 1 / Double(steps - 1)
        return .step(widest > distance + 1e-9 ? widest : distance)
    }

    /// The value whose spike comes at a time in steps: the inverse of the curve.
    private func value(atStep step: Double) -> Double {
        let last = Double(steps - 1)
        switch curve {
        case .linear: return steps > 1 ? 1 - step / last : 0
        case .logarithmic:
            return steps > 1 ? (exp(-step) - exp(-last)) / (1 - exp(-last)) : 0
        case .charging(let timeConstant, let threshold, let margin):
            let value = threshold / (1 - exp(-step * timeStep / timeConstant))
            return value <= threshold + margin ? 0 : value
        }
    }

    /// Spikes, one per element that is not silent.
    public func encode(
        _ values: Tensor, at position: EncodingPosition
    ) throws(SpikeError) -> Tensor {
        try requireAccepted(values)
        return Tensor(encoding: values, steps: steps) { value, spike in
            guard value >= smallestValue else { return }
            let step = unroundedStep(of: value).rounded(.toNearestOrEven)
            if step <= Double(steps - 1) {
                spike(Int(step))
            } else if lateSpikes == .atLastStep {
                spike(steps - 1)
            }
        }
    }

    private func unroundedStep(of value: Float) -> Double {
        let last = Double(steps - 1)
        switch curve {
        case .linear:
            // In Float32, where 1 − x of a decimal fraction x is again the nearest to a decimal fraction,
            // so that ties are ties.
            return Double(Float(steps - 1) * (1 - value))
        case .logarithmic:
            // (T − 1) − ln(α x + 1) with e^(T−1) taken out of the logarithm, where it cannot overflow.
            let x = Double(value)
            return min(-log(x + (1 - x) * exp(-last)), last)
        case .charging(let timeConstant, let threshold, let margin):
            return timeConstant / timeStep * Self.chargingTime(Double(value), threshold, margin)
        }
    }

    /// `ln(x / (x − θ))`, values up to θ raised to just above it.
    private static func chargingTime(
        _ value: Double, _ threshold: Double, _ margin: Double
    ) -> Double {
        let x = max(value, threshold + margin)
        return log(x / (x - threshold))
    }
}

extension LatencyEncoder {
    /// `latency`.
    public static let kind = "latency"

    /// 25 steps of a millisecond.
    public init() { self.init(steps: 25, timeStep: 1e-3) }

    private enum CurveWord: String, CaseIterable { case linear, logarithmic, charging }

    private static let curveField = Field<LatencyEncoder> {
        section, encoder throws(ConfigurationError) in
        let standard = CurveWord(rawValue: encoder.curve.word) ?? .linear
        switch try section.choice("curve", default: standard) {
        case .charging:
            var standard = (timeConstant: 5e-3, threshold: 0.01, margin: 1e-7)
            if case .charging(let timeConstant, let threshold, let margin) = encoder.curve {
                standard = (timeConstant, threshold, margin)
            }
            encoder.curve = .charging(
                timeConstant: try section.float(
                    "time-constant", default: standard.timeConstant, in: .positive),
                threshold: try section.float(
                    "threshold", default: standard.threshold, in: 1e-6...0.999_999),
                margin: try section.float("margin", default: standard.margin, in: .positive))
            if case .charging(_, let threshold, let margin) = encoder.curve,
                margin >= 1 - threshold
            {
                throw section.invalid(
                    "margin",
                    "expected a number below \(1 - threshold), so that values up to 1 differ, found "
                        + "\(margin)")
            }
        case .logarithmic: encoder.curve = .logarithmic
        case .linear: encoder.curve = .linear
        }
    } write: { encoder in
        let word = ConfigurationValue.Entry("curve", .string(encoder.curve.word))
        guard case .charging(let timeConstant, let threshold, let margin) = encoder.curve else {
            return [word]
        }
        return [
            word, .init("time-constant", .float(timeConstant)),
            .init("threshold", .float(threshold)), .init("margin", .float(margin)),
        ]
    } vary: { encoder, random in
        let curves: [Curve] = [
            .linear, .logarithmic, .charging(timeConstant: 2e-3, threshold: 0.1),
        ]
        encoder.curve = curves.randomElement(using: &random) ?? .linear
    }

    /// The keys of a configuration.
    public static let schema = Schema<LatencyEncoder> {
        Field.integer("steps", \.steps, in: 1...)
        Field.number("time-step", \.timeStep, in: .positive)
        curveField
        Field.choice(
            "late-spikes", \.lateSpikes, of: ["at-last-step": .atLastStep, "dropped": .dropped])
        Field.refusing("late-spikes") {
            $0.lateSpikes != .atLastStep && !$0.curve.mayBeLate
        } because: {
            "has no effect with the curve '\($0.curve.word)', by which no spike is late"
        } settle: {
            $0.lateSpikes = .atLastStep
        }
        Field.number("smallest-value", \.smallestValue, in: 0...1)
    }
}

extension SpikeEncoder where Self == LatencyEncoder {
    /// One spike per element, the earlier the larger the value.
    public static func latency(
        steps: Int, timeStep: Double, curve: LatencyEncoder.Curve = .linear
    ) -> LatencyEncoder {
        LatencyEncoder(steps: steps, timeStep: timeStep, curve: curve)
    }
}

extension LatencyEncoder.Curve {
    /// Whether a spike may come after the last step.
    fileprivate var mayBeLate: Bool { if case .charging = self { true } else { false } }

    fileprivate var word: String {
        switch self {
        case .linear: "linear"
        case .logarithmic: "logarithmic"
        case .charging: "charging"
        }
    }
}
