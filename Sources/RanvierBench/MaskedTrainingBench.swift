import RanvierCompression
import RanvierLearning
import RanvierNetworks
import RanvierTensors

/// `masked-training`: training steps of the networks of W2 and W3 through masks of several structures and densities.
///
/// Ratios are to the step of the same network without masks.
public struct MaskedTrainingBench: Workload {
    /// Creates the workload.
    public init() {}

    /// `masked-training`.
    public let name = "masked-training"
    /// What is done.
    public let summary =
        "training steps of W2 and W3 through masks: weights, neurons and channels, blocks"

    /// Runs the steps; `--runs` is the number of timed ones of each setting, 20 if not given; `--density` is the only density.
    public func run(_ request: BenchRequest, events: WorkEvents) throws -> BenchResult {
        var settings: [ComparedSteps.Setting] = []
        for isConvolutional in [false, true] {
            let first = settings.count, place = isConvolutional ? "W3" : "W2"
            settings.append(
                try .init(
                    "\(place) dense", against: nil, isConvolutional: isConvolutional,
                    batch: request.batch
                ) { _ in })
            for structure in MaskedNetworks.Structure.allCases {
                for density in request.density.map({ [$0] }) ?? MaskedNetworks.densities {
                    settings.append(
                        try .init(
                            "\(place) \(structure.rawValue), \(density)", against: first,
                            isConvolutional: isConvolutional, batch: request.batch
                        ) { network in
                            if density == 1 {
                                // All of them are there, and the mask is.
                                for parameter in network.prunableParameters {
                                    parameter.mask = Mask(.ones(parameter.shape))
                                }
                            }
                            try MaskedNetworks.mask(network, structure, density: density)
                        })
                    if density == 1, structure != .weights { settings.removeLast() }
                }
            }
        }
        return try ComparedSteps(name: name, settings: settings)
            .run(request, runs: 20, events: events)
    }
}
