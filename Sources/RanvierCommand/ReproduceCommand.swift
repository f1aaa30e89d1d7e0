import ArgumentParser
import Foundation
import RanvierExperiments
import RanvierStudies

/// `ranvier reproduce STUDY`.
struct ReproduceCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "reproduce",
        abstract: "Do one of the published studies again.",
        discussion: """
            Writes tables, figures and a page into a folder of the study's name, with the published \
            numbers beside the measured ones.

            EXAMPLES
              ranvier reproduce --list
              ranvier reproduce smooth/single-neuron
              ranvier reproduce smooth/mnist --quick --data-directory ~/data
              ranvier reproduce smooth/mnist --seeds 1 2 3 --output out --json
              ranvier reproduce cka/residual --quick
              ranvier reproduce cka/depth --epochs 20 --settings ResNet-20 ResNet-38
            """)

    @Argument(
        help: "The study; --list names them.", completion: .list(Studies.all.map(\.name)))
    var study: String?

    @Flag(help: "List the studies there are.")
    var list = false

    @Flag(
        help: "Do less than was published: in under a minute, or ten where networks are trained.")
    var quick = false

    @Flag(
        help:
            "Attack as the published code does: no clamp, sizes in scaled units, batch statistics.")
    var publishedAttack = false

    @Option(help: ArgumentHelp("Use this seed, not the study's own choice.", valueName: "number"))
    var seed: Int?

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp("Use these seeds, not the study's own choice.", valueName: "number"))
    var seeds: [Int] = []

    @Option(
        help: ArgumentHelp(
            "Train for this many passes over the data, in studies that compare networks.",
            valueName: "count"))
    var epochs: Int?

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp(
            "Compare only these settings of a sweep, by the labels of its tables.",
            valueName: "label"))
    var settings: [String] = []

    @Option(
        help: ArgumentHelp("The folder that holds the studies' folders.", valueName: "folder"),
        completion: .directory)
    var output = "reproduced"

    @OptionGroup var data: DataOptions
    @OptionGroup var threads: ThreadOptions
    @OptionGroup var display: DisplayOptions

    func validate() throws {
        if !list, study == nil {
            throw ValidationError(
                "expected the name of a study, found none; `ranvier reproduce --list` names them")
        }
        if seed != nil, !seeds.isEmpty {
            throw ValidationError("--seed and --seeds: expected one of them, found both")
        }
        if let negative = ([seed].compactMap(\.self) + seeds).first(where: { $0 < 0 }) {
            throw ValidationError("--seeds: expected integers of at least 0, found '\(negative)'")
        }
        try IntegerOption.check("--epochs", epochs)
    }

    func run(in workbench: Workbench) throws {
        let terminal = display.terminal
        guard let study, !list else {
            return try terminal.finish { workbench.listStudies() }
        }
        terminal.stopOnInterrupt("stopping after this step; press Ctrl-C again to stop at once")
        var request = ReproduceRequest(study: study)
        request.isQuick = quick
        request.usesPublishedAttack = publishedAttack
        request.seeds = ([seed].compactMap(\.self) + seeds).map { UInt64($0) }
        request.epochs = epochs
        request.settings = settings
        request.output = URL(filePath: output, directoryHint: .isDirectory)
        request.dataDirectory = data.dataDirectory
        request.threads = threads.threads
        request.command = CommandLine.arguments
        try terminal.finish { try workbench.reproduce(request, events: terminal.events) }
    }
}
