import RanvierConfiguration
import RanvierLearning

/// How the first spikes of one sample moved during training.
public struct SpikeCourse: Codable, Equatable, Sendable {
    /// Which sample, such as "training sample 0".
    public var sample: String
    /// Its class: the output that shall spike first.
    public var label: Int
    /// The name of that class.
    public var className: String
    /// End of the trial in seconds.
    public var trial: Double
    /// One record before training and one after each epoch.
    public var records: [SpikeTimeRecord]

    /// Makes the record.
    public init(
        sample: String, label: Int, className: String, trial: Double, records: [SpikeTimeRecord]
    ) {
        self.sample = sample
        self.label = label
        self.className = className
        self.trial = trial
        self.records = records
    }

    /// Time against epoch: the outputs, with their formal times after the trial.
    package var outputChart: LineChart {
        let layer = (records.first?.layers.count ?? 0) - 1
        let outputs = curves(layer: layer)
        let others = outputs.enumerated().filter { $0.offset != label }.map(\.element)
        let last = records.last.flatMap { $0.layers.last?[label] }
        let end = last.map { NumberText.seconds($0) } ?? "nowhere"
        return LineChart(
            title: "First spikes of the outputs over training",
            summary:
                "\(sample), of class \(className), whose output ends at \(end). Times after the "
                + "end of the trial are those of pseudospikes.",
            xName: "Epoch", yName: "First spike (s)",
            series: [
                LineChart.Series(
                    name: "Output of the class", points: outputs.isEmpty ? [] : outputs[label]),
                LineChart.Series(name: "Other outputs", points: Self.joined(others)),
                trialEnd,
            ], hasWholeSteps: true)
    }

    /// Time against epoch: some neurons of each hidden layer; nil where there are none.
    package var hiddenChart: LineChart? {
        let hidden = 0..<max((records.first?.layers.count ?? 0) - 1, 0)
        guard !hidden.isEmpty else { return nil }
        let shown = hidden.prefix(ChartStyle.seriesCount - 1)
        return LineChart(
            title: "First spikes of hidden neurons over training",
            summary:
                "\(sample): a curve begins where a neuron begins to spike within the trial, and "
                + "ends where it falls silent.",
            xName: "Epoch", yName: "First spike (s)",
            series: shown.map { layer in
                let curves = curves(layer: layer)
                return LineChart.Series(
                    name: "theta\(layer + 1), \(curves.count) neurons", points: Self.joined(curves))
            } + [trialEnd], hasWholeSteps: true)
    }

    private var trialEnd: LineChart.Series {
        let epochs = [records.first?.epoch ?? 0, records.last?.epoch ?? 0]
        return LineChart.Series(
            name: "End of the trial", points: epochs.map { (Double($0), trial) })
    }

    /// One curve per neuron; the pen is lifted where it is silent.
    private func curves(layer: Int) -> [[(x: Double, y: Double)]] {
        guard let count = records.first?.layers[layer].count else { return [] }
        return (0..<count).map { neuron in
            records.map { record in
                guard let time = record.layers[layer][neuron] else { return (.nan, .nan) }
                return (Double(record.epoch), time)
            }
        }
    }

    private static func joined(
        _ curves: [[(x: Double, y: Double)]]
    ) -> [(x: Double, y: Double)] {
        Array(curves.joined(separator: [(x: Double.nan, y: Double.nan)]))
    }
}
