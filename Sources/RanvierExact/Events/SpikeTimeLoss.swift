/// A loss of spike times.
public protocol SpikeTimeLoss: Sendable {
    /// The spikes the loss looks at.
    var requests: [SpikeRequest] { get }

    /// The loss and its derivative by each time.
    ///
    /// - Parameters:
    ///   - times: one time per request, ordinary (< trial) or pseudo (≥ trial).
    ///   - trial: end of the trial T.
    func evaluate(_ times: [Double], trial: Double) -> (value: Double, derivatives: [Double])
}

/// The n-th spike of a neuron, whether it happens in the trial or as a pseudospike after it.
public struct SpikeRequest: Sendable, Hashable {
    /// Index of the neuron.
    public var neuron: Int
    /// 1 is the first spike.
    public var number: Int

    /// Creates a request.
    public init(neuron: Int, number: Int = 1) {
        self.neuron = neuron
        self.number = number
    }

    func validate(neuronCount: Int) throws(ExactError) {
        try ExactError.require("neuron of a spike", index: neuron, below: neuronCount)
        guard number >= 1 else {
            throw .invalidParameter(
                name: "number of a spike", value: Double(number), expected: "1 or more")
        }
    }
}
