import RanvierData
import RanvierNetworks

/// What a model did on a data set: the one ruler that every method is measured with.
public struct Evaluation: Sendable {
    /// What was asked of the model.
    public var task: any LearningTask
    /// What would have been right.
    public var targets: Targets
    /// `[n][outputs]` probabilities of classes, or values in their own units.
    public var answers: [[Float]] = []
    /// `[n][outputs]` standard deviations, where the model knows them.
    public var deviations: [[Float]]?
    /// Mean loss.
    public var loss = 0.0
    /// How good that is, the most important measure first.
    public var measures: [Measure] = []
    /// Whether measures have intervals, which take some draws of the samples each.
    public var hasIntervals = true
    /// Activity of each spiking layer.
    public var activity: [LayerActivity] = []
    /// Operations for all samples together.
    public var operations = OperationCount()
    /// The same for each layer that reports any, in forward order.
    public var layerOperations: [LayerOperationCount] = []
    /// Duration in seconds for all samples, in batches.
    public var seconds = 0.0

    /// An evaluation without samples yet.
    public init(task: any LearningTask, targets: Targets) {
        self.task = task
        self.targets = targets
    }

    /// Answers that were not given by a network, measured as the task asks.
    ///
    /// - Parameter answers: `[n][outputs]` probabilities of classes, or values in their own units.
    /// - Throws: ``AnalysisError`` where there are not as many answers as targets, or they are no probabilities.
    public init(
        task: any LearningTask, targets: Targets, answers: [[Float]],
        measures: [any EvaluationMeasure] = []
    ) throws {
        guard answers.count == targets.count else {
            throw AnalysisError.countMismatch(
                what: "answers", expected: targets.count, found: answers.count)
        }
        self.init(task: task, targets: targets)
        self.answers = answers
        try measure(measures)
    }

    /// Takes the measures of the task; what was asked for besides stands behind the most important one.
    mutating func measure(_ asked: [any EvaluationMeasure]) throws {
        let usual = task.measures
        for measure in Array(usual.prefix(1)) + asked + usual.dropFirst() {
            guard let value = try measure.measure(self), measures[value.name] == nil else {
                continue
            }
            measures.append(value)
        }
    }

    /// The same without drawing samples for intervals.
    var withoutIntervals: Evaluation {
        var copy = self
        copy.hasIntervals = false
        return copy
    }

    /// Spikes of all layers for a sample, on average.
    public var spikesPerSample: Double { activity.reduce(0) { $0 + $1.spikesPerSample } }
}

// MARK: - Classes

extension Evaluation {
    /// True classes; none where samples have no classes.
    public var labels: [Int] { targets.labels }

    /// Names of the classes.
    public var classNames: [String] {
        if case .classes(_, let names) = targets { names } else { [] }
    }

    /// The most probable class of each sample; none where samples have no classes.
    public var predictions: [Int] {
        guard case .classes = targets else { return [] }
        return answers.map { row in row.indices.max { row[$0] < row[$1] } ?? 0 }
    }

    /// Share of samples classified rightly; no number where samples have no classes.
    public var accuracy: Double {
        guard !labels.isEmpty else { return .nan }
        return Double(zip(predictions, labels).count { $0 == $1 }) / Double(labels.count)
    }

    /// Probabilities with true classes; nil where samples have no classes.
    ///
    /// - Throws: ``AnalysisError`` where answers are no probabilities.
    public var labeledPredictions: LabeledPredictions? {
        get throws {
            guard case .classes(let labels, _) = targets, !labels.isEmpty else { return nil }
            return try LabeledPredictions(
                probabilities: answers.map { $0.map(Double.init) }, labels: labels)
        }
    }
}

// MARK: - Values

extension Evaluation {
    /// Answer less target of each sample and value, and their unit (empty where they differ); nil where samples have no values.
    public var errors: (values: [Double], unit: String)? {
        guard case .values(let targets, _, let units) = targets, !targets.isEmpty else {
            return nil
        }
        let unit = Set(units).count == 1 ? units[0] : ""
        return (zip(answers.joined(), targets).map { Double($0) - Double($1) }, unit)
    }
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

/// Operations of one layer for all samples of a data set.
public struct LayerOperationCount: Sendable, Hashable {
    /// Name of the layer.
    public var name: String
    /// What it did.
    public var operations: OperationCount

    /// Operations of a layer.
    public init(name: String, operations: OperationCount) {
        self.name = name
        self.operations = operations
    }
}
