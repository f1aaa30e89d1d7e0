import Foundation

/// What `ranvier analyze robustness` is asked for.
public struct RobustnessRequest: Sendable {
    /// Folder of the run.
    public var run: URL
    /// Sizes of attacks and noise in 255ths of the range of pixels.
    public var sizes = [4.0, 8, 16, 32]
    /// Shares of the input that are left out.
    public var dropout = [0.1, 0.3]
    /// Standard deviations of the spikes' times, in steps.
    public var jitter = [1.0]
    /// Whether attacks are those of the published code: sizes in scaled units, no clamp, batch statistics.
    public var usesPublishedAttack = false
    /// Most samples.
    public var samples = 1000
    /// Where the files go.
    public var output = URL(filePath: "analysis/robustness", directoryHint: .isDirectory)
    /// Where larger data sets are looked for.
    public var dataDirectory: String?
    /// Worker threads; nil for one per core. The result does not depend on it.
    public var threads: Int?
    /// The command line, word by word, for the page.
    public var command: [String] = []

    /// A test of one run.
    public init(run: URL) { self.run = run }
}
