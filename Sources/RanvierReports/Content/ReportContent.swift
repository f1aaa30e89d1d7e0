import RanvierAnalysis
import RanvierLearning

/// Everything a report shows of one run; empty parts are left out or named as missing.
public struct ReportContent: Codable, Sendable {
    /// One test sample, as the network saw and judged it.
    public struct Sample: Codable, Equatable, Sendable {
        /// Which sample, such as "test sample 17".
        public var name: String
        /// What would have been right.
        public var label: String
        /// What the network answered.
        public var prediction: String
        /// Spikes of every layer.
        public var layers: [LayerRaster]

        /// Makes the record.
        public init(name: String, label: String, prediction: String, layers: [LayerRaster]) {
            self.name = name
            self.label = label
            self.prediction = prediction
            self.layers = layers
        }
    }

    /// Headline of the page.
    public var title: String
    /// The command line that made the run, exactly.
    public var command: String
    /// The configuration as resolved, YAML.
    public var configuration: String
    /// The data set in a sentence or two: what it holds, its splits, its encoding.
    public var datasetDescription: String
    /// Passes over the training data.
    public var epochs: [EpochReport]
    /// Counts on the test set, if the task has classes.
    public var confusion: ConfusionMatrix?
    /// Names of the classes.
    public var classNames: [String]
    /// Spikes of one test sample.
    public var sample: Sample?
    /// What only this way of learning can show.
    public var diagnostics: [Diagnostic]
    /// Confidence against accuracy on the test set.
    public var reliability: ReliabilityBins?
    /// What the run found, firing rates included.
    public var result: RunResult
    /// Unit energies behind the estimate.
    public var energyTable: EnergyTable
    /// What the estimate with memory assumes.
    public var energyAssumptions: EnergyAssumptions
    /// What the run warned about.
    public var warnings: [String]

    /// Gathers a report's content; what a run does not have keeps its default.
    public init(
        title: String, command: String, configuration: String, datasetDescription: String,
        epochs: [EpochReport] = [], confusion: ConfusionMatrix? = nil, classNames: [String] = [],
        sample: Sample? = nil, diagnostics: [Diagnostic] = [], reliability: ReliabilityBins? = nil,
        result: RunResult,
        energyTable: EnergyTable = .horowitz2014,
        energyAssumptions: EnergyAssumptions = EnergyAssumptions(), warnings: [String] = []
    ) {
        self.title = title
        self.command = command
        self.configuration = configuration
        self.datasetDescription = datasetDescription
        self.epochs = epochs
        self.confusion = confusion
        self.classNames = classNames
        self.sample = sample
        self.diagnostics = diagnostics
        self.reliability = reliability
        self.result = result
        self.energyTable = energyTable
        self.energyAssumptions = energyAssumptions
        self.warnings = warnings
    }

    /// The conventional network beside the run, if one was trained.
    public var baseline: RunResult? { result.baseline }
}
