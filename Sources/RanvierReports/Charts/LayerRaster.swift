/// The spikes of one layer for one sample.
public struct LayerRaster: Codable, Equatable, Sendable {
    /// A spike.
    public struct Spike: Codable, Equatable, Sendable {
        /// Step in which it happened, from 0.
        public var step: Int
        /// Neuron that fired, from 0.
        public var neuron: Int

        /// Makes a spike.
        public init(step: Int, neuron: Int) {
            self.step = step
            self.neuron = neuron
        }
    }

    /// Name of the layer.
    public var name: String
    /// Number of neurons.
    public var neurons: Int
    /// Number of steps.
    public var steps: Int
    /// Length of a step, in seconds.
    public var timeStep: Double
    /// All spikes, in any order.
    public var spikes: [Spike]

    /// Makes a raster.
    public init(name: String, neurons: Int, steps: Int, timeStep: Double, spikes: [Spike]) {
        self.name = name
        self.neurons = neurons
        self.steps = steps
        self.timeStep = timeStep
        self.spikes = spikes
    }
}
