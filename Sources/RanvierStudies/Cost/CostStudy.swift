import RanvierAnalysis
import RanvierConfiguration
import RanvierNetworks
import RanvierReports
import RanvierTensors

/// `clocked/cost`: time and memory of a training step against steps, width, batch and density, and where adding
/// up spikes stops being cheaper than a dense product.
struct CostStudy: Study {
    let name = "clocked/cost"
    let title = "What a clocked layer costs"
    let source = "Own measurement: one linear layer and LIF as in workload W1, forward and backward"

    /// One size of the layer and its input.
    struct Size {
        var steps = 128
        var width = 256
        var batch = 16
        /// Share of ones in the input.
        var density = 0.05
    }

    /// What a step of one size took.
    struct Cost {
        let seconds: Double
        let peakBytes: Int
        let kernels: Set<String>
    }

    /// Steps, width, batch or density, grown with the rest fixed.
    private struct Axis {
        let name: String
        let unit: String
        let values: [Double]
        let isWhole: Bool
        let size: (Double) -> Size

        init(
            _ name: String, unit: String, _ values: [Double], isWhole: Bool = true,
            size: @escaping (Double) -> Size
        ) {
            self.name = name
            self.unit = unit
            self.values = values
            self.isWhole = isWhole
            self.size = size
        }
    }

    private static func axes(isQuick: Bool) -> [Axis] {
        func powers(_ range: ClosedRange<Int>) -> [Double] {
            stride(from: range.lowerBound, through: range.upperBound, by: isQuick ? 2 : 1)
                .map { Double(1 << $0) }
        }
        let densities = [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.15, 0.19, 0.25, 0.4, 0.6, 0.8, 1]
        return [
            Axis("steps", unit: "steps T", powers(4...9)) { Size(steps: Int($0)) },
            Axis("width", unit: "neurons", powers(6...11)) { Size(width: Int($0)) },
            Axis("batch", unit: "samples", powers(0...7)) { Size(batch: Int($0)) },
            Axis(
                "density", unit: "share of ones in the input",
                isQuick ? densities.filter { [0.01, 0.1, 0.4, 1].contains($0) } : densities,
                isWhole: false
            ) { Size(width: 512, density: $0) },
        ]
    }

    func run(_ context: StudyContext) throws -> StudyResult {
        var result = StudyResult(findings: [], comparisons: [])
        let axes = Self.axes(isQuick: context.isQuick)
        let runs = context.isQuick ? 3 : 11
        for (index, axis) in axes.enumerated() {
            var costs: [Cost] = [], dense: [Cost] = []
            for (position, value) in axis.values.enumerated() {
                let done = (Double(index) + Double(position) / Double(axis.values.count))
                try context.advance(
                    to: done / Double(axes.count), "cost: \(axis.name) \(value.formatted)")
                costs.append(Self.cost(of: axis.size(value), asNumbers: false, runs: runs))
                if axis.name == "density" {
                    dense.append(Self.cost(of: axis.size(value), asNumbers: true, runs: runs))
                }
            }
            result.tables.append(table(axis, costs, dense))
            result.figures += figures(axis, costs, dense)
            result.findings.append(
                dense.isEmpty ? growth(axis, costs) : crossover(axis, costs, dense))
        }
        result.isWhole = !context.isQuick
        return result
    }

    // MARK: - Measuring

    /// Times a step of training and counts the bytes of its tensors.
    ///
    /// - Parameter asNumbers: whether the zeros and ones of the input are stored as numbers, for dense products.
    static func cost(of size: Size, asNumbers: Bool, runs: Int) -> Cost {
        let layers: [any Layer] = [
            Linear(size.width, size.width), LIF.workload(leak: 0.95),
        ]
        guard let network = try? Network(inputShape: [size.width], layers: layers) else {
            preconditionFailure("a linear layer and its neurons fit together")
        }
        let shape = [size.steps, size.batch, size.width]
        let draws = RandomStream(seed: 0, name: "cost").uniform(count: shape.elementCount)
        let spikes = Tensor(spikes: draws.map { $0 < Float(size.density) ? 1 : 0 }, shape: shape)
        let input = asNumbers ? spikes.dense : spikes
        func step() {
            _ =
                network.valueAndGradients {
                    network(input, in: ForwardContext(timeStep: 1e-3, isTraining: true)).sum()
                }.gradients
        }
        let (kernels, peak) = MemoryMeter.measuring { KernelLog.recording(step).kernels }
        let seconds = StepTimer(warmup: 1).time(runs: runs, step).seconds.sorted()
        return Cost(
            seconds: seconds[seconds.count / 2], peakBytes: peak, kernels: Set(kernels))
    }

