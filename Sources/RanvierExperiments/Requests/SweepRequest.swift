import Foundation
import RanvierRuns

/// What `ranvier sweep` is asked for, and `ranvier run --seeds`.
public struct SweepRequest: Sendable, Codable {
    /// The YAML configuration.
    public var configuration: URL
    /// Seeds of each setting, counted from the first.
    public var seeds = 1
    /// The first seed; nil for the configuration's.
    public var firstSeed: Int?
    /// Keys and the values they take in turn; all combinations are run.
    public var variations: [ConfigurationVariation] = []
    /// Values set in all runs.
    public var overrides: [ConfigurationOverride] = []
    /// The folder of all runs; new ones, the table and the page go there.
    public var output = Workbench.defaultOutput
    /// Where larger data sets are looked for.
    public var dataDirectory: String?
    /// Whether runs that are there are replaced.
    public var overwrite = false
    /// Runs at once; nil for one per thread.
    public var jobs: Int?
    /// Worker threads of all runs together; nil for one per core. No result depends on it.
    public var threads: Int?
    /// The command `ranvier`, which does each run in a process of its own; nil for this process, one run after the other.
    public var executable: URL?
    /// The command line, word by word, for the page.
    public var command: [String] = []

    /// One run of a configuration.
    public init(configuration: URL) { self.configuration = configuration }
}
