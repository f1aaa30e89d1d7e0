import RanvierAnalysis
import RanvierData
import RanvierLearning
import RanvierReports
import RanvierRuns
import RanvierTensors

/// Gathers what the report of a run shows.
struct ReportBuilder {
    let experiment: Experiment
    let command: [String]
    let warnings: [String]

    /// Neurons of a layer that the raster shows at most.
    private static let rasterNeurons = 200

    func content(
        _ result: RunResult, measurement: Measurement, model: any SpikingModel,
        state: TrainingState
    ) throws -> ReportContent {
        let configuration = experiment.configuration
        return ReportContent(
            title: "\(configuration.name): \(configuration.method) on "
                + experiment.configuration.dataset.source.rawValue,
            command: command.isEmpty ? "ranvier run" : command.joined(separator: " "),
            configuration: configuration.resolved.yaml(),
            datasetDescription: datasetDescription(model),
            epochs: state.reports.map(ReportContent.Epoch.init), confusion: measurement.confusion,
            classNames: experiment.data.test.classNames,
            sample: try sample(of: model, measurement.evaluation),
            spikeCourse: spikeCourse(model, state), reliability: measurement.reliability,
            result: result,
            energyTable: Measurement.energyTable, warnings: warnings)
    }

    private func datasetDescription(_ model: any SpikingModel) -> String {
        let data = experiment.data
        var parts = ["\(data.training.count) training samples"]
        if let validation = data.validation { parts.append("\(validation.count) for validation") }
        parts.append("\(data.test.count) for the test")
        return parts.joined(separator: ", ") + "; \(data.training.featureCount) values each, "
            + "\(data.training.classCount) classes, shown for \(model.presentation). Source: "
            + "\(data.training.origin.source) (\(data.training.origin.licence))."
    }

    /// The first test sample, as the network saw it.
    private func sample(
        of model: any SpikingModel, _ evaluation: Evaluation
    ) throws -> ReportContent.Sample? {
        let test = experiment.data.test
        guard test.count > 0 else { return nil }
        let layers = try model.spikes(ofSample: 0, in: test).map(raster)
        guard !layers.isEmpty else { return nil }
        return ReportContent.Sample(
            name: "test sample 0", label: test.classNames[test.labels[0]],
            prediction: test.classNames[evaluation.predictions[0]], layers: layers)
    }

    private func spikeCourse(_ model: any SpikingModel, _ state: TrainingState) -> SpikeCourse? {
        let records = state.reports.flatMap { $0.spikeTimes ?? [] }
        let training = experiment.data.training
        guard !records.isEmpty, let label = training.labels.first else { return nil }
        return SpikeCourse(
            sample: "training sample 0", label: label, className: training.classNames[label],
            trial: model.duration, records: records)
    }

    private func raster(_ layer: LayerSpikes) -> LayerRaster {
        let steps = layer.spikes.shape[0], neurons = layer.spikes.shape[1]
        let shown = min(neurons, Self.rasterNeurons)
        let values = layer.spikes.scalars
        var spikes: [LayerRaster.Spike] = []
        for t in 0..<steps {
            for i in 0..<shown where values[t * neurons + i] != 0 {
                spikes.append(.init(step: t, neuron: i))
            }
        }
        let name = shown < neurons ? "\(layer.name) (\(shown) of \(neurons))" : layer.name
        return LayerRaster(
            name: name, neurons: shown, steps: steps,
            timeStep: layer.timeStep, spikes: spikes)
    }
}

extension ReportContent.Epoch {
    fileprivate init(_ report: EpochReport) {
        self.init(
            epoch: report.epoch, trainingLoss: report.trainingLoss,
            trainingAccuracy: report.trainingAccuracy, validationLoss: report.validationLoss,
            validationAccuracy: report.validationAccuracy, seconds: report.seconds,
            learningRate: report.learningRate)
    }
}
