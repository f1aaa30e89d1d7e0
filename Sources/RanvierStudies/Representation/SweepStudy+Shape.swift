import RanvierAnalysis
import RanvierConfiguration

/// Where the claims of the sweeps come from.
enum ClaimSource {
    static let paper = "Li et al. 2023"
    static let told = "told of Li et al. 2023"
    static let own = "ours"
}

extension SweepStudy {
    private static let publication = "Li, Kim, Park & Panda 2023, arXiv:2304.13098"

    /// `cka/depth`.
    static let depth = SweepStudy(
        name: "cka/depth", title: "Representations of networks of several depths",
        source: publication + ", section 4",
        cells: { plan in
            (plan.isQuick ? [1, 2, 3] : [3, 6, 9, 18, 27]).map { blocks in
                var network = plan.base
                network.blocks = blocks
                return SweepCell("ResNet-\(network.depth)", network)
            }
        }, claims: depthClaims)

    /// What is claimed of networks that grow deeper.
    static func depthClaims(_ outcomes: [SweepOutcome]) -> [StudyClaim] {
        guard let first = outcomes.first, let last = outcomes.last else { return [] }
        let stages = last.cell.spiking.stageCount
        let alone = [
            nearCeiling(last), aboveFloor(last),
            .above(
                0.02, last.each { $0.map.gridContrast },
                claim: "The heat map of \(last.cell.label) shows a grid", source: ClaimSource.paper,
                what: "mean difference of neighbouring cells along a row"),
            .above(
                0,
                last.each { seed in
                    seed.curve.mean(ofLayersIn: "stage\((stages + 1) / 2)")
                        - max(
                            seed.curve.mean(ofLayersIn: "stage1"),
                            seed.curve.mean(ofLayersIn: "stage\(stages)"))
                }, claim: "Similarity is strongest in the middle layers", source: ClaimSource.told,
                what: "middle stage less the better of the others"),
        ]
        guard outcomes.count > 1 else { return alone }
        return alone + [
            .below(
                0, paired(last, first, \.curve.mean),
                claim: "Deeper networks differ more from their twins", source: ClaimSource.told,
                what: "\(last.cell.label) less \(first.cell.label)")
        ]
    }

    /// `cka/width`.
    static let width = SweepStudy(
        name: "cka/width", title: "Representations of networks of several widths",
        source: publication + ", section 4",
        cells: { plan in
            (plan.isQuick ? [4, 8, 16] : [16, 32, 64, 128, 256]).map { channels in
                var network = plan.base
                network.channels = channels
                return SweepCell("\(channels) channels", network)
            }
        },
        claims: { outcomes in
            guard let first = outcomes.first, let last = outcomes.last else { return [] }
            guard outcomes.count > 1 else { return [nearCeiling(last)] }
            return [
                nearCeiling(last),
                .above(
                    -0.02, paired(last, first, \.curve.mean),
                    claim: "Wider networks stay or grow similar to their twins",
                    source: ClaimSource.told,
                    what: "\(last.cell.label) less \(first.cell.label)"),
            ]
        })

    /// `cka/residual`.
    static let residual = SweepStudy(
        name: "cka/residual", title: "What the residual connections do",
        source: publication + ", section 4",
        cells: { plan in
            let depths = plan.isQuick ? [3] : [3, 9, 18]
            return depths.flatMap { blocks in
                [true, false].map { isResidual in
                    var network = plan.base
                    network.blocks = blocks
                    network.isResidual = isResidual
                    return SweepCell(
                        "ResNet-\(network.depth) \(isResidual ? "with" : "without") residuals",
                        network)
                }
            }
        },
        claims: { outcomes in
            outcomes.filter(\.cell.spiking.isResidual).flatMap { with in
                outcomes.filter {
                    !$0.cell.spiking.isResidual && $0.cell.spiking.depth == with.cell.spiking.depth
                }.flatMap { residualClaims(with, $0) }
            }
        })

    private static func residualClaims(
        _ with: SweepOutcome, _ without: SweepOutcome
    ) -> [StudyClaim] {
        let lowest = with.seeds.map { seed in
            let blocks = seed.curve.blocks
            let inside = blocks.count { block in
                block.lowest.map { $0.hasSuffix("conv2") || $0.hasSuffix("bn2") } ?? false
            }
            return Double(inside) / Double(max(blocks.count, 1))
        }
        let ceiling = SeedSummary(with.artificialCeilings.map(\.jaggedness)).mean
        return [
            .above(
                0.05, with.each(\.curve.jaggedness),
                claim: "The curve is periodic, restored at every addition",
                source: ClaimSource.paper, what: "jaggedness J of \(with.cell.label)"),
            .above(
                0, with.each { $0.curve.jaggedness - ceiling },
                claim: "It is more jagged than the curve of two ANNs", source: ClaimSource.own,
                what: "J less that of ANN–ANN (\(NumberText.fixed(ceiling, decimals: 3)))"),
            .above(
                0.5, lowest, claim: "It falls at the last convolution of a block",
                source: ClaimSource.told, what: "share of blocks whose lowest map is there"),
            .above(
                0, paired(with, without, \.curve.mean),
                claim: "Residuals pull the SNN towards ANN-like features",
                source: ClaimSource.paper, what: "mean similarity with less without"),
            .below(
                0,
                without.each {
                    $0.curve.mean(ofLayersIn: "stage3") - $0.curve.mean(ofLayersIn: "stage1")
                }, claim: "Without residuals similarity decays with depth",
                source: ClaimSource.told, what: "stage 3 less stage 1"),
            .above(
                0, paired(with, without, \.spikingAccuracy),
                claim: "Without residuals the SNN's accuracy drops", source: ClaimSource.told,
                what: "accuracy with less without"),
            nearCeiling(with),
        ]
    }

    // MARK: - Claims that several studies test

    /// Similarity of SNN and ANN as a share of that of two ANNs.
    static func nearCeiling(_ outcome: SweepOutcome) -> StudyClaim {
        let ceiling = outcome.artificialCeiling
        let claim = "SNN and ANN (\(outcome.cell.label)) are nearly as similar as two ANNs"
        guard ceiling.mean.isFinite else {
            return StudyClaim(
                claim: claim, source: ClaimSource.told, verdict: .undecided,
                evidence: "one seed gives no ceiling")
        }
        let tested = StudyClaim.above(
            0.9, outcome.means.map { $0 / ceiling.mean }, claim: claim,
            source: ClaimSource.told, what: "SNN–ANN / ANN–ANN")
        return StudyClaim(
            claim: claim, source: tested.source, verdict: tested.verdict,
            evidence: tested.evidence + "; SNN–ANN \(SeedSummary(outcome.means).text), ANN–ANN "
                + "\(ceiling.text), SNN–SNN \(outcome.spikingCeiling.text)")
    }

    /// Similarity to a trained network less that to an untrained one.
    static func aboveFloor(_ outcome: SweepOutcome) -> StudyClaim {
        .above(
            0.1, outcome.each { $0.curve.mean - $0.floor.mean },
            claim: "Training, not architecture, makes them similar (\(outcome.cell.label))",
            source: ClaimSource.own, what: "trained less untrained ANN")
    }
}

extension SimilarityMap {
    /// Mean size of the step from a column to the next: large where layers of different kinds alternate.
    var gridContrast: Double {
        let steps = values.flatMap { row in
            zip(row, row.dropFirst()).map { abs($0 - $1) }.filter { !$0.isNaN }
        }
        return steps.isEmpty ? .nan : steps.reduce(0, +) / Double(steps.count)
    }
}
