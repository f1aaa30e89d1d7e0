import Foundation

/// What `ranvier analyze continuity` is asked for.
public struct ContinuityRequest: Sendable, Codable {
    /// Folder of a run; nil for the networks that are built in.
    public var run: URL?
    /// Where larger data sets are looked for.
    public var dataDirectory: String?
    /// Sweeps for each kind of network.
    public var sweeps = 100
    /// Grid points of a sweep.
    public var positions = 201
    /// Seed of networks and directions.
    public var seed: UInt64 = 1
    /// Where the files go.
    public var output = URL(filePath: "analysis/continuity", directoryHint: .isDirectory)
    /// Worker threads; nil for one per core. The result does not depend on it.
    public var threads: Int?
    /// The command line, word by word, for the page.
    public var command: [String] = []

    /// 100 sweeps.
    public init() {}
}
