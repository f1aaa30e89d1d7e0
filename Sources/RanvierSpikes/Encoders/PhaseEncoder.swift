import RanvierConfiguration
import RanvierTensors

/// Phase coding: the binary digits of the value, most significant first, repeated every `K` steps.
///
///     s[t] = digit t mod K of x,   worth 2^−(t mod K + 1);   x clipped to 1 − 2^−K
///
/// Over one period the digits, each times its worth, add up to the value rounded down to `K` digits.
public struct PhaseEncoder: SpikeEncoder {
    /// Number of time steps.
    public private(set) var steps: Int
    /// Length of a step in seconds.
    public private(set) var timeStep: Double
    /// Binary digits `K` of a period, at most 24 (what a Float32 holds).
    public private(set) var digits: Int

    /// Digits of the values for `steps` steps.
    public init(steps: Int, timeStep: Double, digits: Int = 8) {
        requireSteps(steps, timeStep)
        precondition((1...24).contains(digits), "1 to 24 binary digits, not \(digits)")
        self.steps = steps
        self.timeStep = timeStep
        self.digits = digits
    }

    /// Worth of a spike at each step: `2^−(t mod K + 1)`.
    public var weights: [Float] {
        (0..<steps).map { 1 / Float(1 << ($0 % digits + 1)) }
    }

    /// Values from 0 to 1.
    public var accepts: AcceptedValues { .unit }

    /// Worth of the last digit that the steps show.
    public var resolution: EncodingResolution? { .step(1 / Double(1 << min(digits, steps))) }

    /// The digits as spikes.
    public func encode(
        _ values: Tensor, at position: EncodingPosition
    ) throws(SpikeError) -> Tensor {
        try requireAccepted(values)
        let scale = Float(1 << digits)
        return Tensor(encoding: values, steps: steps) { value, spike in
            // Exact: a product with a power of two.
            let code = min(Int(value * scale), 1 << digits - 1)
            for step in 0..<steps where code >> (digits - 1 - step % digits) & 1 == 1 {
                spike(step)
            }
        }
    }
}

extension PhaseEncoder {
    /// `phase`.
    public static let kind = "phase"

    /// 25 steps of a millisecond.
    public init() { self.init(steps: 25, timeStep: 1e-3) }

    /// The keys of a configuration.
    public static let schema = Schema<PhaseEncoder> {
        Field.integer("steps", \.steps, in: 1...)
        Field.number("time-step", \.timeStep, in: .positive)
        Field.integer("digits", \.digits, in: 1...24)
    }
}

extension SpikeEncoder where Self == PhaseEncoder {
    /// The binary digits of the value.
    public static func phase(steps: Int, timeStep: Double, digits: Int = 8) -> PhaseEncoder {
        PhaseEncoder(steps: steps, timeStep: timeStep, digits: digits)
    }
}
