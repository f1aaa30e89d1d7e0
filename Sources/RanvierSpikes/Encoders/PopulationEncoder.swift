import Foundation
import RanvierConfiguration
import RanvierTensors

/// Population coding: each value is seen by several neurons, each of which responds most to a value of its own.
///
///     c_i = a + (2i − 3)/2 · (b − a)/(M − 2),   i = 1 … M        centres over the range a … b
///     σ   = 1/β · (b − a)/(M − 2)                                width of the receptive fields
///     r_i = exp(−(x − c_i)² / (2 σ²))
///
/// By `latency` a neuron spikes once, at step `(1 − r)(T − 1)` rounded half to even, the earlier the better
/// the value fits; responses below ``cutoff`` stay silent. By `direct` the responses are shown as they are, the
/// same at every step. The outermost centres lie half a distance outside the range, as in the paper.
///
/// Values `[B, features…, C]` from a to b become `[T, B, features…, C M]`, the M neurons of a value side by
/// side. Sequences are coded row by row inside an ``EachRowEncoder``.
///
/// Source: Bohte, La Poutré & Kok, "Unsupervised clustering with spiking neurons by sparse temporal coding",
/// IEEE Transactions on Neural Networks 13, 2002 (β = 1.5; spikes in the last tenth of the time are left out).
public struct PopulationEncoder: SpikeEncoder {
    /// How a response becomes a sequence.
    public enum Code: String, Sendable, Hashable, Codable, CaseIterable {
        /// One spike, the earlier the larger the response.
        case latency
        /// The response itself at every step.
        case direct
    }

    /// Number of time steps.
    public private(set) var steps: Int
    /// Length of a step in seconds.
    public private(set) var timeStep: Double
    /// Neurons of a value, M.
    public private(set) var neurons: Int
    /// Smallest value, a.
    public private(set) var minimum: Double
    /// Largest value, b.
    public private(set) var maximum: Double
    /// How narrow the receptive fields are, β.
    public private(set) var beta: Double
    /// How a response becomes a sequence.
    public private(set) var code: Code
    /// Responses below this are silent, by latency.
    public private(set) var cutoff: Double

    /// Neurons over a range of values.
    public init(
        steps: Int, timeStep: Double, neurons: Int = 8, range: ClosedRange<Double> = 0...1,
        beta: Double = 1.5, code: Code = .latency, cutoff: Double = 0.1
    ) {
        requireSteps(steps, timeStep)
        precondition(neurons > 2, "a population has at least three neurons, not \(neurons)")
        precondition(range.lowerBound < range.upperBound, "a range of one value has no centres")
        precondition(beta > 0, "the narrowness must be positive, not \(beta)")
        precondition((0...1).contains(cutoff), "responses lie between 0 and 1, not at \(cutoff)")
        self.steps = steps
        self.timeStep = timeStep
        self.neurons = neurons
        (minimum, maximum) = (range.lowerBound, range.upperBound)
        self.beta = beta
        self.code = code
        self.cutoff = cutoff
    }

    /// Distance of centres.
    private var distance: Double { (maximum - minimum) / Double(neurons - 2) }

    /// The value to which each neuron responds most.
    public var centers: [Double] {
        (1...neurons).map { minimum + Double(2 * $0 - 3) / 2 * distance }
    }

    /// Standard deviation of a receptive field σ.
    public var width: Double { distance / beta }

    /// Response of each neuron to a value, from 0 to 1.
    public func responses(to value: Float) -> [Double] {
        responses(to: [value])
    }

    private func responses(to values: [Float]) -> [Double] {
        let centers = centers, width = width
        return values.flatMap { value in
            centers.map { center in
                let z = (Double(value) - center) / width
                return exp(-z * z / 2)
            }
        }
    }

    /// The range of the centres.
    public var accepts: AcceptedValues {
        AcceptedValues(
            in: Float(minimum)...Float(maximum),
            advice: "bring the values there ('scaling: range' for 0 to 1), or widen 'minimum' and "
                + "'maximum' of the encoding")
    }

