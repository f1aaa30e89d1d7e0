import Ranvier
import RanvierConfiguration

/// `device/formats`: what a network costs on a device as dense or sparse weights of 32, 8, 2 or 1 bits.
///
/// Networks are stored one by one, so that a study that was stopped goes on. Test samples decide nothing.
struct FormatsStudy: Study {
    let name = "device/formats"
    let title = "What a network costs on a device in each form"
    let source =
        "no published numbers; bytes and instructions of exported C as compilers and emulators count them"
    let choices: StudyChoices = .settings

    /// Labels of all settings.
    static let settings = FormatsSetting.all.map(\.name) + [TinyNetwork.name]

    func run(_ context: StudyContext) throws -> StudyResult {
        try context.requireSettings(among: Self.settings)
        let chosen = context.settings.isEmpty ? [FormatsSetting.digits.name] : context.settings
        let settings = FormatsSetting.all.filter { chosen.contains($0.name) }
        let hasTiny = chosen.contains(TinyNetwork.name)
        let count = Double(settings.count + (hasTiny ? 1 : 0))
        var parts: [FormatsReport.Part] = []
        var used: Set<UInt64> = []
        for setting in settings.map({ context.isQuick ? $0.quick : $0 }) {
            let seeds = context.seeds.isEmpty ? setting.grid.seeds : context.seeds
            used.formUnion(seeds)
            let begun = parts.count
            parts.append(
                .init(
                    name: setting.name,
                    seeds: try seeds.enumerated().map { index, seed in
                        let done = Double(begun) + Double(index) / Double(seeds.count)
                        return try FormatsWork(setting, seed: seed, context: context).run { kind in
                            try context.advance(
                                to: done / count, "\(setting.name), seed \(seed): \(kind)",
                                isMilestone: true)
                        }
                    }))
        }
        if hasTiny {
            let seeds = context.seeds.isEmpty ? [0] : context.seeds
            used.formUnion(seeds)
            parts.append(
                .init(
                    name: TinyNetwork.name,
                    seeds: try seeds.map { seed in
                        try context.advance(
                            to: Double(parts.count) / count, "\(TinyNetwork.name), seed \(seed)",
                            isMilestone: true)
                        return [try TinyNetwork(context: context, seed: seed).outcome()]
                    }))
        }
        var result = FormatsReport(parts: parts).studyResult
        result.seeds = used.sorted()
        return result
    }
}
