import ArgumentParser

/// The bounds of whole numbers on the command line, so that no sum or product of a few of them leaves `Int`, and what counts
/// runs, threads and processes stays what a machine can hold.
enum IntegerOption {
    /// Rows, samples, epochs: as many as a configuration may say.
    static let sizes = 1_000_000_000
    /// Threads and processes at once.
    static let workers = 4096
    /// Runs of a sweep's setting.
    static let seeds = 10_000

    /// Refuses a number out of bounds; nil is none.
    ///
    /// - Throws: `ValidationError` that names the option.
    static func check(
        _ option: String, _ value: Int?, from least: Int = 1, to most: Int = sizes
    ) throws {
        guard let value else { return }
        if value < least {
            throw ValidationError(
                "\(option): expected an integer of at least \(least), found '\(value)'")
        }
        if value > most {
            throw ValidationError(
                "\(option): expected an integer of at most \(most), found '\(value)'")
        }
    }

    /// Refuses a seed below 0, and one after which too few are left for `count` of them.
    static func check(seed: Int?, count: Int? = nil) throws {
        try check("--seed", seed, from: 0, to: .max - max(count ?? 1, 1))
    }
}
