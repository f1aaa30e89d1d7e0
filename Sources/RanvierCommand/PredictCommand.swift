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
            not needed. Columns are taken by their names where the run knows them, else in order.

            EXAMPLES
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
            "Call an answer unsure if its probability is below this.", valueName: "share"))
    var leastConfidence = 0.5

    @OptionGroup var output: OutputOptions
    @OptionGroup var threads: ThreadOptions
    @OptionGroup var display: DisplayOptions

    func validate() throws {
        if !(0...1).contains(leastConfidence) {
            throw ValidationError(
                "--least-confidence: expected a share from 0 to 1, found '\(leastConfidence)'")
        }
    }

    func run(in workbench: Workbench) throws {
        let terminal = display.terminal
        try terminal.finish {
            var request = PredictRequest(
                run: try workbench.runFolder(runName, output: output.folder),
                data: URL(filePath: data))
            request.showsProbabilities = probabilities
            request.leastConfidence = leastConfidence
            request.threads = threads.threads
            return try workbench.predict(request, events: terminal.events)
        }
    }
}
