import Foundation
import RanvierStudies

/// What `ranvier analyze robustness` is asked for.
public struct RobustnessRequest: Sendable, Codable {
    /// Folder of the run.
    public var run: URL
    /// What is done to the inputs.
    public var settings = RobustnessSettings()
    /// A data set by name, or a labelled CSV file; nil for the run's own test data.
    public var data: String?
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
