import RanvierCompression
import RanvierLearning
import RanvierNetworks
import RanvierTensors

/// `fake-quantize`: training steps of the network of W3 whose weights are seen through quantisers of 4 bits.
///
/// Ratios are to the step without a quantiser.
public struct FakeQuantizationBench: Workload {
    /// Creates the workload.
    public init() {}

    /// `fake-quantize`.
    public let name = "fake-quantize"
    /// What is done.
    public let summary = "training steps of W3 through quantisers of 4 bits"

    private static let views: [(String, @Sendable (Tensor) -> any ParameterView)] = [
        ("one scale", { _ in SymmetricQuantizer(bits: 4) }),
        ("a scale per output", { _ in SymmetricQuantizer(bits: 4, isPerOutput: true) }),
        ("learned step", { LearnedStepQuantizer(bits: 4, fittedTo: $0) }),
    ]

    /// Runs the steps; `--runs` is the number of timed ones of each setting, 30 if not given.
    public func run(_ request: BenchRequest, events: WorkEvents) throws -> BenchResult {
        var settings = [
            try ComparedSteps.Setting(
                "W3", against: nil, isConvolutional: true, batch: request.batch
            ) { _ in }
        ]
        for (name, view) in Self.views {
            settings.append(
                try .init(name, against: 0, isConvolutional: true, batch: request.batch) {
                    for parameter in $0.prunableParameters {
                        parameter.views = [view(parameter.value)]
                    }
                })
        }
        return try ComparedSteps(name: name, settings: settings)
            .run(request, runs: 30, events: events)
    }
}
