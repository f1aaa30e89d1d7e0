import RanvierConfiguration
import RanvierExact
import RanvierReports

/// `smooth/single-neuron`: one neuron learns two spike times, starting from two pseudospikes.
struct SmoothSingleNeuronStudy: Study {
    let name = "smooth/single-neuron"
    let title = "A single neuron learns when to spike"
    let source = "Klos & Memmesheimer 2023, arXiv:2309.14523, Fig. 2"

    /// Loss by step in a run of the published program with the published seed.
    private static let publishedLoss = [
        (0, 43.209), (500, 14.56), (1000, 7.97), (2000, 2.19), (2500, 0.109), (2999, 6e-23),
    ]

    /// What a run left behind.
    private struct Course {
        var losses: [Double] = []
        var times: [[Double]] = []
        var parameters: [[Double]] = []
    }

    func run(_ context: StudyContext) throws -> StudyResult {
        let task = try SingleNeuronTask(
            fixedTimes: PublishedDraws.singleNeuronTimes,
            fixedWeights: PublishedDraws.singleNeuronWeights)
        let parts = Double(1 + context.seeds.count)
        let course = try train(task, context, from: 0, to: 1 / parts, "published draw")
        var result = StudyResult(
            findings: findings(course), comparisons: comparisons(course))
        result.figures = figures(course)
        result.isWhole = true
        result.seeds = context.seeds
        guard !context.seeds.isEmpty else { return result }
        var rows: [[StudyValue]] = []
        for (index, seed) in context.seeds.enumerated() {
            let drawn = try SingleNeuronTask(seed: seed)
            let start = Double(index + 1) / parts
            let other = try train(
                drawn, context, from: start, to: start + 1 / parts, "seed \(seed)")
            rows.append([
                .count(Int(seed)), StudyValue(other.losses.first), StudyValue(other.losses.last),
            ])
        }
        result.tables = [
            StudyTable(
                name: "draws", caption: "Other draws of the fixed inputs",
                columns: ["Seed", "Loss at the start", "Loss at the end"], rows: rows)
        ]
        return result
    }

    private func train(
        _ task: SingleNeuronTask, _ context: StudyContext, from start: Double, to end: Double,
        _ what: String
    ) throws -> Course {
        var course = Course()
        var trainer = EventTrainer(task.problem, rule: .descent(task.descent))
        for step in 0..<task.steps {
            course.parameters.append(trainer.problem.parameters)
            let outcome = try trainer.step()
            course.losses.append(outcome.loss)
            course.times.append(outcome.times)
            guard step % 100 == 0 else { continue }
            try context.advance(
                to: start + (end - start) * Double(step) / Double(task.steps),
                "single neuron, \(what): step \(step), loss \(NumberText.significant(outcome.loss))"
            )
        }
        return course
    }

    // MARK: - Numbers

    private func comparisons(_ course: Course) -> [StudyComparison] {
        let remark = "the published program, run again"
        var all = Self.publishedLoss.map { step, loss in
            StudyComparison(
                "Loss at step \(step)", published: .number(loss),
                measured: .number(course.losses[step]), remark: remark)
        }
        let start = course.times[0]
        for (index, time) in [10.692, 11.894].enumerated() {
            all.append(
                StudyComparison(
                    "Pseudospike \(index + 1) at the start (τ)", published: .number(time),
                    measured: .number(start[index]), remark: remark))
        }
        let names = ["Weight 1", "Weight 2", "Input time 1 (τ)", "Input time 2 (τ)"]
        for (index, value) in [4.7284, 5.4357, 1.4916, 6.4461].enumerated() {
            all.append(
                StudyComparison(
                    "\(names[index]) at the end", published: .number(value),
                    measured: StudyValue(course.parameters.last?[index]),
                    remark: remark))
        }
        return all
    }

    private func findings(_ course: Course) -> [String] {
        let trial = 10.0
        let entries = (0..<2).map { n in course.times.firstIndex { $0[n] < trial } }
        let words = entries.enumerated().map { index, step in
            step.map { "spike \(index + 1) enters the trial at step \($0)" }
                ?? "spike \(index + 1) is still a pseudospike"
        }
        let end = course.losses.last ?? .nan
        return [
            "At the start the neuron is silent; both of its spikes are pseudospikes, and their "
                + "gradient pulls them in: \(words.joined(separator: ", ")).",
            "The loss ends at \(NumberText.significant(end)).",
        ]
    }

    // MARK: - Figures

    private func figures(_ course: Course) -> [ReportFigure] {
        let count = course.losses.count
        let stride = max(count / 600, 1)
        let steps = Swift.stride(from: 0, to: count, by: stride)
        func series(_ name: String, _ value: (Int) -> Double) -> LineChart.Series {
            LineChart.Series(name: name, points: steps.map { (Double($0), value($0)) })
        }
        func level(_ name: String, _ value: Double) -> LineChart.Series {
            LineChart.Series(name: name, points: [(0, value), (Double(count - 1), value)])
        }
        return [
            ReportFigure(
                name: "loss",
                chart: LineChart(
                    title: "Loss", summary: "Plain gradient descent, entries clipped at 0.02.",
                    xName: "Step", yName: "Mean squared distance (τ²)",
                    series: [series("Loss") { course.losses[$0] }], isLogarithmic: true)),
            ReportFigure(
                name: "spikes",
                chart: LineChart(
                    title: "The two spikes",
                    summary: "They come in from beyond the end of the trial at 10 without a jump.",
                    xName: "Step", yName: "Time (τ)",
                    series: [
                        series("Spike 1") { course.times[$0][0] },
                        series("Spike 2") { course.times[$0][1] },
                        level("Target 1", 2.5), level("Target 2", 7.5),
                        level("End of the trial", 10),
                    ], startsAtZero: true)),
            ReportFigure(
                name: "parameters",
                chart: LineChart(
                    title: "What is learned", summary: "Weights and times of two of 22 inputs.",
                    xName: "Step", yName: "Weight, or time (τ)",
                    series: ["Weight 1", "Weight 2", "Time 1", "Time 2"].enumerated().map {
                        index, name in series(name) { course.parameters[$0][index] }
                    })),
        ]
    }
}
