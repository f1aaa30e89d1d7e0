import RanvierConfiguration

/// What a rule costs on a chip beside its arithmetic: numbers that travel and numbers that are kept.
public struct LearningTraffic: Hashable, Sendable {
    /// Bytes that go between layers to teach one sample, besides the spikes or activities that inference sends.
    public var bytesBetweenLayers: Double
    /// Bytes that a synapse keeps besides its weight: feedback weights, eligibility traces.
    public var bytesPerSynapse: Double
    /// Bytes that a neuron keeps to learn: its past, for a rule that goes back through time.
    public var bytesPerNeuron: Double
    /// Whether a synapse needs the weight of another one, its transposed partner.
    public var transportsWeights: Bool
    /// Whether the pass that teaches waits for the end of the sequence.
    public var waitsForTheEnd: Bool

    /// What a synapse has to know, and when it can learn, in a sentence each.
    var summary: String {
        (transportsWeights
            ? "Errors go back through the forward weights, which their synapses would have to read. "
            : "No synapse reads the weight of another one. ")
            + (waitsForTheEnd
                ? "Teaching waits for the end of a sequence." : "Teaching goes on at every step.")
    }

    /// Costs of a rule.
    public init(
        bytesBetweenLayers: Double, bytesPerSynapse: Double, bytesPerNeuron: Double,
        transportsWeights: Bool, waitsForTheEnd: Bool
    ) {
        self.bytesBetweenLayers = bytesBetweenLayers
        self.bytesPerSynapse = bytesPerSynapse
        self.bytesPerNeuron = bytesPerNeuron
        self.transportsWeights = transportsWeights
        self.waitsForTheEnd = waitsForTheEnd
    }

    /// Nothing moved, nothing kept.
    public static let none = LearningTraffic(
        bytesBetweenLayers: 0, bytesPerSynapse: 0, bytesPerNeuron: 0, transportsWeights: false,
        waitsForTheEnd: false)
}
