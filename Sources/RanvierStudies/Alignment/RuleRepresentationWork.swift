import Foundation
import Ranvier
import RanvierAlignment
import RanvierConfiguration
import RanvierData
import RanvierLearning
import RanvierNetworks
import RanvierSpikes
import RanvierSurrogate
import RanvierTensors

/// Networks that learn the digits, each by one rule; what is trained is stored.
struct RuleRepresentationWork {
    /// A network after training.
    struct Trained {
        let seed: UInt64
        let model: ClockedModel
        let accuracy: Double
    }

    /// What is stored of it.
    private struct Outcome: Codable {
        let accuracy: Double
        let parameters: [String: [Float]]
    }

    let digits: Digits
    private let context: StudyContext
    private let procedure: Procedure
    private let epochs: Int
    private let steps: Int

    init(_ context: StudyContext) throws {
        self.context = context
        digits = try Digits()
        epochs = context.epochs ?? (context.isQuick ? 4 : 30)
        steps = context.isQuick ? 10 : 25
        procedure = Procedure(
            folder: context.cache?.appending(path: "alignment-representation"),
            warning: context.events.warning)
    }

    /// A network before training.
    func untrained(seed: UInt64) throws -> ClockedModel {
        try ClockedModel(
            encoder: .direct(steps: steps, timeStep: 1e-3), inputShape: [64], seed: seed
        ) {
            Linear(64, 100, gain: 2)
            LIF(membraneTimeConstant: 10e-3)
            Linear(100, 100, gain: 2)
            LIF(membraneTimeConstant: 10e-3)
            Linear(100, 10)
            LeakyIntegrator(membraneTimeConstant: 20e-3)
        }
    }

    /// A network after training, from its file where there is one.
    func trained(
        _ setting: RuleRepresentationStudy.Setting, seed: UInt64
    ) throws -> Trained {
        let model = try untrained(seed: seed)
        let word = setting.label.replacing(" ", with: "-")
        let outcome = try procedure.round(
            "\(word)-e\(epochs)-t\(steps)-s\(seed)"
        ) {
            try train(model, setting, seed: seed)
        }
        var values: [String: Tensor] = [:]
        for parameter in model.network.parameters {
            guard let numbers = outcome.parameters[parameter.name] else { continue }
            values[parameter.name] = Tensor(numbers, shape: parameter.shape)
        }
        try model.network.restore(values)
        return Trained(seed: seed, model: model, accuracy: outcome.accuracy)
    }

    private func train(
        _ model: ClockedModel, _ setting: RuleRepresentationStudy.Setting, seed: UInt64
    ) throws -> Outcome {
        let training = ClockedTraining(
            model, optimizer: Adam(learningRate: 2e-3), schedule: .cosine(),
            batchSizes: 32, seed: seed)
        let hooks = Hooks(shouldStop: { context.events.cancellation.isRequested })
        let accuracy: Double
        do {
            if let element = setting.rule {
                let rule = try element.value(of: LocalRuleRole.self, in: .standard, at: "rule")
                var method = try LocalLearning(training, rule: rule)
                try Course(epochs: epochs).run(&method, on: digits.train, hooks: hooks)
                accuracy = try method.model.evaluate(on: digits.test, counts: false).accuracy
            } else {
                var method = SurrogateGradient(training)
                try Course(epochs: epochs).run(&method, on: digits.train, hooks: hooks)
                accuracy = try method.model.evaluate(on: digits.test, counts: false).accuracy
            }
        } catch TrainingError.interrupted {
            throw InterruptedError(
                advice: "networks that are trained are kept; go on with the same command")
        }
        return Outcome(
            accuracy: accuracy,
            parameters: model.network.values.mapValues(\.scalars))
    }
}
