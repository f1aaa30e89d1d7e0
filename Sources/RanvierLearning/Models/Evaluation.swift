import RanvierNetworks

/// What a network did on a data set: the one ruler that every method is measured with.
public struct Evaluation: Sendable {
    /// True classes.
    public var labels: [Int]
    /// Names of the classes.
    public var classNames: [String]
    /// Probability of each class for each sample.
    public var probabilities: [[Float]] = []
    /// Mean loss.
    public var loss = 0.0
    /// Activity of each spiking layer.
    public var activity: [LayerActivity] = []
    /// Operations for all samples together.
    public var operations = OperationCount()
    /// Duration in seconds for all samples, in batches.
    public var seconds = 0.0

    /// An evaluation without samples yet.
    public init(labels: [Int], classNames: [String]) {
        self.labels = labels
        self.classNames = classNames
    }

    /// The most probable class of each sample.
    public var predictions: [Int] {
        probabilities.map { row in row.indices.max { row[$0] < row[$1] } ?? 0 }
    }

    /// Share of samples classified rightly.
    public var accuracy: Double {
        guard !labels.isEmpty else { return .nan }
        return Double(zip(predictions, labels).count { $0 == $1 }) / Double(labels.count)
    }

    /// Spikes of all layers for a sample, on average.
    public var spikesPerSample: Double { activity.reduce(0) { $0 + $1.spikesPerSample } }
}

/// Activity of one spiking layer over a data set.
public struct LayerActivity: Sendable, Hashable {
    /// Name of the layer.
    public var name: String
    /// Number of neurons.
    public var neurons: Int
    /// Time steps of a sample.
    public var steps: Int
    /// Spikes of the layer for a sample, on average.
    public var spikesPerSample: Double
    /// Share of neurons that never fired.
    public var silentNeurons: Double

    /// Counts of one layer.
    public init(
        name: String, neurons: Int, steps: Int, spikesPerSample: Double, silentNeurons: Double
    ) {
        self.name = name
        self.neurons = neurons
        self.steps = steps
        self.spikesPerSample = spikesPerSample
        self.silentNeurons = silentNeurons
    }

    /// Spikes per neuron and step: `spikes / (neurons · T · samples)`.
    public var rate: Double { spikesPerSample / Double(max(neurons * steps, 1)) }
}
