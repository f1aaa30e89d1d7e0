import RanvierConfiguration

/// How values become sequences.
public struct EncodingConfiguration: Sendable {
    /// The encoder.
    public let encoder: any SpikeEncoder

    private static let kinds = [
        "direct", "poisson", "latency", "phase", "burst", "sequence", "delta",
    ]

    package init(encoder: any SpikeEncoder) { self.encoder = encoder }

    package init(_ root: ConfigurationSection) throws(ConfigurationError) {
        let element = try root.element("encoding", kinds: Self.kinds, default: "direct")
        let options = element.options
        let steps = try options.integer("steps", default: 25, in: 1...)
        let timeStep = try options.float("time-step", default: 1e-3, in: .positive)
        switch element.kind {
        case "poisson":
            encoder = PoissonEncoder(
                steps: steps, timeStep: timeStep,
                comparison: try options.choice("comparison", of: ["<=", "<"], default: "<=") == "<="
                    ? .lessOrEqual : .less)
        case "latency":
            encoder = try Self.latency(options, steps, timeStep)
        case "phase":
            encoder = PhaseEncoder(
                steps: steps, timeStep: timeStep,
                digits: try options.integer("digits", default: 8, in: 1...24))
        case "burst":
            let shortest = try options.integer("shortest-interval", default: 1, in: 1...)
            encoder = BurstEncoder(
                steps: steps, timeStep: timeStep,
                mostSpikes: try options.integer("most-spikes", default: 5, in: 1...),
                shortestInterval: shortest,
                longestInterval: try options.optionalInteger("longest-interval", in: shortest...))
        case "sequence":
            encoder = SequenceEncoder(steps: steps, timeStep: timeStep)
        case "delta":
            encoder = DeltaEncoder(
                steps: steps, timeStep: timeStep,
                threshold: Float(try options.float("threshold", in: .positive)),
                valueBeforeFirst: try options.boolean("spikes-at-start", default: true) ? 0 : nil)
        default:
            encoder = DirectEncoder(steps: steps, timeStep: timeStep)
        }
    }

    private static func latency(
        _ options: ConfigurationSection, _ steps: Int, _ timeStep: Double
    ) throws(ConfigurationError) -> LatencyEncoder {
        let word = try options.choice(
            "curve", of: ["linear", "logarithmic", "charging"], default: "linear")
        var curve = word == "linear" ? LatencyEncoder.Curve.linear : .logarithmic
        if word == "charging" {
            curve = .charging(
                timeConstant: try options.float("time-constant", default: 5e-3, in: .positive),
                threshold: try options.float("threshold", default: 0.01, in: 1e-6...0.999_999))
        }
        let late = try options.choice(
            "late-spikes", of: ["at-last-step", "dropped"], default: "at-last-step")
        return LatencyEncoder(
            steps: steps, timeStep: timeStep, curve: curve,
            lateSpikes: late == "dropped" ? .dropped : .atLastStep,
            smallestValue: Float(try options.float("smallest-value", default: 0, in: 0...1)))
    }
}
