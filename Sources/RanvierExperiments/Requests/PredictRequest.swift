import Foundation

/// What `ranvier predict` is asked for.
public struct PredictRequest: Sendable, Codable {
    /// The run's folder.
    public var run: URL
    /// The table of new rows.
    public var data: URL
    /// Whether the probability of every class is told.
    public var showsProbabilities = false
    /// Probability below which an answer is called unsure.
    public var leastConfidence = usualConfidence
    /// Rate of errors among the answers that are not unsure, for which the least confidence is chosen on validation samples; nil
    /// for the least confidence as given.
    public var errorRate: Double?
    /// Worker threads; nil for one per core.
    public var threads: Int?

    /// The least confidence where none is given.
    public static let usualConfidence = 0.5

    /// A request for the rows of a table.
    public init(run: URL, data: URL) {
        self.run = run
        self.data = data
    }
}
