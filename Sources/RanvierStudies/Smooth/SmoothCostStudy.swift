import RanvierAnalysis
import RanvierConfiguration
import RanvierExact
import RanvierReports

/// `smooth/cost`: what a training step of the event-driven classifier costs, against the number of spikes, of
/// neurons, and of targets of a spike.
struct SmoothCostStudy: Study {
    let name = "smooth/cost"
    let title = "What spikes, neurons and fan-out cost"
    let source = "Workload exact-ttfs (784-100-100-10 theta neurons, batch 100), varied"

    /// One network of a sweep, measured.
    private struct Point: Sendable {
        let hidden: [Int]
        let spikes: Double
        let forward: Double
        let training: Double
        let floor: Double

        /// Targets that are reached per sample: the spikes of each layer times the neurons of the next.
        let synapticEvents: Double
    }

    /// One quantity varied, all else as in the workload.
    private struct Sweep: Sendable {
        let name: String
        let caption: String
        let xName: String
        let values: [Double]
        let hidden: @Sendable (Double) -> [Int]
        let shift: @Sendable (Double) -> Double
        let x: @Sendable (Double, Point) -> Double
    }

    private static let sweeps = [
        Sweep(
            name: "spikes", caption: "Stronger weights, more spikes",
            xName: "Hidden spikes per sample", values: [0, 1.6, 2.4, 3.2, 4.8, 6.4, 9.6],
            hidden: { _ in [100, 100] }, shift: { $0 }, x: { $1.spikes }),
        Sweep(
            name: "neurons", caption: "Wider layers, the same spikes per neuron",
            xName: "Neurons of each hidden layer", values: [25, 50, 100, 200, 400, 800],
            hidden: { [Int($0), Int($0)] }, shift: { _ in 3.2 }, x: { value, _ in value }),
        Sweep(
            name: "fan-out", caption: "The same spikes of the first layer, more targets each",
            xName: "Neurons of the second hidden layer", values: [16, 100, 200, 400, 800],
            hidden: { [100, Int($0)] }, shift: { _ in 3.2 }, x: { value, _ in value }),
    ]

    func run(_ context: StudyContext) throws -> StudyResult {
        let total = Self.sweeps.map(\.values.count).reduce(0, +)
        // Once: what other work takes from the machine must not bend the curve of the floor.
        let peak = MachinePeak.vectorOperationsPerSecond(.float32)
        var done = 0
        var tables: [StudyTable] = [], figures: [ReportFigure] = [], findings: [String] = []
        for sweep in Self.sweeps {
            let values = context.isQuick ? [sweep.values[1], sweep.values[3]] : sweep.values
            let points = try values.map { value in
                try context.advance(
                    to: Double(done) / Double(total),
                    "cost: \(sweep.name), \(NumberText.significant(value))")
                done += 1
                return try measure(sweep, value, runs: context.isQuick ? 3 : 30, peak: peak)
            }
            tables.append(table(sweep, values, points))
            figures.append(figure(sweep, values, points))
            findings.append(finding(sweep, values, points))
        }
        var result = StudyResult(findings: findings, comparisons: [])
        result.tables = tables
        result.figures = figures
        return result
    }

    private func measure(
        _ sweep: Sweep, _ value: Double, runs: Int, peak: Double
    ) throws -> Point {
        var workload = try ExactTTFSWorkload()
        workload.hidden = sweep.hidden(value)
        workload.weights = (3.5, sweep.shift(value))
        let training = try workload.run(steps: runs)
        workload.forwardOnly = true
        let forward = try workload.run(steps: runs)
        let batch = Double(workload.batch)
        func perSample(_ measured: ExactTTFSWorkload.Measurement) -> Double {
            1e6 * (measured.cpuSeconds.min() ?? .nan) / batch
        }
        let targets = zip(training.spikesPerLayer, workload.hidden.dropFirst() + [10])
        return Point(
            hidden: workload.hidden, spikes: training.spikesPerLayer.dropLast().reduce(0, +),
            forward: perSample(forward), training: perSample(training),
            floor: 1e6 * training.floorOperationsPerSample / peak,
            synapticEvents: targets.reduce(0) { $0 + $1.0 * Double($1.1) })
    }

    private func table(_ sweep: Sweep, _ values: [Double], _ points: [Point]) -> StudyTable {
        StudyTable(
            name: sweep.name, caption: sweep.caption,
            columns: [
                "Hidden layers", "Weight shift", "Hidden spikes per sample",
                "Synaptic events per sample", "Forward (µs per sample)", "Training (µs per sample)",
                "Floor of training (µs per sample)",
            ],
            rows: zip(values, points).map { value, point in
                [
                    .text(point.hidden.map(String.init).joined(separator: "-")),
                    .number(sweep.shift(value)), .number(point.spikes),
                    .number(point.synapticEvents), .number(point.forward), .number(point.training),
                    .number(point.floor),
                ]
            })
    }

    private func figure(_ sweep: Sweep, _ values: [Double], _ points: [Point]) -> ReportFigure {
        func series(_ name: String, _ y: (Point) -> Double) -> LineChart.Series {
            LineChart.Series(
                name: name, points: zip(values, points).map { (sweep.x($0, $1), y($1)) })
        }
        return ReportFigure(
            name: sweep.name,
            chart: LineChart(
                title: sweep.caption,
                summary: "Processor time for one sample in a batch of 100, best of the runs, "
                    + "single precision.",
                xName: sweep.xName, yName: "Processor time (µs)",
                series: [
                    series("Training step") { $0.training }, series("Forward") { $0.forward },
                    series("Floor of training: operations counted, over peak") { $0.floor },
                ], startsAtZero: true))
    }

    /// The cost of one more, from the ends of a sweep.
    private func finding(_ sweep: Sweep, _ values: [Double], _ points: [Point]) -> String {
        guard let first = points.first, let last = points.last else { return sweep.caption + "." }
        let more = last.synapticEvents - first.synapticEvents
        let cost = NumberText.seconds((last.training - first.training) / more * 1e-6)
        return "\(sweep.caption): from \(NumberText.significant(first.training)) to "
            + "\(NumberText.significant(last.training)) µs per sample, "
            + "\(cost) for each further synaptic event."
    }
}
