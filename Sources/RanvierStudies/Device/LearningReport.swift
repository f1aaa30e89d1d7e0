import RanvierReports

/// Learning on the device as claims and a table.
struct LearningReport {
    /// Of each seed the networks.
    let seeds: [[DeviceOutcome]]

    private typealias Drift = DeviceOutcome.Drift

    private func drifts(_ rule: Drift.Rule) -> [[DeviceOutcome.Drift]] {
        let own = seeds.map { $0.flatMap(\.drifts).filter { $0.rule == rule } }
        let count = own.map(\.count).min() ?? 0
        return (0..<count).map { index in own.map { $0[index] } }
    }

    var claims: [StudyClaim] {
        let rules: [Drift.Rule] = [.input, .lastLayer]
        return rules.flatMap { rule -> [StudyClaim] in
            let all = drifts(rule)
            // Over all drifts of a seed: what was lost and what came back.
            let recovered = seeds.indices.map { seed -> Double in
                let own = all.map { $0[seed] }
                let lost = own.reduce(0) { $0 + $1.before - $1.drifted }
                return own.reduce(0) { $0 + $1.after - $1.drifted } / max(lost, 1e-9)
            }
            let old = seeds.indices.map { seed in
                all.map { $0[seed].before - $0[seed].old }.max() ?? 0
            }
            return [
                .above(
                    0.7, recovered,
                    claim: "\(rule.rawValue): 70 % of what drifts cost comes back",
                    source: "what was aimed at", what: "share of the loss over all drifts"),
                .below(
                    0.02, old, claim: "\(rule.rawValue): old data lose at most two points",
                    source: "what was aimed at", what: "largest loss on data without drift"),
                .below(
                    1024.5, all.first?.map { Double($0.bytes) } ?? [],
                    claim: "\(rule.rawValue): at most 1 KiB of RAM", source: "what was aimed at",
                    what: "bytes"),
            ]
        }
    }

    var table: StudyTable {
        StudyTable(
            name: "drift", caption: "Accuracy under drift, before and after learning on the device",
            columns: [
                "Drift", "Rule", "Without drift", "Drifted", "After", "Recovered", "Old data",
                "RAM (bytes)",
            ],
            rows: Drift.Rule.allCases.flatMap { rule in
                drifts(rule).map { own -> [StudyValue] in
                    func summary(_ of: (Drift) -> Double) -> StudyValue {
                        SeedSummary(own.map(of)).value
                    }
                    let recovered = own.compactMap(\.recovered)
                    return [
                        .text(own.first?.name ?? ""), .text(rule.rawValue),
                        summary(\.before), summary(\.drifted), summary(\.after),
                        recovered.isEmpty ? .missing : SeedSummary(recovered).value,
                        summary(\.old), summary { Double($0.bytes) },
                    ]
                }
            })
    }
}
