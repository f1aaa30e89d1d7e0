import ArgumentParser
import RanvierExperiments
import RanvierRuns

/// A table of the user's, and what is asked of it.
public struct TableArguments: ParsableArguments {
    /// As they are parsed.
    public init() {}

    /// The tables.
    @Argument(
        help: ArgumentHelp(
            "A table (.csv, .tsv, also .gz), a folder of them, or a pattern.", valueName: "data"),
        completion: .file())
    public var data: String

    /// What is asked.
    @OptionGroup public var options: TableRunOptions

    /// How the files are written.
    @Option(
        name: .customLong("set"), parsing: .singleValue,
        help: ArgumentHelp(
            "Say how the files are written, where that is not found out rightly, such as "
                + "dataset.skip-rows=3; one of \(TableRequest.readingKeys.joined(separator: ", ")).",
            valueName: "dataset.key=value"),
        transform: { try ConfigurationOverride($0) })
    public var reading: [ConfigurationOverride] = []

    /// Refuses settings that have no effect before a network is trained.
    public func validate() throws {
        guard let other = reading.first(where: { !TableRequest.isReading($0) }) else { return }
        throw ValidationError(
            "--set \(other.path.joined(separator: ".")): expected how the files are written, one of "
                + TableRequest.readingKeys.map { "dataset.\($0)" }.joined(separator: ", ")
                + "; other keys are set in the configuration")
    }

    /// What is asked for, as a request.
    public var request: TableRequest {
        var request = options.request(data: [data])
        request.reading = reading
        return request
    }
}

/// What is asked of a table.
public struct TableRunOptions: ParsableArguments {
    /// As they are parsed.
    public init() {}

    /// The column of labels or of numbers to predict.
    @Option(
        help: ArgumentHelp(
            "The column of classes, or of numbers to predict; by name, or position from 0.",
            valueName: "column"))
    public var target: String?

    /// Whether the target is a number to predict or a class.
    @Option(help: "What is asked: classification or regression; found out if not given.")
    public var task: TableRequest.Task?

    /// Other tables to measure on.
    @Option(
        help: ArgumentHelp(
            "Tables to measure on; a part of the data if not given.", valueName: "path"),
        completion: .file())
    public var test: String?

    /// Columns that are left out.
    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp("Columns to leave out.", valueName: "column"))
    public var drop: [String] = []

    /// Columns that are used.
    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp("Columns to use, and no others.", valueName: "column"))
    public var features: [String] = []

    /// Rows of a sample.
    @Option(
        help: ArgumentHelp(
            "Rows of a sample, for series; found out if not given, 1 for rows by themselves.",
            valueName: "rows"))
    public var window: Int?

    /// Rows between windows.
    @Option(help: ArgumentHelp("Rows between the beginnings of two windows.", valueName: "rows"))
    public var stride: Int?

    /// Rows ahead.
    @Option(
        help: ArgumentHelp(
            "Ask for the target so many rows after the sample.", valueName: "rows"))
    public var horizon: Int?

    /// The column that tells series apart.
    @Option(help: ArgumentHelp("The column that tells series apart.", valueName: "column"))
    public var group: String?

    /// What becomes of missing numbers.
    @Option(
        help: ArgumentHelp(
            "What becomes of missing numbers: refuse, drop, last, mean or a number.",
            valueName: "policy"))
    public var missing: String?

    /// Refuses sizes that cannot be.
    public func validate() throws {
        try IntegerOption.check("--window", window)
        try IntegerOption.check("--stride", stride)
        try IntegerOption.check("--horizon", horizon, from: 0)
    }

    /// Whether anything is asked.
    public var isEmpty: Bool {
        target == nil && task == nil && test == nil && drop.isEmpty && features.isEmpty
            && window == nil && stride == nil && horizon == nil && group == nil && missing == nil
    }

    /// What is asked for, as a request.
    public func request(data: [String]) -> TableRequest {
        var request = TableRequest(data: data)
        request.target = target
        request.task = task
        request.test = test.map { [$0] } ?? []
        request.drop = drop
        request.features = features
        request.window = window
        request.stride = stride
        request.horizon = horizon
        request.group = group
        request.missing = missing
        return request
    }
}

extension TableRequest.Task: ExpressibleByArgument {}
