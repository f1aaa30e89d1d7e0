import RanvierAnalysis
import RanvierConfiguration
import RanvierSpikes

// What the networks cost that the other studies train.
extension SweepStudy {
    /// `cka/spike-rate`: the networks of all other sweeps; quick, the first and the last setting of each.
    static let spikeRate = SweepStudy(
        name: "cka/spike-rate", title: "Firing rates, operations and energy of all networks",
        source: "Ranvier, after Li, Kim, Park & Panda 2023, arXiv:2304.13098",
        cells: { plan in
            var seen: Set<StudyNetwork> = []
            return counted.flatMap { study in
                let cells = study.cells(plan)
                let chosen = plan.isQuick ? [cells.first, cells.last].compactMap(\.self) : cells
                return chosen.filter { seen.insert($0.spiking).inserted }.map { cell in
                    SweepCell("\(study.name.dropFirst("cka/".count)): \(cell.label)", cell.spiking)
                }
            }
        }, claims: energyClaims)

    /// The sweeps whose networks are counted; `cka/cifar100` needs data of its own.
    private static let counted = [
        depth, width, residual, timeSteps, timeMap, vgg, earlyStatic, encoding, events, surrogate,
        norm, neuron,
    ]

    private static func energyClaims(_ outcomes: [SweepOutcome]) -> [StudyClaim] {
        [
            .everywhere(
                above: 0, outcomes.map { ($0.cell.label, 1 - SeedSummary($0.shares).mean) },
                claim: "An SNN takes less energy than its twin, under every setting",
                source: ClaimSource.own, what: "1 − SNN / ANN"),
            .everywhere(
                above: 0,
                outcomes.map { outcome in
                    let fall = outcome.each {
                        $0.rateCurve.mean(ofLayersIn: "stage1")
                            - $0.rateCurve.mean(ofLayersIn: "stage3")
                    }
                    return (outcome.cell.label, SeedSummary(fall).mean)
                }, claim: "Late layers fire less than early ones, under every setting",
                source: ClaimSource.own, what: "rate of stage 1 less stage 3"),
        ] + stepClaims(outcomes) + codeClaims(outcomes)
    }

    /// Networks that differ in nothing but the steps: the energy against that of the fewest.
    private static func stepClaims(_ outcomes: [SweepOutcome]) -> [StudyClaim] {
        let sweep = outcomes.filter { $0.cell.label.hasPrefix("time-steps") }
        guard let few = sweep.first, let many = sweep.last, sweep.count > 1 else { return [] }
        let ratio = Double(many.cell.spiking.steps) / Double(few.cell.spiking.steps)
        return [
            .below(
                ratio, zip(many.shares, few.shares).map { $0 / $1 },
                claim: "Energy grows less than the number of steps", source: ClaimSource.own,
                what: "energy at T = \(many.cell.spiking.steps) over that at T = "
                    + "\(few.cell.spiking.steps)")
        ]
    }

    /// Codes made of spikes against the same network with direct coding.
    private static func codeClaims(_ outcomes: [SweepOutcome]) -> [StudyClaim] {
        outcomes.compactMap { coded in
            var network = coded.cell.spiking
            guard ![DirectEncoder.kind, SequenceEncoder.kind].contains(network.encoding.kind) else {
                return nil
            }
            network.encoding = Element(DirectEncoder.kind)
            guard let direct = outcomes.first(where: { $0.cell.spiking == network }) else {
                return nil
            }
            return .below(
                0, zip(coded.shares, direct.shares).map { $0 - $1 },
                claim: "A code of spikes saves energy (\(coded.cell.spiking.encoding.kind))",
                source: ClaimSource.own, what: "SNN / ANN less that of direct coding")
        }
    }
}

extension SweepOutcome {
    /// Energy of the spiking network as a share of its twin's, seed by seed.
    fileprivate var shares: [Double] { each(\.energy.share) }
}
