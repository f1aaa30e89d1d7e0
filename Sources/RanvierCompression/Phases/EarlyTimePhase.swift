import Foundation
import RanvierConfiguration
import RanvierData
import RanvierLearning
import RanvierNetworks
import RanvierSpikes
import RanvierTensors

/// `early-time`: trains for a few epochs, then chooses with how many steps of time the searches that follow are done.
///
/// Phases that search (`prune`, `early-bird`, `train` with `search: true`) see the chosen steps; `train` sees all. See ``EarlyTime``.
public struct EarlyTimePhase: CompressionPhase {
    /// `early-time`.
    public static let kind = "early-time"
    /// The name of the chosen steps among tensors.
    static let stepsName = "early-time/steps"
    /// λ: larger ones give fewer steps.
    public var limit = 0.6
    /// Which way answers are compared.
    public var rule = EarlyTime.Rule.paper
    /// Training samples whose answers are compared.
    public var samples = 1000
    /// Epochs before the choice, and learning rate.
    public var training = PhaseTraining(epochs: 2)

    /// After two epochs, λ = 0.6.
    public init() {}

    /// The keys of a configuration.
    public static let schema = Schema<EarlyTimePhase> {
        Field.number("limit", \.limit, in: 0...1)
        Field.choice("rule", \.rule)
        Field.integer("samples", \.samples, in: 1...1_000_000, drawn: 1...4)
        Field.part(\.training)
    }

    /// One.
    public func legs(epochs: Int) -> [CompressionLeg] {
        [training.leg(Self.kind, epochs: epochs)]
    }

    /// False.
    public var compresses: Bool { false }

    /// A network without a clock, with too few steps to choose among, or with samples that are sequences, whose rows are the steps.
    public func check(on trainee: Trainee) throws {
        let (model, steps) = try choice(on: trainee)
        guard model.encoder.rowDuration == nil else {
            throw CompressionError.impossibleValue(
                what: Self.kind,
                expected: "an encoding that shows a sample for as many steps as are chosen",
                found:
                    "'\(model.encoderDescription.kind)', whose steps are the rows of the samples; leave "
                    + "'\(Self.kind)' out, or choose fewer rows for data and encoding alike")
        }
        // What a network with other steps would be refused for, before it has been trained.
        var method = trainee.method
        for fewer in [2, steps - 1] { try method.show(steps: fewer, registry: trainee.registry) }
    }

    private func choice(on trainee: Trainee) throws(CompressionError) -> (
        model: ClockedModel, steps: Int
    ) {
        guard let steps = trainee.method.steps, steps > 2,
            let model = trainee.method.model as? ClockedModel
        else {
            throw .impossibleValue(
                what: "early-time",
                expected: "a network on a clock that is shown three steps or more",
                found: trainee.method.steps.map { "\($0) steps" } ?? "one without a clock")
        }
        return (model, steps)
    }

    /// Chooses.
    public func end(leg: Int, on trainee: inout Trainee) throws {
        let (model, steps) = try choice(on: trainee)
        guard let data = trainee.samples else { return }
        let count = min(samples, data.count)
        var outputs: [Tensor] = []
        for start in stride(from: 0, to: count, by: model.batchSize) {
            let indices = Array(start..<min(start + model.batchSize, count))
            let sequence = try model.shown(data.features(of: indices), samples: indices)
            outputs.append(model.network(sequence).dense)
        }
        let width = model.network.outputShape.reduce(1, *)
        var values = [Double](repeating: 0, count: steps * count * width), done = 0
        for output in outputs {
            let batch = output.shape[1], numbers = output.scalars
            for t in 0..<steps {
                for i in 0..<batch * width {
                    values[(t * count + done) * width + i] = Double(numbers[t * batch * width + i])
                }
            }
            done += batch
        }
        let comparison = EarlyTime(
            outputs: values, steps: steps, samples: count, classes: width)
        let chosen = comparison.chosen(below: limit, rule: rule)
        trainee.tensors[Self.stepsName] = Tensor([Float(chosen)], shape: [1])
        let divergences = zip(comparison.candidates, comparison.normalized(rule)).map {
            "\($0): \(NumberText.significant($1))"
        }
        trainee.remarks.append(
            "early-time: \(chosen) of \(steps) steps are enough to search with (divergence by steps "
                + "\(divergences.joined(separator: ", ")); limit \(limit))")
    }

    /// A number of steps that none can be.
    public func refusal(of tensors: [String: Tensor]) -> String? {
        guard let steps = tensors[Self.stepsName] else { return nil }
        let isWhole = steps.scalars.count == 1 && steps.scalars[0] == steps.scalars[0].rounded()
        return isWhole && (2...1_000_000).contains(steps.scalars[0])
            ? nil : "\(steps.scalars) in '\(Self.stepsName)'"
    }
}
