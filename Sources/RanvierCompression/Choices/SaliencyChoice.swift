import RanvierConfiguration
import RanvierData
import RanvierLearning
import RanvierNetworks
import RanvierTensors

/// `snip`: by gradients of the training loss on some samples.
struct SaliencyChoice: CriterionChoice {
    static let kind = SaliencyCriterion.name
    /// Samples whose mean loss is differentiated.
    var sampleCount = 128

    static let schema = Schema<SaliencyChoice> {
        Field.integer("samples", \.sampleCount, in: 1..., drawn: 1...256)
    }

    var criterion: any PruningCriterion { SaliencyCriterion() }
    var samples: Int? { sampleCount }

    func layers(of model: ClockedModel, on samples: Dataset?) throws -> [PruningLayer] {
        let gradients = try samples.map { try model.weightGradients(on: $0) } ?? [:]
        return model.network.prunableParameters.map {
            PruningLayer(
                name: $0.name, weights: $0.value, alive: $0.mask?.alive,
                gradient: gradients[$0.name])
        }
    }
}

extension ClockedModel {
    /// Gradients of the mean training loss by the prunable parameters that learn, by name.
    ///
    /// Batches are normalised as in training; running values are as before afterwards.
    func weightGradients(on samples: Dataset) throws -> [String: Tensor] {
        let data = try prepared(samples)
        let targets = signature.task.trainingTargets(data.targets)
        guard loss.accepts(targets) else {
            throw TrainingError.mismatch(
                what: "loss '\(type(of: loss).kind)'",
                expected: "one for the targets of \(data.name)", found: "one that takes others")
        }
        let running = network.parameters.filter { !$0.isTrainable }.map { ($0, $0.value) }
        defer { for (parameter, value) in running { parameter.value = value } }
        var sums: [String: Tensor] = [:]
        for batch in Batches(data, size: batchSize) {
            let sequence = try shown(batch.features, samples: batch.indices)
            let targets = signature.task.trainingTargets(batch.targets)
            let context = ForwardContext(timeStep: network.timeStep, isTraining: true)
            let (_, gradients) = network.valueAndGradients {
                loss.value(of: network(sequence, in: context), targets: targets)
            }
            let share = Tensor(Float(batch.count) / Float(data.count))
            for (parameter, gradient) in zip(network.trainableParameters, gradients)
            where parameter.isPrunable {
                let part = gradient.detached.dense * share
                sums[parameter.name] = sums[parameter.name].map { $0 + part } ?? part
            }
        }
        return sums
    }
}
