import RanvierAnalysis

// Whether the findings hold for other architectures and other data.
extension SweepStudy {
    private static let publication = "Li, Kim, Park & Panda 2023, arXiv:2304.13098"

    /// `cka/vgg`: networks without shortcuts, beside the residual one.
    static let vgg = SweepStudy(
        name: "cka/vgg", title: "Representations of networks of the VGG family",
        source: publication + ", appendix A.1",
        cells: { plan in
            [SweepCell("ResNet-\(plan.base.depth)", plan.base)]
                + (plan.isQuick ? [1, 2, 4] : [2, 3, 4]).map { blocks in
                    var network = plan.base
                    network.architecture = .vgg
                    network.blocks = blocks
                    if !plan.isQuick { network.channels = 64 }
                    return SweepCell("VGG of \(network.depth - 1) convolutions", network)
                }
        },
        claims: { outcomes in
            let chains = outcomes.filter { $0.cell.spiking.architecture == .vgg }
            guard let last = chains.last else { return [] }
            let bridged = outcomes.filter { $0.cell.spiking.architecture == .resNet }
            return depthClaims(chains)
                + bridged.flatMap { residual in
                    let words = "\(last.cell.label) less \(residual.cell.label)"
                    return [
                        StudyClaim.below(
                            0, paired(last, residual, \.curve.jaggedness),
                            claim: "Without shortcuts nothing restores the curve",
                            source: ClaimSource.told, what: "jaggedness J, \(words)"),
                        StudyClaim.above(
                            -0.02, paired(last, residual, \.spikingAccuracy),
                            claim: "The SNN without shortcuts is as accurate",
                            source: ClaimSource.own, what: "accuracy, \(words)"),
                    ]
                }
        })

    /// `cka/cifar100`: as `cka/depth`. Quick runs learn from the first 2000 images, for there is no other set of as many
    /// classes that could stand in.
    static let cifar100 = SweepStudy(
        name: "cka/cifar100", title: "Representations of networks that learn CIFAR-100",
        source: publication + ", appendix A.2; reads train.bin and test.bin of CIFAR-100",
        cells: { plan in
            (plan.isQuick ? [1, 3] : [3, 6, 9, 18, 27]).map { blocks in
                var network = plan.base
                network.data = .cifar100
                network.blocks = blocks
                network.shift = 4
                network.flips = true
                if plan.isQuick { network.trainingSamples = 2000 }
                // The published decay of this set is that of spiking networks alone.
                let twin = network.twin
                network.weightDecay = 5e-4
                return SweepCell("ResNet-\(network.depth)", network, against: twin)
            }
        }, claims: depthClaims)
}
