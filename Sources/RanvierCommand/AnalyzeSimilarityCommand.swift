import ArgumentParser
import Foundation
import RanvierAnalysis
import RanvierExperiments

/// `ranvier analyze cka RUN RUN`.
struct AnalyzeSimilarityCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "cka",
        abstract: "Compare the layers of two stored networks, all with all.",
        discussion: """
            Both networks answer to the same test samples, whatever way they learned; centred kernel \
            alignment says how alike two layers' answers are, from 0 to 1. Layers are matched by name, or \
            by place if no names are shared. Beside it stand the Procrustes similarity, a linear \
            readout from each layer, and how much a layer changes over time. Writes heatmap.csv, \
            curve.csv, time.csv, figures and a page.

            EXAMPLES
              ranvier analyze cka runs/digits-0 runs/exact-digits-0
              ranvier analyze cka runs/snn-0 runs/ann-0 --ceiling runs/snn-1 --time mean --json
            """)

    @Argument(help: "Run whose layers are the rows: folder, or name in the index.")
    var first: String

    @Argument(help: "Run whose layers are the columns.")
    var second: String

    @Option(help: "A run like the first from another seed, to give the scale.")
    var ceiling: String?

    @Flag(name: .customLong("no-floor"), help: "Leave out the untrained network.")
    var noFloor = false

    @Option(help: ArgumentHelp("Samples of a batch.", valueName: "count"))
    var samples = 1024

    @Option(help: ArgumentHelp("Batches.", valueName: "count"))
    var batches = 2

    @Option(
        help: ArgumentHelp(
            "Features of a sequence: concatenate, mean, or the number of a step from 0.",
            valueName: "mode"))
    var time = "concatenate"

    @Option(
        help: ArgumentHelp(
            "Use a Gaussian kernel, as wide as this multiple of the median distance.",
            valueName: "multiple"))
    var bandwidth: Double?

    @Flag(help: "Use the biased estimate.")
    var biased = false

    @Option(
        help: ArgumentHelp("The folder for tables, figures and page.", valueName: "folder"),
        completion: .directory)
    var output = "analysis/cka"

    @Option(
        name: .customLong("runs"),
        help: ArgumentHelp("The folder of runs and their index.", valueName: "folder"),
        completion: .directory)
    var runs = "runs"

    @Option(
        help: ArgumentHelp(
            "A data set by name, or a labelled CSV file, that both answer to; the runs' own test data if left out.",
            valueName: "name-or-file"))
    var data: String?

    @OptionGroup var places: DataOptions
    @OptionGroup var threads: ThreadOptions
    @OptionGroup var display: DisplayOptions

    func validate() throws {
        try IntegerOption.check("--samples", samples, from: 4)
        try IntegerOption.check("--batches", batches)
        if let bandwidth, !(1e-30...1e30).contains(bandwidth) {
            throw ValidationError(
                "--bandwidth: expected a positive number up to 1e30, found '\(bandwidth)'")
        }
        if timeMode == nil {
            throw ValidationError(
                "--time: expected 'concatenate', 'mean' or the number of a step, found '\(time)'")
        }
    }

    private var timeMode: TimeMode? {
        switch time {
        case "concatenate": .concatenate
        case "mean": .mean
        default: Int(time).flatMap { $0 >= 0 ? .perStep($0) : nil }
        }
    }

    func run(in workbench: Workbench) throws {
        let terminal = display.terminal
        terminal.stopOnInterrupt("stopping; press Ctrl-C again to stop at once")
        let folder = URL(filePath: runs, directoryHint: .isDirectory)
        try terminal.finish {
            var request = SimilarityRequest(
                first: try workbench.runFolder(first, output: folder),
                second: try workbench.runFolder(second, output: folder))
            request.ceiling = try ceiling.map { try workbench.runFolder($0, output: folder) }
            request.hasFloor = !noFloor
            request.batchSize = samples
            request.batches = batches
            if let timeMode { request.settings.time = timeMode }
            if let bandwidth { request.settings.kernel = .radialBasis(bandwidth: bandwidth) }
            if biased { request.settings.estimator = .biased }
            request.output = URL(filePath: output, directoryHint: .isDirectory)
            request.data = data
            request.dataDirectory = places.dataDirectory
            request.threads = threads.threads
            request.command = CommandLine.arguments
            return try workbench.analyzeSimilarity(request, events: terminal.events)
        }
    }
}
