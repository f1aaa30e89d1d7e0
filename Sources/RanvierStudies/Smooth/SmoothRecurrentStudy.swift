import RanvierConfiguration
import RanvierExact
import RanvierLearning
import RanvierReports

/// `smooth/recurrent`: two neurons of a recurrent network learn spike trains.
struct SmoothRecurrentStudy: Study {
    let name = "smooth/recurrent"
    let title = "A recurrent network learns spike trains"
    let source = "Klos & Memmesheimer 2023, arXiv:2309.14523, Fig. 3 and supplement"

    /// Loss by step in runs of the published program: AdaBelief with the new mean and the previous one.
    private static let publishedLoss = [
        (0, 0.3619, 0.3619), (100, 0.0416, 0.0242), (1000, 8.5e-3, 5.0e-3),
        (5000, 1.0e-3, 7.0e-4), (9999, 8.0e-4, 4.7e-4),
    ]

    // Schedules of ours, beside the published one.
    private static let slower = "Previous mean, decay 5000 steps"
    private static let cosine = "New mean, 0.02, cosine"

    /// What a run left behind.
    private struct Course {
        var name: String
        var losses: [Double] = []
        var first: TrialOutcome<QIFNeuron>?
        var last: TrialOutcome<QIFNeuron>?

        var best: Double { losses.min() ?? .nan }
    }

    func run(_ context: StudyContext) throws -> StudyResult {
        let task = try self.task(seed: context.seeds.first)
        let steps = context.isQuick ? 1001 : task.steps
        let searchSteps = context.isQuick ? 100 : 20_000
        let count = task.problem.parameters.count
        func optimizer(
            _ belief: AdaBelief.Belief, rate: Double? = nil, beta2: Double = 0.999
        ) throws -> FlatAdaBelief {
            try FlatAdaBelief(
                parameterCount: count, learningRate: rate ?? task.learningRate, beta2: beta2,
                belief: belief)
        }
        let new = try train(
            task, .adaBelief(try optimizer(.newMean), task.schedule), steps,
            "AdaBelief, new mean", context, from: 0, to: 0.1)
        let previous = try train(
            task, .adaBelief(try optimizer(.previousMean), task.schedule), steps,
            "AdaBelief, previous mean", context, from: 0.1, to: 0.2)
        let slower = try train(
            task, .adaBelief(try optimizer(.previousMean), .exponential(decay: 5000)), steps,
            Self.slower, context, from: 0.2, to: 0.3)
        let cosine = try train(
            task,
            .adaBelief(try optimizer(.newMean, rate: 0.02), .cosine(steps: task.steps)), steps,
            Self.cosine, context, from: 0.3, to: 0.4)
        let search = try train(
            task,
            .lineSearch(try optimizer(.newMean, beta2: 0.99), try SpikeShiftLineSearch()),
            searchSteps, "Line search", context, from: 0.4, to: 1)
        let courses = [new, previous, slower, cosine, search]
        let isPublished = context.seeds.isEmpty
        var result = StudyResult(
            findings: findings(courses, isPublished: isPublished),
            comparisons: isPublished ? comparisons(courses, whole: !context.isQuick) : [])
        result.seeds = context.seeds
        result.tables = [table(courses)]
        result.figures = figures(courses, task)
        return result
    }

    private func task(seed: UInt64?) throws -> RecurrentTask {
        if let seed { return try RecurrentTask(seed: seed) }
        return try RecurrentTask(
            inputs: zip(PublishedDraws.recurrentTimes, PublishedDraws.recurrentInputs).map {
                InputSpike(time: $0, input: $1)
            }, targets: PublishedDraws.recurrentTargets)
    }

    private func train(
        _ task: RecurrentTask, _ rule: EventTrainer<QIFNeuron, SpikeTrainLoss>.Rule, _ steps: Int,
        _ name: String, _ context: StudyContext, from start: Double, to end: Double
    ) throws -> Course {
        var course = Course(name: name)
        var trainer = EventTrainer(task.problem, rule: rule)
        for step in 0..<steps {
            let outcome = try trainer.step()
            course.losses.append(outcome.loss)
            if step == 0 { course.first = outcome }
            guard step % 20 == 0 else { continue }
            try context.advance(
                to: start + (end - start) * Double(step) / Double(steps),
                "recurrent, \(name): step \(step), loss \(NumberText.significant(outcome.loss))")
        }
        course.last = try trainer.problem.outcome()
        try context.advance(
            to: end,
            "recurrent, \(name): loss \(NumberText.significant(course.losses.last ?? .nan)) after "
                + "\(steps) steps", isMilestone: true)
        return course
    }

    // MARK: - Numbers

