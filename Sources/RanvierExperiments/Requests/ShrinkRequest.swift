import Foundation

/// What `ranvier shrink` is asked for: the smallest network within a budget.
public struct ShrinkRequest: Sendable, Codable {
    /// Folder of the run that is begun with.
    public var start: URL
    /// Where search and network are written.
    public var output: URL
    /// Most of the validation accuracy that may be lost, as a share.
    public var accuracyLoss = 0.01
    /// Most bytes of weights; nil for any.
    public var flash: Int?
    /// Most bytes of state; nil for any.
    public var memory: Int?
    /// Most energy of a decision in joules; nil for any.
    public var energy: Double?
    /// Numbers of bits that may be taken, in the order in which they are tried.
    public var widths = [4, 3, 2, 8, 1]
    /// Epochs of each candidate; nil for a third of the run's for pruning, and as many for rounding.
    public var epochs: Int?
    /// Whether only the cost of the search is told.
    public var isPlan = false
    /// Worker threads; nil for one per core. The result does not depend on it.
    public var threads: Int?
    /// Where larger data sets are looked for.
    public var dataDirectory: String?
    /// Whether a search that is there is replaced.
    public var overwrite = false
    /// The command line, word by word, for the page.
    public var command: [String] = []

    /// A search that begins with a run.
    public init(start: URL, output: URL) {
        self.start = start
        self.output = output
    }
}
