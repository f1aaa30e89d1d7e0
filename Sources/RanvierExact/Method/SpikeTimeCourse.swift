import RanvierConfiguration
import RanvierLearning

/// How the first spikes of one sample moved during training: what only spike times can show.
struct SpikeTimeCourse {
    /// Which sample, such as "training sample 0".
    let sample: String
    /// Its class: the output that shall spike first.
    let label: Int
    /// The name of that class.
    let className: String
    /// End of the trial in seconds.
    let trial: Double
    /// One record before training and one after each epoch.
    let records: [SpikeTimeRecord]

    /// Hidden layers that are drawn at most.
    private static let shownLayers = 7

    /// A part of the report; nil without records.
    var diagnostic: Diagnostic? {
        guard let first = records.first, first.layers.last?.indices.contains(label) == true else {
            return nil
        }
        return Diagnostic(
            title: "How first spikes moved",
            summary: "\(sample), of class \(className). Nothing jumps: spikes appear and vanish at "
                + "the end of the trial.",
            figures: [outputFigure] + (hiddenFigure.map { [$0] } ?? []))
    }

    /// Time against epoch: the outputs, with their formal times after the trial.
    private var outputFigure: Figure {
        let layer = (records.first?.layers.count ?? 0) - 1
        let outputs = curves(layer: layer)
        let last = records.last.flatMap { $0.layers.last?[label] }
        let end = last.map { NumberText.seconds($0) } ?? "nowhere"
        return Figure(
            name: "output-times", title: "First spikes of the outputs over training",
            summary:
                "\(sample), of class \(className), whose output ends at \(end). Times after the "
                + "end of the trial are those of pseudospikes.",
            xName: "Epoch", yName: "First spike (s)",
            curves: [
                joined("Output of the class", [outputs[label]]),
                joined(
                    "Other outputs",
                    outputs.enumerated().filter { $0.offset != label }.map(\.element)),
                trialEnd,
            ], hasWholeSteps: true)
    }

    /// Time against epoch: some neurons of each hidden layer; nil where there are none.
    private var hiddenFigure: Figure? {
        let hidden = 0..<max((records.first?.layers.count ?? 0) - 1, 0)
        guard !hidden.isEmpty else { return nil }
        return Figure(
            name: "hidden-times", title: "First spikes of hidden neurons over training",
            summary:
                "\(sample): a curve begins where a neuron begins to spike within the trial, and "
                + "ends where it falls silent.",
            xName: "Epoch", yName: "First spike (s)",
            curves: hidden.prefix(Self.shownLayers).map { layer in
                let curves = curves(layer: layer)
                return joined("theta\(layer + 1), \(curves.count) neurons", curves)
            } + [trialEnd], hasWholeSteps: true)
    }

    private var trialEnd: Figure.Curve {
        let epochs = [records.first?.epoch ?? 0, records.last?.epoch ?? 0]
        return Figure.Curve(
            name: "End of the trial", x: epochs.map(Double.init), y: epochs.map { _ in trial })
    }

    /// Times of each neuron of a layer, epoch by epoch.
    private func curves(layer: Int) -> [[Double?]] {
        guard let count = records.first?.layers[layer].count else { return [] }
        return (0..<count).map { neuron in records.map { $0.layers[layer][neuron] } }
    }

    /// Curves of several neurons as one: the pen is lifted between them, and where one is silent.
    private func joined(_ name: String, _ curves: [[Double?]]) -> Figure.Curve {
        let epochs = records.map { Double($0.epoch) }
        var curve = Figure.Curve(name: name, x: [], y: [])
        for times in curves {
            if !curve.x.isEmpty {
                curve.x.append(epochs.first ?? 0)
                curve.y.append(nil)
            }
            curve.x += epochs
            curve.y += times
        }
        return curve
    }
}
