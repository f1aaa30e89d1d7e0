import RanvierConfiguration
import RanvierTensors

/// Rate coding: each step of each element spikes by chance, with the value as its probability.
///
///     s[t] = [U ≤ x],   U uniform in [0, 1), independent for every step
///
/// The number of spikes is binomial; for small values and many steps it approaches a Poisson process, which
/// gives the method its name. Under `U ≤ x` a value of 0 spikes with probability 2⁻²⁴, under `U < x` never;
/// a value of 1 spikes at every step under both.
public struct PoissonEncoder: SpikeEncoder {
    /// How the uniform number is compared with the value.
    public enum Comparison: String, Sendable, Hashable, Codable, CaseIterable {
        /// `U ≤ x`.
        case lessOrEqual
        /// `U < x`.
        case less
    }

    /// Number of time steps.
    public private(set) var steps: Int
    /// Length of a step in seconds.
    public private(set) var timeStep: Double
    /// The tie rule.
    public private(set) var comparison: Comparison
    /// Whether a gradient passes to the values as if spikes were the values (their expectation); else none.
    public private(set) var isStraightThrough: Bool

    /// Spikes by chance for `steps` steps.
    public init(
        steps: Int, timeStep: Double, comparison: Comparison = .lessOrEqual,
        isStraightThrough: Bool = false
    ) {
        requireSteps(steps, timeStep)
        self.steps = steps
        self.timeStep = timeStep
        self.comparison = comparison
        self.isStraightThrough = isStraightThrough
    }

    /// Values from 0 to 1.
    public var accepts: AcceptedValues { .unit }

    /// `√(x (1 − x)/T)`, the deviation of the share of steps with a spike, is at most `1/(2 √T)`.
    public var resolution: EncodingResolution? { .deviation(0.5 / Double(steps).squareRoot()) }

    /// Spikes drawn from the position's streams.
    public func encode(
        _ values: Tensor, at position: EncodingPosition
    ) throws(SpikeError) -> Tensor {
        try requireAccepted(values)
        guard position.samples.count == values.shape[0] else {
            throw .countsDiffer(
                what: "samples of the encoding position", expected: values.shape[0],
                found: position.samples.count)
        }
        let streams = position.samples.indices.map { position.stream(ofSampleAt: $0) }
        let size = values.shape.dropFirst().reduce(1, *)
        return spikes(values) { sample, step in
            streams[sample].uniform(count: size, from: step * size)
        }
    }

    /// Spikes from given uniform numbers `[T, B, features…]`, for comparison with other software.
    public func encode(_ values: Tensor, uniforms: Tensor) throws(SpikeError) -> Tensor {
        try requireAccepted(values)
        guard uniforms.shape == [steps] + values.shape else {
            throw .shapeDoesNotFit(
                encoder: Self.kind, expected: "uniform numbers of shape \([steps] + values.shape)",
                found: uniforms.shape)
        }
        let draws = uniforms.scalars
        let size = values.shape.dropFirst().reduce(1, *), batch = values.shape[0]
        return spikes(values) { sample, step in
            let first = (step * batch + sample) * size
            return Array(draws[first..<first + size])
        }
    }

    private func spikes(
        _ values: Tensor, draws: @Sendable (_ sample: Int, _ step: Int) -> [Float]
    ) -> Tensor {
        let probabilities = values.scalars
        let size = values.shape.dropFirst().reduce(1, *), batch = values.shape[0]
        let spikes = Tensor(spikesOfShape: [steps] + values.shape) { writer in
            Parallel.forEach(parts: steps) { step in
                for sample in 0..<batch {
                    let uniform = draws(sample, step), first = sample * size
                    switch comparison {
                    case .lessOrEqual:
                        writer.set(row: step, from: first, count: size) {
                            uniform[$0] <= probabilities[first + $0]
                        }
                    case .less:
                        writer.set(row: step, from: first, count: size) {
                            uniform[$0] < probabilities[first + $0]
                        }
                    }
                }
            }
        }
        guard isStraightThrough else { return spikes }
        return Tape.record(spikes, inputs: [values]) { [$0.sum(axes: [0])] }
    }
}

extension PoissonEncoder {
    /// `poisson`.
    public static let kind = "poisson"

    /// 25 steps of a millisecond.
    public init() { self.init(steps: 25, timeStep: 1e-3) }

    /// The keys of a configuration.
    public static let schema = Schema<PoissonEncoder> {
        Field.integer("steps", \.steps, in: 1...)
        Field.number("time-step", \.timeStep, in: .positive)
        Field.choice("comparison", \.comparison, of: ["<=": .lessOrEqual, "<": .less])
        Field.boolean("straight-through", \.isStraightThrough)
    }
}

extension SpikeEncoder where Self == PoissonEncoder {
    /// Spikes by chance, with the value as probability.
    public static func poisson(
        steps: Int, timeStep: Double, comparison: PoissonEncoder.Comparison = .lessOrEqual
    ) -> PoissonEncoder {
        PoissonEncoder(steps: steps, timeStep: timeStep, comparison: comparison)
    }
}
