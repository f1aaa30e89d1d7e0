import ArgumentParser
import Foundation
import RanvierAlignment
import RanvierData
import RanvierExperiments

/// `ranvier adapt RUN DATA`.
struct AdaptCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "adapt",
        abstract: "Go on with a stored network on data that have drifted, by a local rule.",
        discussion: """
            Takes the samples one by one, as a device would. Without labels, inputs follow mean and spread of \
            the sensors back to what they were (any network; a channel that is not there any more is told), \
            and with --thresholds firing rates go back as well. With labels a local rule teaches besides: \
            delta (the last layer, from the trace of its inputs), fa, dfa, sal and others that hand errors \
            down by feedback weights of their own. No errors go through transposed weights, unless the rule \
            is one that does.

            A part of labelled data is held out, and old data are looked at, too: those of the run itself, or \
            --keep. Where accuracy on either falls by more than --tolerance, the last good state comes back \
            and the step is halved. The run itself stays as it is; the result is a run of its own, whose \
            report shows what was gained and kept over time.

            EXAMPLES
              ranvier adapt runs/line-0 july.csv
              ranvier adapt runs/line-0 july.csv --no-labels --reference june.csv
              ranvier adapt runs/line-0 july.csv --rule fa --rate 0.01 --keep june.csv --rehearsal 32
              ranvier adapt runs/digits-0 --drift gain=0.6,offset=0.15,missing=3
            """)

    @Argument(
        help: ArgumentHelp(
            "The run: its folder, or its name or number in the index.", valueName: "run"),
        completion: .directory)
    var runName: String

    @Argument(
        help: ArgumentHelp(
            "New samples: a table, or the test part of a data set by name; the run's own with --drift.",
            valueName: "data"),
        completion: .file(extensions: ["csv"]))
    var data: String?

    @Option(
        help: ArgumentHelp(
            "Let the data drift first, to try it out: gain=0.6,offset=0.15,missing=3,ramp=100 (channels from 0).",
            valueName: "drift"))
    var drift: String?

    @Option(
        help: ArgumentHelp(
            "How labels teach: delta, fa, sal or another local rule, or none; delta if not given, where there are labels and the network has a clock.",
            valueName: "word"))
    var rule: String?

    @Flag(
        inversion: .prefixedNo,
        help: "Whether labels of the data are looked at; where they are there, if not given.")
    var labels: Bool?

    @Option(
        help: ArgumentHelp(
            "The column of labels or values, if not that of the run.", valueName: "column"))
    var target: String?

    @Option(
        help: ArgumentHelp(
            "Old labelled samples that are to be kept: a table or a data set; the run's own test data if not given.",
            valueName: "data"))
    var keep: String?

    @Option(
        help: ArgumentHelp(
            "Samples as inputs were when the network learned; the run's own training data, or what its scaling knows, if not given.",
            valueName: "data"))
    var reference: String?

    @Flag(
        inversion: .prefixedNo, help: "Whether inputs follow mean and spread of the sensors.")
    var inputs = true

    @Flag(help: "Let thresholds follow firing rates.")
    var thresholds = false

    @Option(help: ArgumentHelp("Samples over which running means reach.", valueName: "count"))
    var window = Adaptation().window

    @Option(help: ArgumentHelp("Step of the rule.", valueName: "number"))
    var rate: Double?

    @Option(
        help: ArgumentHelp(
            "Share by which weights go back to what they were at each lesson.", valueName: "share"))
    var decay: Double?

    @Option(
        help: ArgumentHelp(
            "Probability of the right class from which on a sample teaches nothing.",
            valueName: "share"))
    var sureness: Double?

    @Option(
        help: ArgumentHelp(
            "Old samples that are taught in between, one for each new one.", valueName: "count"))
    var rehearsal = 0

    @Option(help: ArgumentHelp("Passes over the samples.", valueName: "count"))
    var passes = 1

    @Option(
        help: ArgumentHelp("Samples between two looks at held-out ones.", valueName: "count"))
    var checkEvery = Adaptation().checkInterval

    @Option(
        help: ArgumentHelp(
            "What accuracy on held-out samples may lose before the last good state comes back.",
            valueName: "share"))
    var tolerance = Adaptation().tolerance

    @Option(
        help: ArgumentHelp(
            "Share of labelled samples that nothing is learned from.", valueName: "share"))
    var held = 0.4

    @Option(help: ArgumentHelp("Seed of what is drawn.", valueName: "number"))
    var seed = 0

    @Option(
        help: ArgumentHelp(
            "The new run directory, runs/<run>-adapted if not given.", valueName: "folder"),
        completion: .directory)
    var output: String?

    @Flag(help: "Replace a run that is there.")
    var overwrite = false

    @OptionGroup var places: DataOptions
    @OptionGroup var threads: ThreadOptions
    @OptionGroup var display: DisplayOptions

    func validate() throws {
        try IntegerOption.check("--window", window, from: 2, to: 1_000_000)
        try IntegerOption.check("--rehearsal", rehearsal, from: 0, to: 1_000_000)
        try IntegerOption.check("--passes", passes, from: 1, to: 10_000)
        try IntegerOption.check("--check-every", checkEvery, from: 1, to: 1_000_000)
        try IntegerOption.check(seed: seed)
        if let rate, !(rate > 0 && rate.isFinite) {
            throw ValidationError("--rate: expected a number above 0, found '\(rate)'")
        }
        let shares = [
            ("--decay", decay ?? 0, 1), ("--sureness", sureness ?? 0, 1),
            ("--tolerance", tolerance, 1), ("--held", held, 0.9),
        ]
        for (name, share, most) in shares where !(0...most).contains(share) {
            throw ValidationError("\(name): expected a share from 0 to \(most), found '\(share)'")
        }
        if rule == "none" || labels == false {
            let idle: [(String, Bool)] = [
                ("--rate", rate != nil), ("--decay", decay != nil),
                ("--sureness", sureness != nil), ("--rehearsal", rehearsal > 0),
            ]
            if let option = idle.first(where: \.1)?.0 {
                throw ValidationError(
                    "\(option): has no effect without a rule that labels teach by")
            }
        }
        if labels == false {
            if let rule, rule != "none" {
                throw ValidationError("--rule \(rule): needs labels, found --no-labels")
            }
            if target != nil {
                throw ValidationError("--target: has no effect with --no-labels")
            }
        }
    }

    func run(in workbench: Workbench) throws {
        let terminal = display.terminal
        terminal.stopOnInterrupt("stopping after this sample; press Ctrl-C again to stop at once")
        try terminal.finish {
            var request = AdaptRequest(
                run: try workbench.runFolder(runName, output: Workbench.defaultOutput), data: data)
            request.drift = try drift.map { try SensorDrift(parsing: $0) }
            request.rule = rule
            request.labels = labels.map { $0 ? .used : .ignored } ?? .automatic
            (request.target, request.keep, request.reference) = (target, keep, reference)
            request.options.followsInputs = inputs
            request.options.movesThresholds = thresholds
            request.options.window = window
            request.options.rate = rate ?? request.options.rate
            request.options.decay = decay ?? request.options.decay
            request.options.sureness = sureness ?? request.options.sureness
            request.options.passes = passes
            request.options.checkInterval = checkEvery
            request.options.tolerance = tolerance
            request.rehearsal = rehearsal
            request.heldShare = held
            request.seed = UInt64(seed)
            request.output = output.map { URL(filePath: $0, directoryHint: .isDirectory) }
            request.overwrite = overwrite
            request.dataDirectory = places.dataDirectory
            request.threads = threads.threads
            request.command = CommandLine.arguments
            return try workbench.adapt(request, events: terminal.events)
        }
    }
}
