import ArgumentParser
import Foundation
import RanvierExperiments

/// `ranvier predict RUN DATA`.
struct PredictCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "predict",
        abstract: "Answer new rows with the network of a run.",
        discussion: """
            Writes a line for each row of a CSV file of numbers: class or value, how sure the network \
            is, and whether that is below what is asked for. The run's folder is enough; its data are \
            not needed. Columns are taken by their names where the run knows them, else in order. Rows \
            are answered as they are read, so a table may be larger than memory.

            With --error, the confidence below which an answer is unsure is chosen on the validation \
            samples of the run, so that among the others at most that share is wrong (with a \
            confidence of 90 %).

            EXAMPLES
              ranvier predict runs/line-0 new.csv --error 0.02 -o answers.csv
              ranvier predict runs/iris-0 new.csv
              ranvier predict iris-0 new.csv --probabilities > answers.csv
              ranvier predict iris-0 new.csv --json
            """)

    @Argument(
        help: ArgumentHelp(
            "The run: its folder, or its name or number in the index.", valueName: "run"),
        completion: .directory)
    var runName: String

    @Argument(help: "The rows: a CSV file of numbers.", completion: .file(extensions: ["csv"]))
    var data: String

    @Flag(help: "Tell the probability of every class.")
    var probabilities = false

    @Option(
        help: ArgumentHelp(
            "Call an answer unsure if its probability is below this; 0.5 if not given.",
            valueName: "share"))
    var leastConfidence: Double?

    @Option(
        help: ArgumentHelp(
            "Call answers unsure so that at most this share of the others is wrong.",
            valueName: "share"))
    var error: Double?

    @Option(
        name: [.customShort("o"), .customLong("to")],
        help: ArgumentHelp(
            "Write the answers to this file, which appears when it is whole.", valueName: "file"),
        completion: .file())
    var file: String?

    @OptionGroup var output: OutputOptions
    @OptionGroup var threads: ThreadOptions
    @OptionGroup var display: DisplayOptions

    func validate() throws {
        if let leastConfidence, !(0...1).contains(leastConfidence) {
            throw ValidationError(
                "--least-confidence: expected a share from 0 to 1, found '\(leastConfidence)'")
        }
        if let error, !(error > 0 && error < 1) {
            throw ValidationError("--error: expected a share between 0 and 1, found '\(error)'")
        }
        if error != nil, leastConfidence != nil {
            throw ValidationError(
                "--error and --least-confidence: expected one of them, found both")
        }
    }

    func run(in workbench: Workbench) throws {
        let terminal = display.terminal
        terminal.stopOnInterrupt("stopping after these rows; press Ctrl-C again to stop at once")
        var request = PredictRequest(
            run: try workbench.runFolder(runName, output: output.folder), data: URL(filePath: data))
        request.showsProbabilities = probabilities
        request.leastConfidence = leastConfidence ?? request.leastConfidence
        request.errorRate = error
        request.threads = threads.threads
        let lines = try LineWriter(to: file.map { URL(filePath: $0) })
        var isFirst = true
        try workbench.predict(request, events: terminal.events) { row in
            if display.json {
                try lines.write(try row.json())
            } else {
                if isFirst { try lines.write(row.csvHeader) }
                try lines.write(row.csv)
            }
            isFirst = false
        }
        try lines.finish()
        if let file { terminal.note("answers: \(file)") }
    }
}
