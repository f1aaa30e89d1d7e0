import RanvierAnalysis
import RanvierData
import RanvierLearning
import RanvierReports
import RanvierRuns
import RanvierTensors

/// Gathers what the report of a run shows.
struct ReportBuilder {
    let configuration: RunConfiguration
    let data: DatasetConfiguration.Splits
    let command: [String]

    /// Neurons of a layer that the raster shows at most.
    private static let rasterNeurons = 200

    func content(
        _ result: RunResult, measurement: ModelMeasurement, model: any SpikingModel,
        state: TrainingState, diagnostics: [Diagnostic]
    ) throws -> ReportContent {
        ReportContent(
            title: "\(configuration.name): \(configuration.methodName) on "
                + configuration.dataset.name,
            command: command.isEmpty ? "ranvier run" : command.joined(separator: " "),
            configuration: configuration.resolved.yaml(),
            datasetDescription: ([datasetDescription(model)] + data.notes.map { "\($0)." }).joined(
                separator: " "),
            epochs: state.reports, confusion: measurement.confusion,
            classNames: data.test.classNames,
            sample: try sample(of: model, measurement.evaluation),
            diagnostics: diagnostics, reliability: measurement.reliability, result: result,
            energyTable: ModelMeasurement.energyTable,
            energyAssumptions: result.energy.assumptions ?? EnergyAssumptions(),
            warnings: result.warnings)
    }

    private func datasetDescription(_ model: any SpikingModel) -> String {
        var parts = ["\(data.training.count) training samples"]
        if let validation = data.validation { parts.append("\(validation.count) for validation") }
        parts.append("\(data.test.count) for the test")
        let targets = data.training.targets
        let asked =
            if case .classes(_, let names) = targets { "\(names.count) classes" } else {
                "to predict: \(targets.names.joined(separator: ", "))"
            }
        return parts.joined(separator: ", ") + "; \(data.training.featureCount) values each, "
            + "\(asked), shown for \(model.presentationWithResolution). Source: "
            + "\(data.training.origin.source) (\(data.training.origin.licence))."
    }

    /// The first test sample, as the network saw it.
    private func sample(
        of model: any SpikingModel, _ evaluation: Evaluation
    ) throws -> ReportContent.Sample? {
        guard data.test.count > 0 else { return nil }
        let layers = try model.spikes(ofSample: 0, in: data.test).map(raster)
        guard !layers.isEmpty else { return nil }
        let prediction = evaluation.task.prediction(
            of: evaluation.answers[0], deviation: evaluation.deviations?[0])
        return ReportContent.Sample(
            name: "test sample 0", label: evaluation.targets.text(ofSample: 0),
            prediction: prediction.text, layers: layers)
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

extension SpikingModel {
    /// Steps, their length and how finely values are represented, in words.
    var presentationWithResolution: String {
        ([presentation]
            + (resolution.map { ["encoding '\(encoding)': \($0)"] } ?? []))
            .joined(separator: ", ")
    }
}

extension Targets {
    /// What would be right for a sample, in words; empty where nothing is known.
    fileprivate func text(ofSample index: Int) -> String {
        switch self {
        case .classes(let labels, let names): names[labels[index]]
        case .values(let values, let names, _):
            values[index * names.count..<(index + 1) * names.count].map { "\($0)" }
                .joined(separator: " ")
        case .none: ""
        }
    }
}
