import RanvierSpikes

/// How values become sequences.
public struct EncodingConfiguration: Sendable {
    /// The encoder.
    public let encoder: any SpikeEncoder

    private static let kinds = [
        "direct", "poisson", "latency", "phase", "burst", "sequence", "delta",
    ]

    init(encoder: any SpikeEncoder) { self.encoder = encoder }

    init(_ root: ConfigurationSection) throws(ConfigurationError) {
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
            let curve = try options.choice(
                "curve", of: ["linear", "logarithmic"], default: "linear")
            let smallest = try options.float("smallest-value", default: 0, in: 0...1)
            encoder = LatencyEncoder(
                steps: steps, timeStep: timeStep,
                curve: curve == "linear" ? .linear : .logarithmic, smallestValue: Float(smallest))
        case "phase":
            encoder = PhaseEncoder(
                steps: steps, timeStep: timeStep,
                digits: try options.integer("digits", default: 8, in: 1...24))
        case "burst":
            encoder = BurstEncoder(
                steps: steps, timeStep: timeStep,
                mostSpikes: try options.integer("most-spikes", default: 5, in: 1...))
        case "sequence":
            encoder = SequenceEncoder(steps: steps, timeStep: timeStep)
        case "delta":
            encoder = DeltaEncoder(
                steps: steps, timeStep: timeStep,
                threshold: Float(try options.float("threshold", in: .positive)))
        default:
            encoder = DirectEncoder(steps: steps, timeStep: timeStep)
        }
    }
}
