import ArgumentParser
import Foundation
import RanvierWorkbench

extension Parts {
    /// Everything that ships, and what this folder adds: what another package's command is put together from.
    static let extended: Parts = {
        var parts = Parts.standard
        parts.registry.add(MethodKind(PerturbationConfiguration.self))
        parts.registry.add(LayerKind(Gain.self))
        parts.registry.add(LayerKind(neuron: TiringNeuron.self))
        parts.registry.add(EncoderKind(CrossingEncoder.self))
        parts.registry.add(LossKind(MarginLoss.self))
        parts.registry.add(OptimizerKind(SignChoice.self))
        parts.registry.add(MeasureKind(WorstClassRecall.self))
        parts.registry.add(DataSourceKind(CloudSource.self))
        parts.studies.append(CoinStudy())
        parts.reportSections.append(RecallSection())
        return parts
    }()
}

/// `outside/coin`: a fair coin, thrown by the generator of random numbers.
struct CoinStudy: Study {
    let name = "outside/coin"
    let title = "A fair coin"
    let source = "Bernoulli 1713, part 4"

    func run(_ context: StudyContext) throws -> StudyResult {
        let seeds = context.seeds.isEmpty ? [0, 1] : context.seeds
        let throwsOfOne = context.isQuick ? 100 : 1000
        var shares: [Double] = []
        for (index, seed) in seeds.enumerated() {
            try context.events.cancellation.check()
            let words = RandomStream(seed: seed, name: "coin").words(count: throwsOfOne)
            shares.append(Double(words.count { $0 & 1 == 0 }) / Double(throwsOfOne))
            context.events.progress(
                .init(
                    fraction: Double(index + 1) / Double(seeds.count), message: "seed \(seed)",
                    isMilestone: true))
        }
        let mean = shares.reduce(0, +) / Double(shares.count)
        var result = StudyResult(
            findings: ["Of \(throwsOfOne) throws about half were heads."],
            comparisons: [
                StudyComparison("share of heads", published: .number(0.5), measured: .number(mean))
            ])
        result.tables = [
            StudyTable(
                name: "throws", caption: "Heads by seed.", columns: ["seed", "share"],
                rows: zip(seeds, shares).map { [.count(Int($0)), .number($1)] })
        ]
        result.figures = [
            ReportFigure(
                name: "heads",
                chart: BarChart(
                    title: "Heads", categories: seeds.map { "seed \($0)" }, valueName: "share",
                    series: [.init(name: "heads", values: shares)]))
        ]
        result.seeds = seeds
        return result
    }
}

/// Which class is recognised worst, in words and bars.
struct RecallSection: ReportSection {
    static let heading = "Who is served worst"

    func write(_ content: ReportContent, on page: inout HTMLWriter) {
        guard let worst = content.result.measures[WorstClassRecall.kind] else { return }
        page.section(Self.heading, lead: "At worst, \(worst.text) of a class are recognised.") {
            for figure in figures(of: content) { $0.figure(figure.chart) }
        }
    }

    func figures(of content: ReportContent) -> [ReportFigure] {
        guard let confusion = content.confusion else { return [] }
        return [
            ReportFigure(
                name: "recalls",
                chart: BarChart(
                    title: "Recall", categories: content.classNames, valueName: "share",
                    series: [.init(name: "recall", values: confusion.recalls)]))
        ]
    }
}

/// `layers RUN FILE`: writes the kinds of the layers of a stored network into a file.
struct LayersVerb: Verb {
    static let configuration = CommandConfiguration(
        commandName: "layers", abstract: "List the layers of a stored network.")

    @Argument(help: "The run's folder.")
    var run: String

    @Argument(help: "The file that is written.")
    var file: String

    func run(in workbench: Workbench) throws {
        let registry = workbench.parts.registry
        let folder = try workbench.runFolder(run, output: Workbench.defaultOutput)
        let network = try Model.load(folder, registry: registry).networkDescription
        let layers = try ClockedDescription(network, in: registry, at: run).layers
        try Data(layers.map(\.kind).joined(separator: "\n").utf8).write(to: URL(filePath: file))
    }
}
