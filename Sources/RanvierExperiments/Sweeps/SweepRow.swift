import RanvierConfiguration
import RanvierLearning

/// A setting with what its seeds came to.
struct SweepRow: Sendable {
    let setting: SweepSetting
    let runs: [SweepRun]
    /// Over the seeds that finished.
    let measures: [SweepMeasure]

    init(_ setting: SweepSetting, _ runs: [SweepRun]) {
        self.setting = setting
        self.runs = runs
        let all = runs.map { ($0.plan.seed, $0.measures) }
        var names: [(Measure, SweepMeasure.Part)] = []
        for (measure, part) in all.flatMap(\.1)
        where !names.contains(where: { $0.0.name == measure.name && $0.1 == part }) {
            names.append((measure, part))
        }
        measures = names.map { like, part in
            SweepMeasure(
                name: like.name, part: part, unit: like.unit, higherIsBetter: like.higherIsBetter,
                samples: all.compactMap { seed, measures in
                    measures.first { $0.measure.name == like.name && $0.part == part }
                        .map { (seed, $0.measure.value) }
                })
        }
    }

    /// Seeds that finished.
    var seeds: [UInt64] { runs.filter { $0.result != nil }.map(\.plan.seed) }
    /// Whether all seeds finished.
    var isWhole: Bool { seeds.count == runs.count }

    /// The most important measure of the test part.
    var main: SweepMeasure? { measures.first { $0.part == .test } }

    /// By what settings are chosen: the validation part's measure of the same name, or its loss; nil where there is no such part.
    var choosing: SweepMeasure? {
        let own = measures.filter { $0.part == .validation && $0.higherIsBetter != nil }
        return own.first { $0.name == "validation-\(main?.name ?? "")" }
            ?? own.first { $0.name == "validation-loss" }
    }

    func measure(_ name: String) -> SweepMeasure? { measures.first { $0.name == name } }

    /// The values of its keys.
    var values: ConfigurationValue {
        .section(setting.choices.map { .init($0.key, $0.value) })
    }
}
