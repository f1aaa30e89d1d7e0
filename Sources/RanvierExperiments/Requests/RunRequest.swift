import Foundation
import RanvierRuns

/// What `ranvier run` is asked for.
public struct RunRequest: Sendable, Codable {
    /// The YAML configuration.
    public var configuration: URL
    /// The configuration as text, where it is no file: what a table implies. ``configuration`` then names the run.
    public var text: String?
    /// Replaces the configuration's seed.
    public var seed: Int?
    /// Worker threads; nil for one per core. The result does not depend on it.
    public var threads: Int?
    /// The run directory; nil for `runs/<configuration>-<seed>`.
    public var output: URL?
    /// Where larger data sets are looked for.
    public var dataDirectory: String?
    /// Whether a run that is there is replaced.
    public var overwrite: Bool
    /// Whether to go on from the last checkpoint of a run that is there.
    public var resume: Bool
    /// Values set on the command line.
    public var overrides: [ConfigurationOverride]
    /// The command line, word by word, for the report.
    public var command: [String]

    /// Creates a request.
    public init(
        configuration: URL, seed: Int? = nil, threads: Int? = nil,
        output: URL? = nil, dataDirectory: String? = nil,
        overwrite: Bool = false, resume: Bool = false, overrides: [ConfigurationOverride] = [],
        command: [String] = []
    ) {
        self.configuration = configuration
        self.seed = seed
        self.threads = threads
        self.output = output
        self.dataDirectory = dataDirectory
        self.overwrite = overwrite
        self.resume = resume
        self.overrides = overrides
        self.command = command
    }

    /// The run directory for a seed.
    public func folder(seed: UInt64) -> URL {
        output
            ?? Workbench.defaultOutput.appending(
                path: RunDirectory.defaultName(configuration: configuration, seed: Int(seed)))
    }
}
