import Foundation
import RanvierConfiguration
import RanvierData
import RanvierExact
import RanvierReports

/// `smooth/mnist`: a deep network of theta neurons that starts silent learns handwritten digits.
struct SmoothMNISTStudy: Study {
    let name = "smooth/mnist"
    let title = "A silent deep network learns handwritten digits"
    let source = "Klos & Memmesheimer 2023, arXiv:2309.14523, Fig. 4"

    func run(_ context: StudyContext) throws -> StudyResult {
        let mnist = try MNIST(
            directory: DataDirectory.locate(explicit: context.dataDirectory))
        var schedule = ThetaSchedule()
        var training = mnist.train
        if context.isQuick {
            schedule.epochs = 8
            schedule.batchSize = 200
            training = training.prefix(20_000)
        }
        try context.advance(to: 0, "mnist: reading pixels")
        let code = try LatencyCode(trial: 2)
        let batches = (
            training: try ThetaBatch(training, code: code),
            test: try ThetaBatch(mnist.test, code: code)
        )
        let seeds = context.seeds.isEmpty ? (context.isQuick ? [1] : [1, 2, 3]) : context.seeds
        var courses: [SmoothMNISTCourse] = []
        for (index, seed) in seeds.enumerated() {
            schedule.seed = seed
            courses.append(
                try SmoothMNISTCourse(
                    schedule, code: code, training: batches.training, test: batches.test
                ) { epoch, line in
                    let done = Double(index) + Double(epoch) / Double(schedule.epochs)
                    try context.advance(
                        to: done / Double(seeds.count), "mnist, seed \(seed): \(line)",
                        isMilestone: true)
                })
        }
        var result = StudyResult(
            findings: findings(courses, schedule, samples: batches.training.count),
            comparisons: comparisons(courses))
        result.seeds = seeds
        result.tables = [table(courses, seeds)]
        result.figures = figures(courses[0])
        return result
    }

    // MARK: - Numbers

    private static let published: [(name: String, before: StudyValue, after: StudyValue)] = [
        ("Accuracy with pseudospikes", .spread(0.104, 0.007), .spread(0.976, 0.001)),
        ("Accuracy, ordinary spikes only", .number(0.098), .spread(0.973, 0.001)),
        ("Hidden spikes per neuron and image", .number(0), .spread(0.417, 0.012)),
        ("The same until the first output spike", .number(0), .spread(0.317, 0.010)),
        ("Loss with pseudospikes", .number(2.344), .spread(0.139, 0.007)),
        ("Loss, ordinary spikes only", .number(2.320), .spread(1.684, 0.008)),
        ("Share of silent hidden neurons", .spread(0.997, 0.003), .number(0)),
    ]

    private func comparisons(_ courses: [SmoothMNISTCourse]) -> [StudyComparison] {
        let before = courses.map(\.before.quantities), after = courses.map { $0.after.quantities }
        return Self.published.enumerated().flatMap { index, row in
            [
                StudyComparison(
                    "\(row.name), before", published: row.before,
                    measured: Self.summary(before.map { $0[index] }),
                    remark: "mean ± deviation of 10 networks"),
                StudyComparison(
                    "\(row.name), after", published: row.after,
                    measured: Self.summary(after.map { $0[index] }),
                    remark: "mean ± deviation of 10 networks"),
            ]
        }
    }

    private static func summary(_ values: [Double]) -> StudyValue {
        let mean = values.reduce(0, +) / Double(values.count)
        guard values.count > 1 else { return .number(mean) }
        let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        return .spread(mean, (squares / Double(values.count - 1)).squareRoot())
    }

    private func table(_ courses: [SmoothMNISTCourse], _ seeds: [UInt64]) -> StudyTable {
        StudyTable(
            name: "seeds", caption: "Each network after training",
            columns: [
                "Seed", "Accuracy", "Ordinary only", "Loss", "Hidden spikes", "Training (s)",
            ],
            rows: zip(seeds, courses).map { seed, course in
                let values = course.after.quantities
                return [
                    .count(Int(seed)), .number(values[0]), .number(values[1]),
                    .number(values[4]), .number(values[2]), .number(course.trainingSeconds),
                ]
            })
    }

    private func findings(
        _ courses: [SmoothMNISTCourse], _ schedule: ThetaSchedule, samples: Int
    ) -> [String] {
        let after = courses.map { $0.after.quantities }
        let accuracy = Self.summary(after.map { 100 * $0[0] }).text
        let ordinary = Self.summary(after.map { 100 * $0[1] }).text
        let seconds = courses.map(\.trainingSeconds).reduce(0, +) / Double(courses.count)
        return [
            "784-100-100-10 theta neurons, \(schedule.epochs) epochs of \(NumberText.count(samples)) "
                + "images: test accuracy \(accuracy) % with pseudospikes, \(ordinary) % with ordinary "
                + "spikes only.",
            "A training took \(NumberText.seconds(seconds)), without the evaluations.",
        ]
    }

    // MARK: - Figures

    private func figures(_ course: SmoothMNISTCourse) -> [ReportFigure] {
        func series(_ name: String, _ value: ([Double]) -> Double) -> LineChart.Series {
            LineChart.Series(
                name: name,
                points: course.tests.enumerated().map { (Double($0), value($1.quantities)) })
        }
        return [
            ReportFigure(
                name: "error",
                chart: LineChart(
                    title: "Test error over training", summary: "Epoch 0 is before training.",
                    xName: "Epoch", yName: "Share of images named wrongly",
                    series: [
                        series("With pseudospikes") { 1 - $0[0] },
                        series("Ordinary spikes only") { 1 - $0[1] },
                    ], isLogarithmic: true, hasWholeSteps: true)),
            ReportFigure(
                name: "activity",
                chart: LineChart(
                    title: "Spikes appear",
                    summary: "Nearly all hidden neurons are silent at first.", xName: "Epoch",
                    yName: "Per neuron and image, or share",
                    series: [
                        series("Hidden spikes") { $0[2] },
                        series("Until the first output spike") { $0[3] },
                        series("Silent hidden neurons") { $0[6] },
                    ], hasWholeSteps: true, startsAtZero: true)),
        ]
    }
}
