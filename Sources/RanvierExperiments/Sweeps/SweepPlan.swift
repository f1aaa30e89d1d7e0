import Foundation
import RanvierConfiguration
import RanvierRuns

/// All runs of a sweep: each setting with each seed.
struct SweepPlan {
    let settings: [SweepSetting]
    /// The runs of each setting, in the order of the seeds.
    let runs: [[PlannedRun]]

    /// Reads the configuration once for each run, so that what cannot be is known before any begins.
    ///
    /// - Throws: `ConfigurationError`, also where two settings come to the same configuration.
    init(_ request: SweepRequest, registry: Registry) throws {
        try Self.check(request.variations)
        let settings = try SweepSetting.grid(request.variations)
        let base = request.configuration.deletingPathExtension().lastPathComponent
        let first = try RunConfiguration(
            file: request.configuration, overrides: request.overrides, registry: registry)
        try Self.checkPlaces(request)
        let firstSeed = request.firstSeed ?? Int(first.seed)
        guard firstSeed <= Int.max - request.seeds else {
            throw ConfigurationError(
                location: request.configuration.relativePath, keyPath: "seed",
                problem: .invalid(
                    reason:
                        "expected a first seed after which \(request.seeds) more can be counted, "
                        + "found \(firstSeed); take a smaller one"))
        }
        var names: Set<String> = []
        self.settings = settings
        runs = try settings.enumerated().map { index, setting in
            var name = setting.choices.isEmpty ? "" : "\(base)-\(setting.folderName)"
            // Values may differ only in what no name holds.
            if !names.insert(name).inserted { name += "-\(index)" }
            return try (0..<request.seeds).map { step in
                try PlannedRun(
                    file: request.configuration, overrides: request.overrides + setting.overrides,
                    seed: firstSeed + step, registry: registry
                ) { configuration in
                    request.output.appending(
                        path: setting.choices.isEmpty
                            ? RunDirectory.defaultName(
                                configuration: request.configuration, seed: Int(configuration.seed))
                            : "\(name)-seed\(configuration.seed)", directoryHint: .isDirectory)
                }
            }
        }
        var seen: [ConfigurationValue: SweepSetting] = [:]
        for (setting, runs) in zip(settings, runs) {
            guard let run = runs.first else { continue }
            if let twin = seen.updateValue(setting, forKey: run.configuration.resolved) {
                throw ConfigurationError(
                    location: "--vary", keyPath: "",
                    problem: .invalid(
                        reason:
                            "'\(twin.label)' and '\(setting.label)' are the same configuration; "
                            + "keep one of them"))
            }
        }
    }

    /// Refuses two ways to write one key, of which only the last would have an effect.
    private static func checkPlaces(_ request: SweepRequest) throws(ConfigurationError) {
        var seen: [[String]: String] = [:]
        for override in request.overrides {
            seen[try override.place(in: request.configuration)] =
                "--set \(override.path.joined(separator: "."))"
        }
        for variation in request.variations {
            guard let override = variation.overrides.first else { continue }
            let place = try override.place(in: request.configuration)
            let option = "--vary \(variation.key)"
            if let other = seen.updateValue(option, forKey: place) {
                throw ConfigurationError(
                    location: option, keyPath: "",
                    problem: .invalid(
                        reason:
                            "'\(place.joined(separator: "."))' is the key of \(other), too; keep one of them"
                    ))
            }
        }
    }

    private static func check(
        _ variations: [ConfigurationVariation]
    ) throws(ConfigurationError) {
        for (index, variation) in variations.enumerated() {
            func refuse(_ reason: String) -> ConfigurationError {
                ConfigurationError(
                    location: "--vary \(variation.key)=\(variation.values.joined(separator: ","))",
                    keyPath: "", problem: .invalid(reason: reason))
            }
            if variation.path == ["seed"] {
                throw refuse(
                    "seeds are varied with --seeds, so that settings are averaged over them")
            }
            if ["name", "version"].contains(variation.key) {
                throw refuse("'\(variation.key)' changes no result")
            }
            if variations[..<index].contains(where: { $0.path == variation.path }) {
                throw refuse("'\(variation.key)' is varied twice; put all values into one list")
            }
        }
    }
}
