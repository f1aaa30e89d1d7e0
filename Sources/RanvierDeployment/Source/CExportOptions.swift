/// What a generated program is to be good at, and choices that are not left to it.
public struct CExportOptions: Sendable, Hashable {
    /// What kernels and formats are chosen for.
    public enum Goal: String, Sendable, Hashable, CaseIterable {
        /// The fewest bytes of flash; of equal ones the fewest operations.
        case size
        /// The fewest operations; of equal ones the fewest bytes.
        case speed
    }

    /// In which order neurons and steps are run.
    public enum Schedule: String, Sendable, Hashable, CaseIterable {
        /// Layer by layer where the network allows it and memory is saved, else step by step.
        case automatic
        /// A step of all layers before the next: works for every network.
        case stepByStep = "step-by-step"
        /// All steps of a neuron before the next neuron: membranes need no memory.
        case layerByLayer = "layer-by-layer"
    }

    /// What kernels and formats are chosen for.
    public var goal: Goal
    /// In which order neurons and steps are run.
    public var schedule: Schedule
    /// Formats of layers by name; others are chosen.
    public var formats: [String: WeightFormat]
    /// Kernels of layers by name; others are chosen.
    public var kernels: [String: SynapseKernel]
    /// How often an input of a layer is not 0, by the layer's name; else it is measured over the samples that are given, and 0.1 for
    /// spikes where there are none.
    public var rates: [String: Double]
    /// What the network goes on learning; nil for nothing. Where last layer or thresholds learn, all layers are run step by step,
    /// and the source calls ``LearningSource`` when `NET_LEARNING` is defined.
    public var learning: DeviceLearning?

    /// Options.
    public init(
        goal: Goal = .size, schedule: Schedule = .automatic, formats: [String: WeightFormat] = [:],
        kernels: [String: SynapseKernel] = [:], rates: [String: Double] = [:],
        learning: DeviceLearning? = nil
    ) {
        self.goal = goal
        self.schedule = schedule
        self.formats = formats
        self.kernels = kernels
        self.rates = rates
        self.learning = learning
    }
}
