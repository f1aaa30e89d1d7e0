import RanvierLearning
import RanvierNetworks

/// What a run found: the content of `result.json`, the same for every method.
///
/// Counts, energies and times are per sample; times are seconds.
public struct RunResult: Equatable, Sendable {
    /// Quality on the test set.
    public struct Test: Codable, Equatable, Sendable {
        /// Share of samples classified correctly; nil where samples have no classes.
        public var accuracy: Double?
        /// Mean loss.
        public var loss: Double
        /// Number of samples.
        public var samples: Int

        /// Makes the record.
        public init(accuracy: Double?, loss: Double, samples: Int) {
            self.accuracy = accuracy
            self.loss = loss
            self.samples = samples
        }
    }

    /// What training took.
    public struct Training: Codable, Equatable, Sendable {
        /// Epochs run.
        public var epochs: Int
        /// Seconds in all.
        public var seconds: Double
        /// Samples seen per second.
        public var samplesPerSecond: Double

        /// Makes the record.
        public init(epochs: Int, seconds: Double, samplesPerSecond: Double) {
            self.epochs = epochs
            self.seconds = seconds
            self.samplesPerSecond = samplesPerSecond
        }
    }

    /// How much the network spiked on the test set.
    public struct Activity: Codable, Equatable, Sendable {
        /// One layer's activity.
        public struct Layer: Codable, Equatable, Sendable {
            /// Name of the layer.
            public var name: String
            /// Spikes per neuron and step.
            public var rate: Double

            /// Makes the record.
            public init(name: String, rate: Double) {
                self.name = name
                self.rate = rate
            }
        }

        /// Spikes of all layers per sample.
        public var spikesPerSample: Double
        /// Layers from input to output.
        public var layers: [Layer]

        /// Makes the record.
        public init(spikesPerSample: Double, layers: [Layer]) {
            self.spikesPerSample = spikesPerSample
            self.layers = layers
        }
    }

    /// Operations for one sample.
    public struct Operations: Codable, Equatable, Sendable {
        /// Additions of a weight because of a spike.
        public var synaptic: Double
        /// Products of an analog input and a weight.
        public var multiplyAccumulate: Double
        /// Layers with synapses from input to output; none in results of earlier versions.
        public var layers: [LayerOperationsRecord]?

        /// Makes the record.
        public init(
            synaptic: Double, multiplyAccumulate: Double, layers: [LayerOperationsRecord]? = nil
        ) {
            self.synaptic = synaptic
            self.multiplyAccumulate = multiplyAccumulate
            self.layers = layers
        }

        /// Takes the counts of an analysis.
        public init(_ counts: SampleOperations, layers: [LayerOperationsRecord]? = nil) {
            self.init(
                synaptic: counts.synaptic, multiplyAccumulate: counts.multiplyAccumulate,
                layers: layers)
        }
    }

    /// Estimated energy for one sample, in picojoules.
    public struct Energy: Codable, Equatable, Sendable {
        /// Name of the table of unit energies.
        public var table: String
        /// The number to compare with publications: equal to `arithmeticPicojoules`.
        public var picojoulesPerSample: Double
        /// Arithmetic of synapses as if in 32-bit floats.
        public var arithmeticPicojoules: Double
        /// Arithmetic of synapses at the width the network has.
        public var actualWidthPicojoules: Double
        /// Arithmetic at that width, neuron updates and memory traffic.
        public var withMemoryPicojoules: Double
        /// Widths and places that the last two assume; nil in results of earlier versions, which took 32-bit floats in dense storage.
        public var assumptions: EnergyAssumptions?

        /// Makes the record.
        public init(
            table: String, arithmeticPicojoules: Double, actualWidthPicojoules: Double,
            withMemoryPicojoules: Double, assumptions: EnergyAssumptions? = nil
        ) {
            self.table = table
            picojoulesPerSample = arithmeticPicojoules
            self.arithmeticPicojoules = arithmeticPicojoules
            self.actualWidthPicojoules = actualWidthPicojoules
            self.withMemoryPicojoules = withMemoryPicojoules
            self.assumptions = assumptions
        }

        /// Takes the numbers of an estimate.
        public init(_ estimate: EnergyEstimate) {
            self.init(
                table: estimate.table, arithmeticPicojoules: estimate.arithmetic,
                actualWidthPicojoules: estimate.actualWidth,
                withMemoryPicojoules: estimate.withMemory, assumptions: estimate.assumptions)
        }
    }

    /// Memory in bytes.
    public struct Memory: Codable, Equatable, Sendable {
        /// Weights as stored.
        public var weightBytes: Int
        /// Neuron states and spike buffers for one sample.
        public var stateBytes: Int
        /// Largest resident size of the process.
        public var peakResidentBytes: Int