    private func comparisons(
        _ courses: [Course], whole: Bool
    ) -> [StudyComparison] {
        let new = courses[0], previous = courses[1]
        let remark = "the published program, run again"
        func row(_ course: Course, _ step: Int, _ published: Double) -> StudyComparison {
            StudyComparison(
                "\(course.name): loss at step \(step == 9999 ? 10_000 : step)",
                published: .number(published),
                measured: step < course.losses.count ? .number(course.losses[step]) : .missing,
                remark: remark)
        }
        var all = Self.publishedLoss.map { row(new, $0.0, $0.1) }
        all += Self.publishedLoss.dropFirst().map { row(previous, $0.0, $0.2) }
        all += courses.dropFirst(2).map { course in
            let isPublished = course.name == courses.last?.name
            return StudyComparison(
                "\(course.name): loss at the end", published: .number(1.5e-4),
                measured: whole ? StudyValue(course.losses.last) : .missing,
                remark: "read off the published figure"
                    + (isPublished ? "" : ", which is of the line search"))
        }
        all.append(
            StudyComparison(
                "Spikes of the network before", published: .count(22),
                measured: Self.spikes(new.first), remark: remark))
        all.append(
            StudyComparison(
                "Spikes of the network after", published: .count(29),
                measured: whole ? Self.spikes(new.last) : .missing, remark: remark))
        return all
    }

    private static func spikes(_ outcome: TrialOutcome<QIFNeuron>?) -> StudyValue {
        outcome.map { .count($0.record.events.count { !$0.isInput }) } ?? .missing
    }

    private func table(_ courses: [Course]) -> StudyTable {
        StudyTable(
            name: "optimizers", caption: "Ways to step",
            columns: [
                "Optimiser", "Steps", "Loss at the start", "Loss at the end", "Least loss",
                "Spikes before", "Spikes after",
            ],
            rows: courses.map {
                [
                    .text($0.name), .count($0.losses.count), StudyValue($0.losses.first),
                    StudyValue($0.last?.loss), .number($0.best), Self.spikes($0.first),
                    Self.spikes($0.last),
                ]
            })
    }

    private func findings(_ courses: [Course], isPublished: Bool) -> [String] {
        let ends = courses.map {
            "\(NumberText.significant($0.last?.loss ?? .nan)) with \($0.name) "
                + "after \(NumberText.count($0.losses.count)) steps"
        }
        let same =
            isPublished
            ? "Inputs and targets are the published ones."
            : "Inputs and targets are drawn from the seed, so there are no published numbers."
        return ["The loss ends at \(ends.joined(separator: ", ")).", same]
    }

    // MARK: - Figures

    private func figures(_ courses: [Course], _ task: RecurrentTask) -> [ReportFigure] {
        var figures = [
            ReportFigure(
                name: "loss",
                chart: LineChart(
                    title: "Loss", summary: "Normalised squared distance from the target trains.",
                    xName: "Step", yName: "Loss",
                    series: courses.map { course in
                        let stride = max(course.losses.count / 600, 1)
                        return LineChart.Series(
                            name: course.name,
                            points: Swift.stride(from: 0, to: course.losses.count, by: stride).map {
                                (Double($0), course.losses[$0])
                            })
                    }, isLogarithmic: true))
        ]
        let course = courses[0]
        for (name, outcome) in [("before", course.first), ("after", course.last)] {
            guard let outcome else { continue }
            figures.append(
                ReportFigure(
                    name: "spikes-\(name)",
                    chart: raster(outcome, task, "Spikes \(name) training")))
        }
        return figures
    }

    /// With τ = 10 ms, as the publication draws it.
    private func raster(
        _ outcome: TrialOutcome<QIFNeuron>, _ task: RecurrentTask, _ title: String
    ) -> SpikeRaster {
        let timeConstant = 10e-3, timeStep = 0.1e-3
        func step(_ time: Double) -> Int { Int(time * timeConstant / timeStep) }
        let steps = step(outcome.record.trial)
        let spikes = outcome.record.events.filter { !$0.isInput }.map {
            LayerRaster.Spike(step: step($0.time), neuron: $0.index)
        }
        let loss = task.problem.loss
        let targets = zip(loss.requests, loss.targets).filter { $0.1 < outcome.record.trial }.map {
            LayerRaster.Spike(step: step($0.1), neuron: $0.0.neuron)
        }
        return SpikeRaster(
            title: title,
            summary: "Above what neurons 0 and 1 shall do, below what all neurons do (τ = 10 ms).",
            layers: [
                LayerRaster(
                    name: "Targets", neurons: 2, steps: steps, timeStep: timeStep,
                    spikes: targets),
                LayerRaster(
                    name: "Network", neurons: task.problem.network.neuronCount, steps: steps,
                    timeStep: timeStep, spikes: spikes),
            ])
    }
}
