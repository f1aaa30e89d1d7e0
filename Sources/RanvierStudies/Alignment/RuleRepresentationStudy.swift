import Foundation
import Ranvier
import RanvierAnalysis
import RanvierConfiguration
import RanvierLearning
import RanvierReports

/// `alignment/representation`: how like one another networks are that learned by different rules.
///
/// Networks of two hidden layers of leaky neurons learn the digits by each rule from several seeds. Hidden layers are compared by
/// CKA on the test samples: rule against rule, and each rule against itself from another seed, which is the ceiling. Networks
/// before training are the floor.
struct RuleRepresentationStudy: Study {
    let choices: StudyChoices = [.epochs, .settings]
    let name = "alignment/representation"
    let title = "What rules learn: hidden layers of 64-100-100-10 neurons on the digits, by CKA"
    let source = "no published numbers; CKA as in Kornblith et al. 2019"

    /// A rule. All take the same learning rate and number of passes; none was tuned, because the question is not which is best.
    struct Setting: Sendable {
        /// Name in tables.
        let label: String
        /// As a configuration names it; nil for backpropagation through time.
        let rule: Element?
    }

    static let settings: [Setting] = [
        Setting(label: "bp", rule: nil), Setting(label: "sal", rule: Element("sal")),
        Setting(label: "fa", rule: Element("fa")),
        Setting(label: "e-prop", rule: Element("e-prop")),
        Setting(
            label: "e-prop random",
            rule: Element("e-prop", .section([.init("feedback", .string("random"))]))),
        Setting(label: "ottt", rule: Element("ottt")),
    ]

    func run(_ context: StudyContext) throws -> StudyResult {
        let seeds =
            !context.seeds.isEmpty
            ? context.seeds : context.isQuick ? [0, 1, 2] : [1000, 1001, 1002, 1003]
        let chosen = try chosen(context)
        let work = try RuleRepresentationWork(context)
        var networks: [(setting: Setting, networks: [RuleRepresentationWork.Trained])] = []
        let count = Double(chosen.count * seeds.count)
        for (index, setting) in chosen.enumerated() {
            let trained = try seeds.enumerated().map { place, seed in
                try context.advance(
                    to: 0.9 * Double(index * seeds.count + place) / count,
                    "\(setting.label), seed \(seed)", isMilestone: true)
                return try work.trained(setting, seed: seed)
            }
            networks.append((setting, trained))
        }
        try context.advance(to: 0.9, "comparing layers", isMilestone: true)
        var comparison = RepresentationComparison(batchSize: 512, batches: 1)
        comparison.settings.keptSamples = 0
        let untrained = try seeds.map { try work.untrained(seed: $0) }
        let parties =
            networks.flatMap { setting, networks in
                networks.map { ("\(setting.label), seed \($0.seed)", $0.model) }
            } + zip(seeds, untrained).map { ("untrained, seed \($0)", $1) }
        let outcome = try comparison.run(
            parties.map {
                RepresentationComparison.Party(name: $0.0, model: $0.1, data: work.digits.test)
            }
        ) { fraction, line in try context.advance(to: 0.9 + 0.1 * fraction, line) }
        var result = RuleRepresentationReport(
            rules: networks.map { setting, networks in
                (setting.label, networks.map(\.accuracy))
            }, seeds: seeds, outcome: outcome
        ).studyResult
        result.seeds = seeds
        result.isWhole = !context.isQuick && context.epochs == nil && context.settings.isEmpty
        return result
    }

    /// The rules that are asked for, backpropagation always among them.
    private func chosen(_ context: StudyContext) throws(UnknownNameError) -> [Setting] {
        try context.requireSettings(among: Self.settings.map(\.label))
        return Self.settings.filter {
            context.settings.isEmpty || $0.rule == nil || context.settings.contains($0.label)
        }
    }
}
