import RanvierAnalysis
import RanvierConfiguration

// How much the findings depend on choices that the publication did not vary.
extension SweepStudy {
    private static let publication = "Ranvier, after Li, Kim, Park & Panda 2023, arXiv:2304.13098"

    /// `cka/surrogate`.
    static let surrogate = SweepStudy(
        name: "cka/surrogate", title: "Representations under several surrogate derivatives",
        source: publication,
        cells: { plan in
            StudyNetwork.surrogates.filter { entry in
                !plan.isQuick
                    || [
                        "dspike", "triangular", "rectangular", "arctangent", "fast-sigmoid",
                        "straight-through",
                    ].contains(entry.kind)
            }.map { entry in
                var network = plan.base
                network.surrogate = entry
                return SweepCell(entry.kind, network)
            }
        }, claims: { sensitivity($0, of: "surrogate") })

    /// `cka/norm`.
    static let norm = SweepStudy(
        name: "cka/norm", title: "Representations under several normalisations",
        source: publication,
        cells: { plan in
            StudyNetwork.normalizations.map { name, element in
                var network = plan.base
                network.normalization = element
                return SweepCell(name, network)
            }
        }, claims: { sensitivity($0, of: "normalisation") })

    /// `cka/neuron`.
    static let neuron = SweepStudy(
        name: "cka/neuron", title: "Representations under several leaks and resets",
        source: publication,
        cells: { plan in
            var cells = (plan.isQuick ? [0.5, 0.25, 0.9, 1] : [0.5, 0.25, 0.75, 0.9, 1]).map {
                leak in
                var network = plan.base
                network.leak = leak
                return SweepCell("leak \(leak)", network)
            }
            var soft = plan.base
            soft.resetsSoftly = true
            cells.append(SweepCell("soft reset", soft))
            var detached = plan.base
            detached.detachesReset = true
            cells.append(SweepCell("detached reset", detached))
            if !plan.isQuick {
                detached.resetsSoftly = true
                cells.append(SweepCell("soft detached reset", detached))
            }
            return cells
        },
        claims: { outcomes in
            var claims = sensitivity(outcomes, of: "neuron")
            if let first = outcomes.first, !first.cell.spiking.resetsSoftly,
                let soft = outcomes.first(where: { $0.cell.label == "soft reset" })
            {
                claims.append(
                    .below(
                        0, paired(soft, first) { $0.blockDynamics(stage: 3) },
                        claim: "Soft reset leaves late layers less dynamic",
                        source: ClaimSource.own, what: "D of stage 3 less that of hard reset"))
            }
            return claims
        })

    /// Whether a choice moves the mean similarity by more than the seeds do, and whether the findings stand under every
    /// setting.
    private static func sensitivity(
        _ outcomes: [SweepOutcome], of choice: String
    ) -> [StudyClaim] {
        guard let first = outcomes.first, outcomes.count > 1 else { return [] }
        let means = outcomes.map { SeedSummary($0.means) }
        let values = means.map(\.mean)
        let range = (values.max() ?? 0) - (values.min() ?? 0)
        let spread = means.map(\.deviation).max() ?? 0
        let lowest = outcomes.indices.min { values[$0] < values[$1] } ?? 0
        return [
            StudyClaim(
                claim: "The \(choice) moves similarity by no more than twice what seeds do",
                source: ClaimSource.own,
                verdict: first.seeds.count < 2
                    ? .undecided : range <= 2 * spread ? .held : .failed,
                evidence: "range \(NumberText.fixed(range, decimals: 3)), largest deviation over "
                    + "seeds \(NumberText.fixed(spread, decimals: 3)); lowest: "
                    + outcomes[lowest].cell.label),
            .everywhere(
                above: 0.03,
                outcomes.map { ($0.cell.label, SeedSummary($0.each(\.curve.jaggedness)).mean) },
                claim: "The curve is jagged under every \(choice)", source: ClaimSource.own,
                what: "jaggedness J"),
            .everywhere(
                above: 0,
                outcomes.map { outcome in
                    (
                        outcome.cell.label,
                        SeedSummary(
                            outcome.each { $0.blockDynamics(stage: 3) - $0.blockDynamics(stage: 1) }
                        ).mean
                    )
                }, claim: "Late layers are more dynamic under every \(choice)",
                source: ClaimSource.own, what: "D of stage 3 less stage 1"),
        ]
    }
}
