import RanvierConfiguration
import RanvierTensors

/// `lif`: noisy leaky integrate-and-fire neurons, whose feedback weights find the forward ones by spike-timing alignment.
///
///     B ← B + η_n ΔB / T_b,   η_n = η / (1 + n / n₀)
///
/// after each block of T_b seconds. The biases of a network are added to the drives of its neurons; what the guard does to drives
/// stays in here, so that the network's biases are what they were. Source: sections 2.2, 3 and 3.2 of the specification.
public struct LIFSubstrate: AlignmentSubstrate {
    /// `lif`.
    public static let kind = "lif"

    /// The neurons as they were meant.
    public var neuron = NoisyLIFNeuron()
    /// η.
    public var step = 0.08
    /// n₀ in blocks, after which a step has halved; nil for steps that stay.
    public var stepDecay: Double? = 20
    /// T_b, seconds.
    public var block = 5.0
    /// Blocks of an alignment.
    public var blocks = 200
    /// Blocks before them in which weights stay, so that guard, scales and gains are found again; none before the first alignment.
    public var settlingBlocks = 4
    /// τ_S, seconds.
    public var pairing = 10e-3
    /// What makes up for neurons that differ.
    public var scale = LocalScale()
    /// What keeps neurons from falling silent.
    public var activityGuard = ActivityGuard()
    /// The device.
    public var imperfections = Imperfections()

    /// As measured for the specification.
    public init() {}

    /// The keys of a configuration.
    public static let schema = Schema<LIFSubstrate> {
        Field.part(\.neuron)
        Field.number("step", \.step, in: .positive)
        Field.optionalNumber("step-decay", \.stepDecay, in: .positive, drawn: 10...50)
        Field.number("block", \.block, in: .positive, drawn: 0.1...1)
        Field.integer("blocks", \.blocks, in: 1...1_000_000)
        Field.integer("settling-blocks", \.settlingBlocks, in: 0...1_000_000)
        Field.number("pairing-time-constant", \.pairing, in: .positive, drawn: 5e-3...20e-3)
        Field.section("scale", \.scale)
        Field.section("guard", \.activityGuard)
        Field.section("imperfections", \.imperfections)
    }

    /// Step of a block.
    public func step(ofBlock block: Int) -> Double {
        stepDecay.map { step / (1 + Double(block) / $0) } ?? step
    }

    /// Aligns the feedback weights of a stack.
    ///
    /// - Returns: the rates of the slowest and the fastest neuron, the scales that were found, and which neurons were silent or
    ///   ran away, and were rescued.
    /// - Throws: ``AlignmentError`` where feedback weights run away, or a pulse would come more than once a step.
    public func align(
        _ stack: inout [FeedbackLayer], update: Int, seed: UInt64
    ) throws -> [String: ConfigurationValue] {
        guard let lowest = stack.first else { return [:] }
        let sizes = [lowest.weights.shape[0]] + stack.map { $0.weights.shape[1] }
        var alignment = try LIFAlignment(
            self, sizes: sizes,
            forward: stack.map { $0.weights.scalars.map(Double.init) },
            feedback: stack.map { $0.feedback.scalars.map(Double.init) },
            biases: [Double](repeating: 0, count: sizes[0])
                + stack.flatMap { layer in
                    layer.bias?.scalars.map(Double.init)
                        ?? [Double](repeating: 0, count: layer.weights.shape[1])
                },
            device: seed, noise: RandomStream(seed: seed, name: "lif").substream(update).stream)
        if update > 0 { try alignment.settle() }
        for index in 0..<blocks {
            try alignment.run(step: step(ofBlock: update * blocks + index))
        }
        for (index, found) in alignment.feedback.enumerated() {
            stack[index].feedback = Tensor(
                found.map { Float($0) }, shape: stack[index].weights.shape)
        }
        let names = [(lowest.name, "below")] + stack.map { ($0.name, "above") }
        let all = zip(sizes, names).flatMap { size, name in
            (0..<size).map { "\($0) \(name.1) \(name.0)" }
        }
        return alignment.records(names: all)
    }
}
