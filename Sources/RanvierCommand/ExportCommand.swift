import ArgumentParser
import Foundation
import RanvierCompression
import RanvierDeployment
import RanvierExperiments

/// `ranvier export RUN --target c --output DIR`.
struct ExportCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write a stored network as integers for a device: C source, a page, or a model.",
        discussion: """
            Targets: c (C99 source without dependencies, with a self test, boards and a Makefile), wasm (a page \
            that runs the network in a browser), integer (a stored model that every verb opens).

            What the network has not gone through yet is done and told: weights are rounded to 8 bits after \
            training, scales and normalisations fold into thresholds, leaks become shifts where they are one. \
            With --check the export is compiled and run here and on emulated boards, and its scores are \
            compared word for word; a missing tool is named with its package.

            EXAMPLES
              ranvier export runs/digits-0 --target c --output digits-c --check
              ranvier export runs/tiny-mnist --target c --output tiny --name tiny --check
              ranvier export runs/digits-0 --target c --output digits-c --learn inputs last-layer --check
              ranvier export runs/digits-0 --target wasm --output digits-page
            """)

    @Argument(
        help: ArgumentHelp(
            "The run: its folder, or its name or number in the index.", valueName: "run"),
        completion: .directory)
    var runName: String

    @Option(help: ArgumentHelp("What is written: c, wasm or integer.", valueName: "word"))
    var target: ExportRequest.Target

    @Option(
        help: ArgumentHelp("The folder that is written.", valueName: "folder"),
        completion: .directory)
    var output: String

    @Flag(help: "Compile the export, run it here and on emulated boards, and compare.")
    var check = false

    @Option(
        help: ArgumentHelp("What C files and functions begin with.", valueName: "word"))
    var name = "net"

    @Option(
        help: ArgumentHelp(
            "Bits of weights that are not quantised yet, 2 to 8 (8 if not given).",
            valueName: "count"))
    var bits: Int?

    @Option(
        help: ArgumentHelp(
            "Bits of the numbers that come in, 2 to 16 (8 if not given).", valueName: "count"))
    var inputBits: Int?

    @Option(
        help: ArgumentHelp(
            "What becomes of leaks: exact, multiply or nearest-shift; the first that can be, if not given.",
            valueName: "word"))
    var leak: WholeNumberFolding.LeakRule?

    @Option(
        help: ArgumentHelp(
            "Bits below one unit of a weight for biases and thresholds, 0 to 4.",
            valueName: "count"))
    var fractionBits: Int?

    @Option(
        help: ArgumentHelp(
            "Bits of a membrane, 8 to 32, beyond which it is held; as many as never are if not given.",
            valueName: "count"))
    var stateBits: Int?

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp(
            "What the device goes on learning, one or several: inputs (it follows their mean and size, without labels), last-layer (its weights learn from labels), thresholds (they follow firing rates, without labels); nothing if not given.",
            valueName: "words"))
    var learn: [ExportRequest.Learning] = []

    @Option(
        help: ArgumentHelp("What the C source is good at: size or speed.", valueName: "word"))
    var goal: CExportOptions.Goal = .size

    @Option(
        help: ArgumentHelp(
            "The order of the C source: automatic, step-by-step or layer-by-layer.",
            valueName: "word"))
    var schedule: CExportOptions.Schedule = .automatic

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp(
            "Processors that --check runs on: host, host-clang, cortex-m0, cortex-m3, cortex-m4, cortex-m7, cortex-m33, riscv32.",
            valueName: "words"))
    var processors: [CTarget] = []

    @Option(help: ArgumentHelp("Most test samples that --check compares.", valueName: "count"))
    var samples = 1000

    @Flag(help: "Replace an export that is there.")
    var overwrite = false

    @OptionGroup var data: DataOptions
    @OptionGroup var threads: ThreadOptions
    @OptionGroup var display: DisplayOptions

    func validate() throws {
        try IntegerOption.check("--bits", bits, from: 2, to: 8)
        try IntegerOption.check("--input-bits", inputBits, from: 2, to: 16)
        try IntegerOption.check("--fraction-bits", fractionBits, from: 0, to: 4)
        try IntegerOption.check("--state-bits", stateBits, from: 8, to: 32)
        try IntegerOption.check("--samples", samples, from: 1, to: 1_000_000)
        guard check || processors.isEmpty else {
            throw ValidationError("--processors: has no effect without --check")
        }
        guard Set(learn).count == learn.count else {
            throw ValidationError("--learn: expected each word once, found one twice")
        }
        let inside = learn.filter { $0 != .inputs }
        guard schedule != .layerByLayer || inside.isEmpty else {
            throw ValidationError(
                "--learn \(inside[0].rawValue): needs the order step-by-step, found --schedule layer-by-layer"
            )
        }
        guard target == .c || learn.isEmpty else {
            throw ValidationError("--learn: has an effect for the target 'c' alone")
        }
        guard target == .integer, check else { return }
        throw ValidationError(
            "--check: nothing is compiled for the target 'integer'; take c or wasm")
    }

    func run(in workbench: Workbench) throws {
        let terminal = display.terminal
        try terminal.finish {
            var request = ExportRequest(
                run: try workbench.runFolder(runName, output: Workbench.defaultOutput),
                target: target, output: URL(filePath: output, directoryHint: .isDirectory))
            request.checks = check
            request.name = name
            request.preparation.bits = bits
            request.preparation.inputBits = inputBits
            request.preparation.leak = leak
            request.preparation.fractionBits = fractionBits
            request.preparation.stateBits = stateBits
            (request.options.goal, request.options.schedule) = (goal, schedule)
            request.processors = processors.isEmpty ? nil : processors
            request.samples = samples
            request.learning = Set(learn)
            request.overwrite = overwrite
            request.dataDirectory = data.dataDirectory
            request.threads = threads.threads
            return try workbench.export(request, events: terminal.events)
        }
    }
}

extension ExportRequest.Target: ExpressibleByArgument {}
extension ExportRequest.Learning: ExpressibleByArgument {}
extension WholeNumberFolding.LeakRule: ExpressibleByArgument {}
extension CExportOptions.Goal: ExpressibleByArgument {}
extension CExportOptions.Schedule: ExpressibleByArgument {}
extension CTarget: ExpressibleByArgument {}
