import RanvierConfiguration
import RanvierLearning
import RanvierNetworks
import RanvierSpikes

/// A layered theta network trained by exact gradients.
///
///     method: exact
///     encoding: {first-spike: {bins: 1, trial: 2}}
///     network:
///       - theta: {outputs: 100}
///       - theta: {outputs: 10}
///     training: {epochs: 100, batch-size: 1000, learning-rate: 4e-3}
public struct ExactConfiguration: Sendable {
    /// Neurons of each layer, the last one per class.
    public let outputs: [Int]
    /// How samples become input spikes.
    public let encoding: ExactEncoding
    /// Time constant of the neurons in seconds.
    public let timeConstant: Double
    /// Constant drive I₀, above 1/4: a neuron without input spikes periodically.
    public let drive: Double
    /// Range of the first weights, times 1/√inputs to both sides.
    public let initialScale: Double
    /// Mean of the first weights, times 1/inputs.
    public let initialShift: Double
    /// Weight γ of the term of the loss that pulls the right output's spike to the start.
    public let earliness: Double
    /// Temperature ξ of the loss's softmax over −t/ξ.
    public let temperature: Double
    /// Whether spikes after the trial count when a network is measured.
    public let countsPseudospikes: Bool
    /// Whether they count in training.
    public let trainsPseudospikes: Bool
    /// Epochs, batches, learning rate.
    public let schedule: ThetaSchedule

    package init(_ root: ConfigurationSection) throws(ConfigurationError) {
        encoding = try ExactEncoding(root)
        var outputs: [Int] = []
        for element in try root.elements("network", kinds: ["theta"]) {
            outputs.append(try element.options.integer("outputs", in: 1...))
        }
        self.outputs = outputs
        let neuron = try root.section("neuron")
        timeConstant = try neuron.float("time-constant", default: 6 / .pi, in: .positive)
        drive = try neuron.float("drive", default: 1.25, in: 0.2501...100)
        let training = try root.section("training")
        var schedule = ThetaSchedule()
        schedule.epochs = try training.integer("epochs", default: 100, in: 1...)
        schedule.batchSize = try training.integer("batch-size", default: 1000, in: 1...)
        schedule.learningRate = try training.float("learning-rate", default: 4e-3, in: .positive)
        schedule.decayEpochs = try training.float("decay-epochs", default: 100, in: .positive)
        schedule.isCosine =
            try training.choice(
                "schedule", of: ["exponential", "cosine"], default: "exponential") == "cosine"
        schedule.flipProbability = try training.float(
            "flip-probability", default: 0.02, in: 0...1)
        schedule.jitter = try training.integer("jitter", default: 0, in: 0...254)
        schedule.shift = try training.section("augmentation").integer("shift", default: 0, in: 0...)
        earliness = try training.float("earliness", default: 0.01, in: 0...)
        temperature = try training.float("temperature", default: 1, in: .positive)
        initialScale = try training.float("initial-scale", default: 0.5, in: 0...)
        initialShift = try training.float("initial-shift", default: 0)
        trainsPseudospikes = try training.boolean("pseudospikes", default: true)
        countsPseudospikes = try root.boolean("count-pseudospikes", default: false)
        self.schedule = schedule
    }

    /// The model with its first weights.
    ///
    /// - Throws: `ExactError` where the parameters do not fit.
    package func makeModel(sampleShape: [Int], seed: UInt64) throws -> ExactClassifier {
        var network = try ThetaClassifier<Float>(
            neuron: ThetaNeuron(timeConstant: timeConstant, drive: drive),
            sizes: [encoding.inputs(ofSample: sampleShape)] + outputs, trial: encoding.trial,
            code: encoding.code(forSample: sampleShape))
        network.earliness = earliness
        network.temperature = temperature
        network.pseudospikes = trainsPseudospikes
        network.randomize(seed: seed &+ 1, scale: initialScale, shift: initialShift)
        return ExactClassifier(
            network: network, countsPseudospikes: countsPseudospikes,
            spikesPerChannel: encoding.spikesPerChannel)
    }
}
