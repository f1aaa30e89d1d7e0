import RanvierSpikes

/// A spiking network of integers, as a microcontroller runs it: no multiplication by scales, no fractions.
///
/// Sources: leaks by shifts as in Rockpool and Lava; one scale folded into thresholds as in MINT (Yin et al. 2024).
///
///     let network = try IntegerNetwork(input: input, stages: stages, readout: IntegerReadout(.spikeCount))
///     var run = network.start()
///     for row in sample { run.show(row) }
///     run.answer
///
/// Rules at every step, in this order: leak, add, saturate once, compare, reset. That no sum leaves 32 bits is proven from the
/// weights when the network is made.
public struct IntegerNetwork: Sendable, Hashable {
    /// How samples come in.
    public let input: IntegerInput
    /// The layers in order.
    public let stages: [IntegerStage]
    /// How scores are read.
    public let readout: IntegerReadout

    /// A network of stages.
    ///
    /// - Throws: ``IntegerNetworkError`` for stages that do not fit each other, and sums that 32 bits may not hold.
    public init(
        input: IntegerInput, stages: [IntegerStage], readout: IntegerReadout
    ) throws(IntegerNetworkError) {
        self.input = input
        self.stages = stages
        self.readout = readout
        try requireFit()
        _ = try bounds()
    }

    /// Numbers of an answer.
    public var outputs: Int { stages.last?.outputShape.reduce(1, *) ?? 0 }

    /// Layers of neurons, integrators included.
    public var neurons: [IntegerNeurons] {
        stages.compactMap { if case .neurons(let neurons) = $0 { neurons } else { nil } }
    }

    /// Layers of synapses.
    public var synapses: [IntegerSynapses] {
        stages.compactMap { if case .synapses(let synapses) = $0 { synapses } else { nil } }
    }

    private func requireFit() throws(IntegerNetworkError) {
        guard !stages.isEmpty else {
            throw .interface(what: "layers", expected: "at least one", found: "none")
        }
        let names = stages.map(\.name)
        guard Set(names).count == names.count else {
            throw .interface(
                what: "names of layers", expected: "each once",
                found: names.joined(separator: ", "))
        }
        var shape = input.shownShape, before = "what comes in"
        for stage in stages {
            guard stage.inputShape.reduce(1, *) == shape.reduce(1, *) else {
                throw .layer(
                    name: stage.name, what: "input", expected: "\(stage.inputShape)",
                    found: "\(shape) of \(before)")
            }
            shape = stage.outputShape
            before = "'\(stage.name)'"
        }
        if let offsets = readout.offsets {
            guard offsets.count == outputs else {
                throw .interface(
                    what: "offsets of the scores", expected: "\(outputs)",
                    found: "\(offsets.count)")
            }
            guard [.spikeCount, .meanMembrane, .summedMembrane].contains(readout.decoder) else {
                throw .interface(
                    what: "offsets of the scores", expected: "a sum over steps",
                    found: readout.decoder.rawValue)
            }
        }
    }
}
