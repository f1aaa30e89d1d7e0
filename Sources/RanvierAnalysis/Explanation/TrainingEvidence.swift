import RanvierConfiguration
import RanvierLearning

/// What is known of a training that went well or not: the material of all checks.
public struct TrainingEvidence: Sendable {
    /// What the network is shown of one feature, in the units that it is shown.
    public struct Feature: Sendable, Hashable {
        /// Its name.
        public var name: String
        /// Its mean.
        public var mean: Double
        /// Its standard deviation.
        public var deviation: Double
        /// Its smallest value.
        public var lowest: Double
        /// Its largest value.
        public var highest: Double

        /// Numbers of a feature.
        public init(
            name: String, mean: Double, deviation: Double, lowest: Double, highest: Double
        ) {
            self.name = name
            self.mean = mean
            self.deviation = deviation
            self.lowest = lowest
            self.highest = highest
        }
    }

    /// What the first step of training did to one parameter.
    public struct Step: Sendable, Hashable {
        /// Name of the parameter.
        public var name: String
        /// Root of the mean square of its gradient; nil where the method has none for each parameter.
        public var gradient: Double?
        /// Root of the mean square of its change, relative to the usual size of such weights (1/√inputs, or their own where it
        /// is larger).
        public var relativeChange: Double

        /// Numbers of a parameter.
        public init(name: String, gradient: Double?, relativeChange: Double) {
            self.name = name
            self.gradient = gradient
            self.relativeChange = relativeChange
        }
    }

    /// A value of the configuration and where it stands.
    public struct Setting: Sendable, Hashable {
        /// `training.epochs`.
        public var path: String
        /// The value.
        public var value: ConfigurationValue

        /// The last word of the path.
        public var key: String { String(path.split(separator: ".").last ?? "") }
    }

    /// Reports of the epochs that were done.
    public var reports: [EpochReport] = []
    /// Epochs that were asked for.
    public var plannedEpochs = 1
    /// Steps of an epoch.
    public var stepsPerEpoch = 1
    /// Layers with the first weights.
    public var layersBefore: [LayerActivity] = []
    /// Layers with the trained weights; nil where there are none.
    public var layersAfter: [LayerActivity]?
    /// The first step, parameter by parameter, from input to output.
    public var firstStep: [Step] = []
    /// Why the first step could not be taken; nil where it could.
    public var firstStepProblem: String?
    /// The features; empty where samples are spikes.
    public var features: [Feature] = []
    /// Whether values were scaled.
    public var isScaled = false
    /// Names of the classes; empty where there are none.
    public var classNames: [String] = []
    /// Training samples of each class.
    public var trainingCounts: [Int] = []
    /// Test samples of each class.
    public var testCounts: [Int] = []
    /// How often each class was the answer to a test sample; empty where nothing was trained.
    public var answerCounts: [Int] = []
    /// The most important measure on training samples, with the trained weights.
    public var training: Measure?
    /// The same on test samples.
    public var test: Measure?
    /// Share of the variance that is explained in training; nil for classes.
    public var explainedVariance: Double?
    /// What the network had to beat, as its result tells; empty where it has none.
    public var rivals: [RivalResult] = []
    /// Numbers of the trained weights that are not finite.
    public var nonFiniteWeights = 0
    /// Seconds of a step; nil without a clock.
    public var timeStep: Double?
    /// Seconds that a sample is shown.
    public var duration = 0.0
    /// Whether samples are sequences.
    public var isSequence = false
    /// Times of the network's description by their place: `lif1 membrane-time-constant`.
    public var times: [(place: String, key: String, seconds: Double)] = []
    /// All values of the configuration.
    public var settings: [Setting] = []

    /// Nothing is known yet.
    public init() {}

    // MARK: - What follows

    /// Whether training was a success whatever else there is to say: half of the way from the majority, or the mean, to all.
    public var hasLearned: Bool {
        let isNoBetter = rivals.contains {
            $0.isTrivial && $0.differences.first.map { $0.verdict != .better } ?? false
        }
        if isNoBetter { return false }
        if let explainedVariance { return explainedVariance >= 0.5 }
        guard let training, training.name == "accuracy" else { return false }
        return training.value >= majority + 0.5 * (1 - majority)
    }

    /// Share of the most frequent class among training samples; 0 without classes.
    public var majority: Double {
        Double(trainingCounts.max() ?? 0) / Double(max(trainingCounts.reduce(0, +), 1))
    }

    /// The largest relative change of weights in the first step.
    public var largestChange: Step? {
        firstStep.filter { $0.name.hasSuffix("weights") }
            .max { $0.relativeChange < $1.relativeChange }
    }

    /// The first learning rate, and where it is set.
    public var learningRate: Setting? { settings.first { $0.key == "learning-rate" } }

    /// `--set path=value` for the first setting of a key; for one that is not there, as it was handed in.
    public func option(_ key: String, _ value: String, usual path: String) -> String {
        "--set \(settings.first { $0.key == key }?.path ?? path)=\(value)"
    }

    /// All values of a configuration with their paths.
    public static func settings(of value: ConfigurationValue, below path: String = "") -> [Setting]
    {
        func joined(_ step: String) -> String { path.isEmpty ? step : "\(path).\(step)" }
        switch value {
        case .section(let entries):
            return entries.flatMap { settings(of: $0.value, below: joined($0.key)) }
        case .list(let values):
            return values.enumerated().flatMap { settings(of: $1, below: joined("\($0)")) }
        case .null, .boolean, .integer, .float, .string:
            return [Setting(path: path, value: value)]
        }
    }
}
