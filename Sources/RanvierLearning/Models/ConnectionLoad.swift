/// Connections that a sample passes, for what an artificial network of the same shape would do.
public struct ConnectionLoad: Sendable, Hashable, Codable {
    /// Living connections whose input is the same value at every step.
    public var analog: Int
    /// Living connections that spikes drive.
    public var spiking: Int
    /// The latter, times the steps that their layer runs: operations if every input fired at every step.
    public var spikingSteps: Int
    /// Steps of a sample.
    public var steps: Int

    /// A load.
    public init(analog: Int, spiking: Int, spikingSteps: Int, steps: Int) {
        self.analog = analog
        self.spiking = spiking
        self.spikingSteps = spikingSteps
        self.steps = steps
    }
}