    /// Distance of centres.
    public var resolution: EncodingResolution? { .centers(distance) }

    /// A sample's shape with as many neurons for each value of the last axis.
    public func featureShape(ofSample shape: [Int]) throws(SpikeError) -> [Int] {
        var features = shape.isEmpty ? [1] : shape
        features[features.count - 1] = [features[features.count - 1], neurons].elementCount
        return features
    }

    /// Step of a response's spike; nil where it is silent.
    public func step(of response: Double) -> Int? {
        response >= cutoff
            ? Int(((1 - response) * Double(steps - 1)).rounded(.toNearestOrEven)) : nil
    }

    /// Spikes, or responses.
    public func encode(
        _ values: Tensor, at position: EncodingPosition
    ) throws(SpikeError) -> Tensor {
        try requireAccepted(values)
        let features = try featureShape(ofSample: Array(values.shape.dropFirst()))
        let batch = values.shape[0], row = batch * features.elementCount
        let responses = responses(to: values.scalars)
        switch code {
        case .direct:
            return Tensor(responses.map { Float($0) }, shape: [batch] + features)
                .repeatedInTime(steps: steps)
        case .latency:
            return Tensor(spikesOfShape: [steps, batch] + features) { writer in
                for index in 0..<row {
                    if let step = step(of: responses[index]) { writer.set(row: step, index: index) }
                }
            }
        }
    }

    /// Responses to one row after the other; by latency a value needs all steps.
    public func rowEncoder() -> (any RowEncoder)? {
        var once = self
        once.steps = 1
        return code == .direct ? EncodedRows(encoder: once) : nil
    }
}

extension PopulationEncoder {
    /// `population`.
    public static let kind = "population"

    /// 25 steps of a millisecond.
    public init() { self.init(steps: 25, timeStep: 1e-3) }

    /// The keys of a configuration.
    public static let schema = Schema<PopulationEncoder> {
        Field.integer("steps", \.steps, in: 1...)
        Field.number("time-step", \.timeStep, in: .positive)
        Field.integer("neurons", \.neurons, in: 3..., drawn: 3...6)
        Field { section, encoder throws(ConfigurationError) in
            encoder.minimum = try section.float("minimum", default: encoder.minimum)
            encoder.maximum = try section.float("maximum", default: encoder.maximum)
            guard encoder.minimum < encoder.maximum else {
                throw section.invalid(
                    "maximum",
                    "expected a number above the minimum of \(encoder.minimum), found "
                        + "\(encoder.maximum)")
            }
        } write: {
            [.init("minimum", .float($0.minimum)), .init("maximum", .float($0.maximum))]
        } vary: { encoder, random in
            encoder.minimum = Double.random(in: -1...0, using: &random)
            encoder.maximum = Double.random(in: 1...2, using: &random)
        }
        Field.number("beta", \.beta, in: .positive)
        Field { section, encoder throws(ConfigurationError) in
            encoder.code = try section.choice("code", default: encoder.code)
            // Responses that are shown as they are have no cutoff.
            guard encoder.code == .latency else { return }
            encoder.cutoff = try section.float("cutoff", default: encoder.cutoff, in: 0...1)
        } write: { encoder in
            let code = ConfigurationValue.Entry("code", .string(encoder.code.rawValue))
            return encoder.code == .latency
                ? [code, .init("cutoff", .float(encoder.cutoff))] : [code]
        } vary: { encoder, random in
            encoder.code = Bool.random(using: &random) ? .latency : .direct
        }
    }
}

extension SpikeEncoder where Self == PopulationEncoder {
    /// Several neurons for each value.
    public static func population(
        steps: Int, timeStep: Double, neurons: Int = 8, code: PopulationEncoder.Code = .latency
    ) -> PopulationEncoder {
        PopulationEncoder(steps: steps, timeStep: timeStep, neurons: neurons, code: code)
    }
}
