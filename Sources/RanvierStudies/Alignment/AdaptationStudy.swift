import Foundation
import Ranvier
import RanvierConfiguration
import RanvierData
import RanvierLearning
import RanvierReports

/// `alignment/adaptation`: going on with a network whose sensors drift, by local rules, sample by sample.
///
/// Gain, zero and missing channels; each by itself, then five drifts in a row. Beside every rule stands fine-tuning by
/// backpropagation, which is the ceiling. Rates are chosen on samples held out of the training of another seed; results are of
/// test samples: one half is learned from, the other half judged.
struct AdaptationStudy: Study {
    let name = "alignment/adaptation"
    let title = "Going on with drifting sensors by local rules"
    let source = "no published numbers; targets are our own"
    let choices: StudyChoices = .settings

    /// The seed that options are chosen by, far from those of the results.
    static let choosingSeed: UInt64 = 1000

    func run(_ context: StudyContext) throws -> StudyResult {
        let known = AdaptationSetting.all
        try context.requireSettings(among: known.map(\.name))
        let chosen = context.settings.isEmpty ? [AdaptationSetting.digits.name] : context.settings
        let settings = known.filter { chosen.contains($0.name) }
            .map { context.isQuick ? $0.quick : $0 }
        let seeds =
            context.seeds.isEmpty ? (context.isQuick ? [0] : [0, 1, 2, 3, 4]) : context.seeds
        var parts: [AdaptationReport.Part] = []
        for (index, setting) in settings.enumerated() {
            do {
                parts.append(
                    try part(setting, seeds, context) {
                        (Double(index) + $0) / Double(settings.count)
                    })
            } catch TrainingError.interrupted {
                throw InterruptedError(advice: "go on with the same command")
            }
        }
        var result = AdaptationReport(parts: parts).studyResult
        result.seeds = seeds
        return result
    }

    private func part(
        _ setting: AdaptationSetting, _ seeds: [UInt64], _ context: StudyContext,
        share: (Double) -> Double
    ) throws -> AdaptationReport.Part {
        let quick = context.isQuick ? "-quick" : ""
        let procedure = Procedure(
            folder: context.cache?.appending(path: "adaptation-\(setting.name)\(quick)"),
            warning: context.events.warning)
        let data = try setting.parts(context)
        let all = Double(seeds.count + 1)
        try context.advance(to: share(0), "\(setting.name): choosing rates", isMilestone: true)
        let choices = try procedure.round("choices") { try self.choices(setting, data, context) }
        let outcomes = try seeds.enumerated().map { index, seed in
            try procedure.round("seed-\(seed)") {
                let work = try AdaptationWork(
                    setting, data, seed: seed, isChoice: false, context: context)
                return try work.seedOutcome(choices) { way in
                    try context.advance(
                        to: share(Double(index + 1) / all), "\(setting.name), seed \(seed): \(way)",
                        isMilestone: true)
                }
            }
        }
        return AdaptationReport.Part(setting: setting, choices: choices, seeds: outcomes)
    }

    /// Rates and decays with the largest merit on samples held out of the training.
    private func choices(
        _ setting: AdaptationSetting, _ data: AdaptationSetting.Parts, _ context: StudyContext
    ) throws -> [AdaptationWork.Way: AdaptationWork.Choice] {
        let work = try AdaptationWork(
            setting, data, seed: Self.choosingSeed, isChoice: true, context: context)
        var choices: [AdaptationWork.Way: AdaptationWork.Choice] = [:]
        for way in AdaptationWork.ways(in: .standard) {
            guard let word = way.rule else { continue }
            var best = -Double.infinity
            let rates = AdaptationWork.rates[word] ?? [0.05]
            let tried = context.isQuick ? [rates[rates.count / 2]] : rates
            for rate in tried {
                for decay in context.isQuick ? [0] : AdaptationWork.decays {
                    let choice = AdaptationWork.Choice(rate: rate, decay: decay)
                    let merit = tried.count == 1 ? 0 : try work.merit(way, choice)
                    if merit > best { (best, choices[way]) = (merit, choice) }
                }
            }
        }
        return choices
    }
}