    // MARK: - Telling

    private func table(_ axis: Axis, _ costs: [Cost], _ dense: [Cost]) -> StudyTable {
        let hasDense = !dense.isEmpty
        return StudyTable(
            name: axis.name, caption: "A training step against \(axis.name).",
            columns: [axis.unit, "seconds", "peak bytes", "product"]
                + (hasDense ? ["seconds as numbers"] : []),
            rows: axis.values.indices.map { index in
                [
                    axis.isWhole ? .count(Int(axis.values[index])) : .number(axis.values[index]),
                    .number(costs[index].seconds), .count(costs[index].peakBytes),
                    .text(costs[index].isSparse ? "spikes added" : "dense"),
                ] + (hasDense ? [.number(dense[index].seconds)] : [])
            })
    }

    private func figures(_ axis: Axis, _ costs: [Cost], _ dense: [Cost]) -> [ReportFigure] {
        func series(_ name: String, _ values: [Double]) -> LineChart.Series {
            LineChart.Series(name: name, points: Array(zip(axis.values, values)).map { ($0, $1) })
        }
        let time =
            [series("as spikes", costs.map { 1e3 * $0.seconds })]
            + (dense.isEmpty ? [] : [series("as numbers", dense.map { 1e3 * $0.seconds })])
        return [
            ReportFigure(
                name: "\(axis.name)-time",
                chart: LineChart(
                    title: "Time of a training step against \(axis.name)",
                    summary: dense.isEmpty ? growth(axis, costs) : crossover(axis, costs, dense),
                    xName: axis.unit, yName: "milliseconds", series: time,
                    hasWholeSteps: axis.isWhole, startsAtZero: true)),
            ReportFigure(
                name: "\(axis.name)-memory",
                chart: LineChart(
                    title: "Memory of a training step against \(axis.name)",
                    summary: "Bytes of all tensors at the peak.", xName: axis.unit,
                    yName: "mebibytes",
                    series: [series("as spikes", costs.map { Double($0.peakBytes) / 1_048_576 })],
                    hasWholeSteps: axis.isWhole, startsAtZero: true)),
        ]
    }

    private func growth(_ axis: Axis, _ costs: [Cost]) -> String {
        guard let first = costs.first, let last = costs.last, let low = axis.values.first,
            let high = axis.values.last
        else { return "" }
        let times = NumberText.significant(last.seconds / first.seconds)
        let bytes = NumberText.significant(Double(last.peakBytes) / Double(first.peakBytes))
        return "From \(low.formatted) to \(high.formatted) \(axis.unit) a training step takes "
            + "\(times) times as long and \(bytes) times the memory."
    }

    /// Where the line through the times of added spikes meets the dense product.
    private func crossover(_ axis: Axis, _ costs: [Cost], _ dense: [Cost]) -> String {
        let sparse = axis.values.indices.filter { costs[$0].isSparse }
        guard let first = sparse.first, let last = sparse.last, first != last else {
            return "Too few densities were measured to tell where the products cross."
        }
        let slope =
            (costs[last].seconds - costs[first].seconds) / (axis.values[last] - axis.values[first])
        let times = dense.map(\.seconds).sorted()
        let meeting =
            axis.values[first] + (times[times.count / 2] - costs[first].seconds) / slope
        let gain = dense[first].seconds / costs[first].seconds
        return "At \(axis.values[first].formatted) density a step on spikes is "
            + "\(NumberText.significant(gain)) times as fast as on numbers; spikes are added up to "
            + "\(axis.values[last].formatted), and the line through their times meets the dense "
            + "product at \(NumberText.significant(meeting))."
    }
}

extension CostStudy.Cost {
    fileprivate var isSparse: Bool { kernels.contains("spikeProduct") }
}

extension Double {
    fileprivate var formatted: String {
        self == rounded() && self > 1 ? NumberText.count(Int(self)) : NumberText.significant(self)
    }
}
