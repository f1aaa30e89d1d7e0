import Foundation
import RanvierAlignment
import RanvierData

/// What `ranvier adapt` is asked for: a stored network goes on with data that have drifted.
public struct AdaptRequest: Sendable {
    /// Whether labels or values of the data are looked at.
    public enum Labels: Sendable {
        /// Where they are there.
        case automatic
        /// They must be there.
        case used
        /// They are not looked at.
        case ignored
    }

    /// The run's folder.
    public var run: URL
    /// A table, or a data set by name; nil for the run's own test data, which a drift then changes.
    public var data: String?
    /// What is done to the data before; nil for nothing.
    public var drift: SensorDrift?
    /// Word for the rule that labels teach by; nil for `delta` where there are labels and a clock, else none.
    public var rule: String?
    /// Whether labels are looked at.
    public var labels = Labels.automatic
    /// The column of the table that holds them; nil for the one that the run learned from.
    public var target: String?
    /// Old samples, a table or a data set by name; nil for the run's own test data.
    public var keep: String?
    /// Samples as inputs were when the network learned; nil for the run's own training data, or its scaling.
    public var reference: String?
    /// All options.
    public var options = Adaptation()
    /// Old samples that are taught in between.
    public var rehearsal = 0
    /// Share of labelled new samples that is held out.
    public var heldShare = 0.4
    /// Seed of what is drawn.
    public var seed: UInt64 = 0
    /// The new run directory; nil for `runs/<run>-adapted`.
    public var output: URL?
    /// Whether a run that is there is replaced.
    public var overwrite = false
    /// Where larger data sets are looked for.
    public var dataDirectory: String?
    /// Worker threads; nil for one per core.
    public var threads: Int?
    /// The command line, word by word, for the report.
    public var command: [String] = []

    /// An adaptation of a run.
    public init(run: URL, data: String? = nil) {
        self.run = run
        self.data = data
    }

    /// The run directory.
    public var folder: URL {
        output ?? Workbench.defaultOutput.appending(path: "\(run.lastPathComponent)-adapted")
    }
}
