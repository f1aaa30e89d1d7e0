import Foundation
import RanvierAnalysis
import RanvierConfiguration
import RanvierData
import RanvierLearning
import RanvierNetworks
import RanvierTensors

/// A trained model held against the one ruler: what `result.json` and the report tell of it.
struct Measurement {
    let evaluation: Evaluation
    let result: RunResult
    let confusion: ConfusionMatrix
    let reliability: ReliabilityBins

    /// Unit energies of all estimates.
    static let energyTable = EnergyTable.horowitz2014

    /// Measures a model on test data.
    init(
        _ model: any SpikingModel, experiment: Experiment, state: TrainingState,
        observer: any TrainingObserver
    ) throws {
        let configuration = experiment.configuration, test = experiment.data.test
        evaluation = try model.evaluate(on: test, observer: observer)
        let predictions = try LabeledPredictions(
            probabilities: evaluation.probabilities.map { $0.map(Double.init) },
            labels: evaluation.labels)
        confusion = try predictions.confusionMatrix
        reliability = predictions.reliabilityBins(count: 15)
        let counts = Self.counts(evaluation, samples: test.count)
        let seconds = state.reports.reduce(0) { $0 + $1.seconds }
        let seen = Double(state.completedEpochs * experiment.data.training.count)
        result = RunResult(
            method: configuration.method, dataset: configuration.dataset.source.rawValue,
            seed: configuration.seed, version: ToolVersion.current,
            model: configuration.model.rawValue, name: configuration.name,
            test: .init(
                accuracy: evaluation.accuracy, loss: evaluation.loss, samples: test.count),
            training: .init(
                epochs: state.completedEpochs, seconds: seconds,
                samplesPerSecond: seconds > 0 ? seen / seconds : 0),
            activity: .init(
                spikesPerSample: evaluation.spikesPerSample,
                layers: evaluation.activity.map { .init(name: $0.name, rate: $0.rate) }),
            operations: .init(counts),
            energy: .init(EnergyEstimate(of: counts, table: Self.energyTable)),
            memory: .init(
                weightBytes: model.parameters.values.reduce(0) { $0 + 4 * $1.count },
                stateBytes: Self.stateBytes(model, evaluation),
                peakResidentBytes: ProcessMemory.peakResidentBytes),
            latency: .init(secondsPerSample: try model.secondsPerSample(on: test)),
            calibration: predictions.calibration())
    }

    /// Operations for one sample. A neuron is updated once per step.
    private static func counts(_ evaluation: Evaluation, samples: Int) -> SampleOperations {
        SampleOperations(
            evaluation.operations, samples: samples,
            neuronUpdates: evaluation.activity.reduce(0.0) { $0 + Double($1.neurons * $1.steps) })
    }

    /// One float per membrane, and two buffers of one bit per spiking neuron.
    private static func stateBytes(_ model: any SpikingModel, _ evaluation: Evaluation) -> Int {
        let spiking = evaluation.activity.reduce(0) { $0 + $1.neurons }
        let membranes = StateMemory(neurons: model.stateCount, spikeBuffers: 0)
        let spikes = StateMemory(neurons: spiking, membraneBits: 0, spikeBuffers: 2)
        return membranes.bytes + spikes.bytes
    }
}
