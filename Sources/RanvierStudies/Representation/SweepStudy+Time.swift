import RanvierAnalysis
import RanvierConfiguration
import RanvierSpikes

extension SweepStudy {
    private static let publication = "Li, Kim, Park & Panda 2023, arXiv:2304.13098"

    /// `cka/time-steps`.
    static let timeSteps = SweepStudy(
        name: "cka/time-steps", title: "Representations at several numbers of steps",
        source: publication + ", section 5",
        cells: { plan in
            (plan.isQuick ? [2, 4, 8] : [2, 4, 8, 16]).map { steps in
                var network = plan.base
                network.steps = steps
                return SweepCell("T = \(steps)", network)
            }
        },
        claims: { outcomes in
            guard let first = outcomes.first, let last = outcomes.last else { return [] }
            guard outcomes.count > 1 else { return [nearCeiling(last)] }
            return [
                .below(
                    0.05, paired(last, first, \.curve.mean).map { abs($0) },
                    claim: "More steps change the similarity to the ANN little",
                    source: ClaimSource.told,
                    what: "size of the difference of \(last.cell.label) and \(first.cell.label)"),
                nearCeiling(last),
                .above(
                    0, paired(last, first) { $0.blockDynamics(stage: 3) },
                    claim: "More steps make late layers more dynamic", source: ClaimSource.own,
                    what: "D of stage 3, \(last.cell.label) less \(first.cell.label)"),
            ]
        })

    /// `cka/time-map`.
    static let timeMap = SweepStudy(
        name: "cka/time-map", title: "How layers change over time",
        source: publication + ", section 5",
        cells: { plan in
            (plan.isQuick ? [1, 3] : [3, 9, 27]).map { blocks in
                var network = plan.base
                network.blocks = blocks
                return SweepCell("ResNet-\(network.depth)", network)
            }
        },
        claims: { outcomes in
            outcomes.flatMap { outcome in
                [
                    .below(
                        0.1, outcome.each { $0.blockDynamics(stage: 1) },
                        claim: "Steps of early layers are nearly alike (\(outcome.cell.label))",
                        source: ClaimSource.paper, what: "D of stage 1"),
                    .above(
                        0,
                        outcome.each {
                            min(
                                $0.blockDynamics(stage: 3) - $0.blockDynamics(stage: 2),
                                $0.blockDynamics(stage: 2) - $0.blockDynamics(stage: 1))
                        },
                        claim: "Deeper layers change more, stage by stage (\(outcome.cell.label))",
                        source: ClaimSource.paper, what: "smaller of the two rises of D"),
                ]
            }
        })

    /// `cka/early-static`: stages that run at the first step alone, in networks trained with all steps and in networks
    /// trained like that.
    static let earlyStatic = SweepStudy(
        name: "cka/early-static", title: "First stages that run at one step",
        source: publication + ", section 5",
        cells: { plan in
            func cell(_ stages: Int, _ isTrained: Bool, _ label: String) -> SweepCell {
                var network = plan.base
                network.staticStages = stages
                network.isTrainedStatic = isTrained
                return SweepCell(label, network)
            }
            return [cell(0, true, "k = 0")]
                + (1...3).map { cell($0, false, "k = \($0), weights of k = 0") }
                + (1...3).map { cell($0, true, "k = \($0), trained so") }
        },
        claims: { outcomes in
            guard let all = outcomes.first(where: { $0.cell.spiking.staticStages == 0 }) else {
                return []
            }
            return [false, true].flatMap { isTrained in
                staticClaims(
                    outcomes.filter {
                        $0.cell.spiking.staticStages > 0
                            && $0.cell.spiking.isTrainedStatic == isTrained
                    }, all, isTrained ? "trained so" : "weights of k = 0")
            }
        })

    private static func staticClaims(
        _ outcomes: [SweepOutcome], _ all: SweepOutcome, _ way: String
    ) -> [StudyClaim] {
        guard let first = outcomes.first, let last = outcomes.last else { return [] }
        let one: [StudyClaim] = [
            .above(
                -0.02, paired(first, all, \.spikingAccuracy),
                claim: "One static stage costs little (\(way))", source: ClaimSource.told,
                what: "accuracy, k = \(first.cell.spiking.staticStages) less k = 0"),
            .below(
                0, paired(first, all, \.energy.share),
                claim: "One static stage saves energy (\(way))", source: ClaimSource.own,
                what: "SNN / ANN less that of k = 0"),
        ]
        guard outcomes.count > 1 else { return one }
        return one + [
            .below(
                0, paired(last, first, \.spikingAccuracy),
                claim: "More static stages cost more (\(way))", source: ClaimSource.told,
                what: "accuracy, k = \(last.cell.spiking.staticStages) less k = "
                    + "\(first.cell.spiking.staticStages)")
        ]
    }

    /// `cka/encoding`.
    static let encoding = SweepStudy(
        name: "cka/encoding", title: "Images that come as spikes",
        source: "Ranvier, after " + publication,
        cells: { plan in
            [
                DirectEncoder.kind, PoissonEncoder.kind, LatencyEncoder.kind, PhaseEncoder.kind,
            ].map { encoding in
                var network = plan.base
                network.encoding = Element(encoding)
                return SweepCell(encoding, network)
            }
        },
        claims: { outcomes in
            guard let direct = outcomes.first,
                direct.cell.spiking.encoding.kind == DirectEncoder.kind
            else {
                return []
            }
            return outcomes.dropFirst().flatMap { other in
                [
                    .above(
                        0, paired(other, direct) { $0.dynamics.mean },
                        claim: "Input that changes in time raises D (\(other.cell.label))",
                        source: ClaimSource.own, what: "D less that of direct coding"),
                    .below(
                        0, paired(other, direct, \.curve.mean),
                        claim: "It makes SNN and ANN less alike (\(other.cell.label))",
                        source: ClaimSource.own, what: "similarity less that of direct coding"),
                ]
            }
        })

    /// `cka/events`.
    static let events = SweepStudy(
        name: "cka/events", title: "Representations of events and of still images",
        source: publication + ", section 6, on simulated recordings",
        cells: { plan in
            var still = plan.base
            still.steps = plan.isQuick ? 6 : 10
            var events = still
            events.data = plan.isQuick ? .eventDigits : .eventCIFAR10
            events.encoding = Element(SequenceEncoder.kind)
            return [SweepCell("still images", still), SweepCell("events", events)]
        },
        claims: { outcomes in
            guard outcomes.count == 2 else { return [] }
            return [
                .below(
                    0, paired(outcomes[1], outcomes[0], \.curve.mean),
                    claim: "Events make SNN and ANN less alike", source: ClaimSource.told,
                    what: "similarity of events less that of still images"),
                .above(
                    0, paired(outcomes[1], outcomes[0]) { $0.dynamics.mean },
                    claim: "Events make layers more dynamic", source: ClaimSource.told,
                    what: "D of events less that of still images"),
            ]
        })
}
