import Foundation

/// What `ranvier reproduce` is asked for.
public struct ReproduceRequest: Sendable, Codable {
    /// Name of the study.
    public var study: String
    /// Whether to do less: in under a minute, or ten where networks are trained.
    public var isQuick = false
    /// Whether attacks are those of the published code: sizes in scaled units, no clamp, batch statistics.
    public var usesPublishedAttack = false
    /// Seeds of the runs; empty for the study's own choice.
    public var seeds: [UInt64] = []
    /// Passes over the training data, where a study trains networks to compare them; nil for its own number.
    public var epochs: Int?
    /// Labels of the settings that a sweep compares; empty for all.
    public var settings: [String] = []
    /// The folder of all studies.
    public var output = URL(filePath: "reproduced", directoryHint: .isDirectory)
    /// Where larger data sets are looked for.
    public var dataDirectory: String?
    /// Worker threads; nil for one per core. The result does not depend on it.
    public var threads: Int?
    /// The command line, word by word, for the page.
    public var command: [String] = []

    /// A request for a whole study.
    public init(study: String) { self.study = study }
}
