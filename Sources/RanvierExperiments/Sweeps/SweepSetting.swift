import RanvierConfiguration
import RanvierRuns

/// One combination of the values of a sweep.
struct SweepSetting: Sendable {
    /// A key with the value it has here.
    struct Choice: Sendable {
        let key: String
        /// The key's last steps, as many as tell it from the other keys.
        let shortKey: String
        let override: ConfigurationOverride
        let value: ConfigurationValue
    }

    let choices: [Choice]

    /// What tells it from the others: `hidden = 32, steps = 10`; empty where nothing is varied.
    var label: String {
        choices.map { "\($0.shortKey) = \($0.value.shortText)" }.joined(separator: ", ")
    }

    /// The same as part of the name of a folder: `hidden-32-steps-10`.
    var folderName: String {
        choices.map { Self.safe("\($0.shortKey)-\($0.value.shortText)") }.joined(separator: "-")
    }

    var overrides: [ConfigurationOverride] { choices.map(\.override) }

    /// All combinations, the last key changing fastest; one without choices where nothing is varied.
    ///
    /// - Throws: `ConfigurationError` for a value that is not YAML.
    static func grid(
        _ variations: [ConfigurationVariation]
    ) throws(ConfigurationError) -> [SweepSetting] {
        var settings: [[Choice]] = [[]]
        for variation in variations {
            let short = shortKey(variation.path, among: variations.map(\.path))
            var longer: [[Choice]] = []
            for setting in settings {
                for override in variation.overrides {
                    longer.append(
                        setting + [
                            Choice(
                                key: variation.key, shortKey: short, override: override,
                                value: try override.value())
                        ])
                }
            }
            settings = longer
        }
        return settings.map { SweepSetting(choices: $0) }
    }

    private static func shortKey(_ path: [String], among paths: [[String]]) -> String {
        for length in 1..<max(path.count, 1)
        where paths.count(where: { $0.suffix(length) == path.suffix(length) }) == 1
            && Int(path[path.count - length]) == nil
        {
            return path.suffix(length).joined(separator: ".")
        }
        return path.joined(separator: ".")
    }

    /// Letters, digits, points and hyphens; at most 60 of them.
    private static func safe(_ text: String) -> String {
        let letters = text.map { letter in
            letter.isASCII && (letter.isLetter || letter.isNumber) || letter == "." ? letter : "-"
        }
        return String(letters.split(separator: "-").joined(separator: "-").prefix(60))
    }
}
