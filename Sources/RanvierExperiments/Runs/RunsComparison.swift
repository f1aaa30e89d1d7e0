import RanvierConfiguration
import RanvierLearning

/// Stored runs side by side, as `runs compare --json` tells it.
struct RunsComparison: Encodable, Sendable {
    /// A setting that differs, with a value for each run.
    struct Setting: Encodable, Sendable {
        let key: String
        let values: [ConfigurationValue?]
    }

    /// A measure, with a value for each run.
    struct Row: Encodable, Sendable {
        let name: String
        let values: [Measure?]
    }

    /// A run against the first on the same test samples.
    struct Pair: Encodable, Sendable {
        let run: String
        let first: String
        let comparison: PairedComparison
    }

    let runs: [String]
    let folders: [String]
    let settings: [Setting]
    let measures: [Row]
    let pairs: [Pair]
}