        /// Makes the record.
        public init(weightBytes: Int, stateBytes: Int, peakResidentBytes: Int) {
            self.weightBytes = weightBytes
            self.stateBytes = stateBytes
            self.peakResidentBytes = peakResidentBytes
        }
    }

    /// Time for one sample.
    public struct Latency: Codable, Equatable, Sendable {
        /// Seconds from input to answer on the machine that measured it.
        public var secondsPerSample: Double

        /// Makes the record.
        public init(secondsPerSample: Double) {
            self.secondsPerSample = secondsPerSample
        }
    }

    /// How the network learned, such as `surrogate`.
    public var method: String
    /// Name of the data set.
    public var dataset: String
    /// Seed of all random numbers.
    public var seed: UInt64
    /// Version of the package.
    public var version: String
    /// Kind of network: `snn` or `ann`.
    public var model: String
    /// Name of the run.
    public var name: String
    /// Quality on the test set.
    public var test: Test
    /// What training took.
    public var training: Training
    /// How much the network spiked.
    public var activity: Activity
    /// Operations per sample.
    public var operations: Operations
    /// Energy per sample.
    public var energy: Energy
    /// The rate below which it takes less than an artificial network of the same shape; nil where there is no such network, and in
    /// results of earlier versions.
    public var breakEven: BreakEven?
    /// What is left of connections and bits; nil where all are there, and in results of earlier versions.
    public var compression: CompressionRecord?
    /// How it went on after its training, on data that had drifted; nil where it did not, and in results of earlier versions.
    public var adaptation: AdaptationRecord? {
        get { adaptations.first }
        set { adaptations = newValue.map { [$0] } ?? [] }
    }
    /// Memory.
    public var memory: Memory
    /// Time per sample.
    public var latency: Latency
    /// How far the probabilities can be believed; nil where samples have no classes.
    public var calibration: Calibration?
    /// How good the network is, the most important measure first.
    public var measures: [Measure] = []
    /// How well each class is found; empty where samples have none.
    public var classes: [ClassScore] = []
    /// What the network must beat, on the same test samples; a network of the same shape is also the ``baseline``.
    public var rivals: [RivalResult] = []
    /// What the run warned about.
    public var warnings: [String] = []
    /// What was reached, as the end of a sentence that begins with the network.
    public var headline = ""

    // An array gives the nested value a place on the heap, as threads have small stacks; it holds none or one.
    private var baselines: [RunResult] = []
    private var adaptations: [AdaptationRecord] = []

    /// Makes a result.
    public init(
        method: String, dataset: String, seed: UInt64, version: String, model: String, name: String,
        test: Test, training: Training, activity: Activity, operations: Operations, energy: Energy,
        memory: Memory, latency: Latency, calibration: Calibration?, measures: [Measure]? = nil,
        baseline: RunResult? = nil
    ) {
        self.method = method
        self.dataset = dataset
        self.seed = seed
        self.version = version
        self.model = model
        self.name = name
        self.test = test
        self.training = training
        self.activity = activity
        self.operations = operations
        self.energy = energy
        self.memory = memory
        self.latency = latency
        self.calibration = calibration
        self.measures = measures ?? Self.measures(of: test, calibration)
        headline = Classification().headline(self.measures, samples: test.samples)
        self.baseline = baseline
    }

    /// The measures of classes, where only the older fields are known.
    private static func measures(of test: Test, _ calibration: Calibration?) -> [Measure] {
        var measures: [Measure] = []
        if let accuracy = test.accuracy {
            measures.append(
                .share(
                    "accuracy",
                    accuracy.isFinite ? Int((accuracy * Double(test.samples)).rounded()) : 0,
                    of: test.samples))
            measures[0].value = accuracy
        }
        if let calibration {
            measures += [
                Measure(
                    "expected-calibration-error", calibration.expectedCalibrationError,
                    unit: Measure.share, higherIsBetter: false),
                Measure(
                    "negative-log-likelihood", calibration.negativeLogLikelihood, unit: "nats",
                    higherIsBetter: false),
                Measure("brier-score", calibration.brier, higherIsBetter: false),
            ]
        }
        return measures
    }

    /// Whether the network spikes.
    public var hasSpikes: Bool { !activity.layers.isEmpty }

    /// "SNN" and "ANN" for the usual kinds, other kinds as they are written.
    public var displayModel: String { NetworkFamily(rawValue: model)?.title ?? model }

    /// The conventional network of the same shape; a baseline has no baseline of its own.
    public var baseline: RunResult? {
        get { baselines.first }
        set {
            var value = newValue
            value?.baselines = []
            baselines = value.map { [$0] } ?? []
        }
    }
}
