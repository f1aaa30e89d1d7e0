import RanvierAnalysis
import RanvierConfiguration
import RanvierData
import RanvierLearning
import RanvierReports

/// What coarser steps and moved spikes do to a stored network, as JSON, tables and figures.
package struct ResolutionReport: Encodable, Sendable {
    /// One clock.
    package struct Row: Encodable, Sendable {
        /// How many of the network's own steps one step takes.
        package let factor: Int
        /// How far spikes or rows were moved at most, in steps.
        package let jitter: Int
        /// Seconds of a step.
        package let timeStep: Double
        package let steps: Int
        package let measure: Measure
        package let spikesPerSample: Double
        package let synapticOperations: Double
        package let multiplyAccumulates: Double
        /// Arithmetic of a sample.
        package let picojoules: Double

        init(_ outcome: ResolutionAnalysis.Outcome, factor: Int, jitter: Int) {
            self.factor = factor
            self.jitter = jitter
            timeStep = outcome.timeStep
            steps = outcome.steps
            measure = outcome.measure
            spikesPerSample = outcome.spikes
            synapticOperations = outcome.operations.synaptic
            multiplyAccumulates = outcome.operations.multiplyAccumulate
            picojoules = outcome.picojoules
        }
    }

    /// The run.
    package let run: String
    /// Test samples.
    package let samples: Int
    /// What decided samples and moves.
    package let seed: UInt64
    /// Clocks of longer and longer steps, the network's own first.
    package let coarser: [Row]
    /// The network's own clock, unsteady.
    package let jittered: [Row]
    /// The longest step that stays within the interval of the network's own.
    package let neededTimeStep: Double
    /// The largest move that does; nil where nothing can be moved.
    package let allowedJitter: Int?
    /// How the input was binned, and what was left out.
    package let notes: [String]
    /// Where the files lie.
    package var folder: String?

    /// Runs a network on all clocks.
    ///
    /// - Parameter data: as the model takes them.
    package init(
        of model: any SpikingModel, named name: String, on data: Dataset, registry: Registry,
        seed: UInt64, _ context: StudyContext
    ) throws {
        let analysis = try ResolutionAnalysis(
            model: model, data: data, registry: registry, seed: seed)
        let factors = analysis.factors, jitters = analysis.jitters
        let count = Double(factors.count + jitters.count)
        var coarser: [Row] = [], jittered: [Row] = []
        for factor in factors {
            try context.advance(
                to: Double(coarser.count) / count, "steps \(factor) times as long")
            coarser.append(Row(try analysis.outcome(factor: factor), factor: factor, jitter: 0))
        }
        for jitter in jitters {
            try context.advance(
                to: Double(factors.count + jittered.count) / count, "jitter of \(jitter) steps")
            jittered.append(Row(try analysis.outcome(jitter: jitter), factor: 1, jitter: jitter))
        }
        run = name
        samples = data.count
        self.seed = seed
        self.coarser = coarser
        self.jittered = jittered
        let own = coarser[0]
        neededTimeStep = Self.lastWithin(coarser, of: own)?.timeStep ?? own.timeStep
        allowedJitter = jitters.isEmpty ? nil : Self.lastWithin(jittered, of: own)?.jitter ?? 0
        let moves =
            jitters.isEmpty
            ? "nothing was moved: the network is shown the same at every step"
            : try analysis.movesSpikes()
                ? "jitter moves each spike by itself" : "jitter moves whole rows"
        notes = [
            "the weights stay as they were trained; a network trained at the longer step may do better",
            "spikes of the input that meet in a longer step count as one; of numbers the sum is "
                + "shown, their mean for so many steps; leaks follow from the time constants",
            moves,
        ]
    }

    /// The last of the rows before the first that leaves the interval.
    private static func lastWithin(_ rows: [Row], of own: Row) -> Row? {
        let interval = own.measure.interval ?? [own.measure.value, own.measure.value]
        return rows.prefix { row in
            own.measure.higherIsBetter == false
                ? row.measure.value <= interval[1] : row.measure.value >= interval[0]
        }.last
    }

    // MARK: - What is shown

    package var studyResult: StudyResult {
        var result = StudyResult(findings: findings, comparisons: [])
        result.tables = [
            table("resolution", "Coarser time steps", coarser),
            table("jitter", "Time jitter, at most so many steps to either side", jittered),
        ].filter { !$0.rows.isEmpty }
        result.figures = [figure]
        result.seeds = [seed]
        return result
    }

    private var findings: [String] {
        let own = coarser[0]
        let interval = own.measure.interval ?? [own.measure.value, own.measure.value]
        let reach =
            own.measure.higherIsBetter == false
            ? interval[1] - own.measure.value : own.measure.value - interval[0]
        var width = own.measure
        width.value = reach
        let within =
            own.measure.unit == Measure.share
            ? NumberText.points(reach) : "\(width.text) of \(own.measure.title.lowercased())"
        var sentences = [
            "The coarsest step that stays within \(within) (the interval of 95 %) of the finest is "
                + "\(NumberText.seconds(neededTimeStep))"
                + (neededTimeStep == own.timeStep ? ", the finest itself" : "")
                + "; at \(NumberText.seconds(own.timeStep)) \(own.measure.title.lowercased()) is "
                + "\(own.measure.text) on \(samples) samples."
        ]
        if let row = coarser.last(where: { $0.timeStep == neededTimeStep }), row.factor > 1 {
            sentences.append(
                "There a sample costs \(NumberText.energy(picojoules: row.picojoules)) in place of "
                    + "\(NumberText.energy(picojoules: own.picojoules)), in \(row.steps) steps in place of \(own.steps)."
            )
        }
        if let allowedJitter {
            sentences.append(
                allowedJitter == 0
                    ? "Jitter of one step is already too much."
                    : "Jitter of up to \(allowedJitter) steps "
                        + "(\(NumberText.seconds(Double(allowedJitter) * own.timeStep))) stays within it."
            )
        }
        return sentences + notes.map { $0.prefix(1).uppercased() + $0.dropFirst() + "." }
    }

    private func table(_ name: String, _ caption: String, _ rows: [Row]) -> StudyTable {
        let isJitter = rows.first.map { $0.jitter > 0 } ?? false
        return StudyTable(
            name: name, caption: caption,
            columns: [
                isJitter ? "Jitter (steps)" : "Step (s)", "Steps", coarser[0].measure.title,
                "Least", "Most", "Spikes", "Additions by spikes", "Multiply-accumulates",
                "Energy (pJ)",
            ],
            rows: rows.map {
                [
                    isJitter ? .count($0.jitter) : .number($0.timeStep), .count($0.steps),
                    .number($0.measure.value), StudyValue($0.measure.interval?.first),
                    StudyValue($0.measure.interval?.last), .number($0.spikesPerSample),
                    .number($0.synapticOperations), .number($0.multiplyAccumulates),
                    .number($0.picojoules),
                ]
            })
    }

    private var figure: ReportFigure {
        let own = coarser[0]
        return ReportFigure(
            name: "resolution",
            chart: LineChart(
                title: "\(own.measure.title) by time step and jitter",
                summary: "Not trained anew. A jitter stands at the time it moves at most.",
                xName: "Seconds", yName: own.measure.title,
                series: [
                    LineChart.Series(
                        name: "time step",
                        points: coarser.map { ($0.timeStep, $0.measure.value) })
                ]
                    + (jittered.isEmpty
                        ? []
                        : [
                            LineChart.Series(
                                name: "jitter",
                                points: jittered.map {
                                    (Double($0.jitter) * own.timeStep, $0.measure.value)
                                })
                        ]),
                startsAtZero: true))
    }
}
