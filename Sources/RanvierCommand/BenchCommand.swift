import ArgumentParser
import Foundation
import RanvierAnalysis
import RanvierBench
import RanvierExperiments

/// `ranvier bench WORKLOAD`.
struct BenchCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "Time one of the published workloads.",
        discussion: """
            Beside the times stands the floor: the operations that cannot be done without, over what \
            one core of this machine was just measured to do.

            WORKLOADS
            \(Workloads.all.map { "  \($0.name)  \($0.summary)" }.joined(separator: "\n"))

            EXAMPLES
              ranvier bench exact-ttfs
              ranvier bench W1 --n 512 --density 0.05
              ranvier bench exact-ttfs --precision float64 --forward-only --json
            """)

    @Argument(
        help: "The workload.", completion: .list(Workloads.all.map(\.name)))
    var workload: String

    @Option(
        help: ArgumentHelp(
            "Samples in a batch; the published number if not given.", valueName: "count"))
    var batch: Int?

    @Option(
        name: .customLong("n"),
        help: ArgumentHelp(
            "Width of the layer, for W1, 512 if not given; depth of the networks, for cka, 20 if "
                + "not given.", valueName: "count"))
    var size: Int?

    @Option(
        help: ArgumentHelp(
            "Share of ones in a binary input, for W1; numbers if not given.", valueName: "share"))
    var density: Double?

    @Option(help: "Number format of the arithmetic: float32 or float64.")
    var precision = NumberPrecision.float32

    @Flag(help: "Leave out gradient and update.")
    var forwardOnly = false

    @Option(help: "Activity of the network: active, as after training, or init, as before.")
    var activity = BenchRequest.Activity.active

    @Option(help: ArgumentHelp("How many runs to time.", valueName: "count"))
    var runs: Int?

    @Option(
        help: ArgumentHelp(
            "Write first weights, input and the losses of --steps training steps to a safetensors file.",
            valueName: "file"))
    var trace: String?

    @Option(help: ArgumentHelp("Training steps of --trace.", valueName: "count"))
    var steps = 20

    @OptionGroup var threads: ThreadOptions
    @OptionGroup var display: DisplayOptions

    func validate() throws {
        try IntegerOption.check("--batch", batch, to: 1 << 20)
        try IntegerOption.check("--runs", runs, to: 1 << 20)
        try IntegerOption.check("--n", size, to: 1 << 14)
        try IntegerOption.check("--steps", steps, to: 1 << 20)
        if let density, !(0...1).contains(density) {
            throw ValidationError("--density: expected a share from 0 to 1, found '\(density)'")
        }
    }

    func run(in workbench: Workbench) throws {
        let terminal = display.terminal
        var request = BenchRequest(workload: workload)
        request.batch = batch
        request.size = size
        request.density = density
        request.precision = precision
        request.forwardOnly = forwardOnly
        request.activity = activity
        request.threads = threads.threads
        request.runs = runs
        request.trace = trace.map { URL(filePath: $0) }
        request.traceSteps = steps
        try terminal.finish { try workbench.bench(request, events: terminal.events) }
    }
}

extension NumberPrecision: ExpressibleByArgument {}
extension BenchRequest.Activity: ExpressibleByArgument {}
