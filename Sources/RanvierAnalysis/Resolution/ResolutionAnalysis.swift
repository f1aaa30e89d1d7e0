import RanvierConfiguration
import RanvierData
import RanvierLearning
import RanvierNetworks
import RanvierSpikes
import RanvierTensors

/// How good and how dear a clocked model is on a coarser clock, and on one that is not steady.
package struct ResolutionAnalysis {
    /// What came of one clock.
    package struct Outcome: Sendable {
        /// Seconds of a step.
        package let timeStep: Double
        /// Steps of a sample.
        package let steps: Int
        /// The most important measure of the task.
        package let measure: Measure
        /// Spikes of a sample.
        package let spikes: Double
        /// Operations of a sample.
        package let operations: SampleOperations
        /// Arithmetic of a sample in picojoules.
        package let picojoules: Double
    }

    private let model: ClockedModel
    private let data: Dataset
    private let registry: Registry
    private let seed: UInt64

    /// - Throws: ``ModelError/noTimeStep(model:reason:)`` for models without a clock, or with a single step.
    package init(
        model: any SpikingModel, data: Dataset, registry: Registry, seed: UInt64 = 0
    ) throws {
        guard let clocked = model as? ClockedModel else {
            throw ModelError.noTimeStep(
                model: "a model of the kind '\(type(of: model).kind)'",
                reason: "it has no clock: its spikes come at any time, and the resolution of its "
                    + "input is the number of bins of its encoding; train with fewer bins")
        }
        guard clocked.encoder.steps > 1 else {
            throw ModelError.noTimeStep(
                model: "a network that is shown one step", reason: "there is none to join it with")
        }
        self.model = clocked
        self.data = data
        self.registry = registry
        self.seed = seed
    }

    /// 1, 2, 4, … as long as at least two steps are left.
    package var factors: [Int] {
        var factors = [1]
        while let last = factors.last, model.encoder.steps >= 4 * last { factors.append(2 * last) }
        return factors
    }

    /// Moves that make sense, in steps: none for what is the same at every step.
    package var jitters: [Int] {
        guard model.encoder.form != .constant else { return [] }
        return [1, 2, 4, 8].filter { $0 < model.encoder.steps / 2 }
    }

    /// Whether what moves are spikes; else whole rows do.
    package func movesSpikes() throws -> Bool {
        let batch = Batches(data, size: min(data.count, model.batchSize))[0]
        return try model.shown(batch.features, samples: batch.indices).storageKind == .spikes
    }

    /// The model on a clock of longer steps.
    package func outcome(factor: Int) throws -> Outcome {
        let coarse = try model.coarsened(by: factor, in: registry)
        return try outcome(of: coarse, steps: (model.encoder.steps + factor - 1) / factor) {
            ClockedModel.binned($0, by: factor)
        }
    }

    /// The model where each spike, or each row, comes up to so many steps too early or too late.
    package func outcome(jitter: Int) throws -> Outcome {
        let stream = RandomStream(seed: seed, name: "clock")
        var batch = 0
        return try outcome(of: model, steps: model.encoder.steps) { sequence in
            batch += 1
            return Self.moved(sequence, by: jitter, from: stream.substream(batch))
        }
    }

    private func outcome(
        of model: ClockedModel, steps: Int, changing change: @escaping (Tensor) -> Tensor
    ) throws -> Outcome {
        let evaluation = try model.evaluate(on: data, changing: change)
        let operations = SampleOperations(
            evaluation.operations, samples: data.count,
            neuronUpdates: evaluation.activity.reduce(0.0) { $0 + Double($1.neurons * $1.steps) })
        return Outcome(
            timeStep: model.network.timeStep, steps: steps,
            measure: try evaluation.mostImportantMeasure(seed: seed),
            spikes: evaluation.spikesPerSample, operations: operations,
            picojoules: EnergyEstimate(of: operations).arithmetic)
    }

    /// Spikes one by one, or rows as a whole, moved evenly from `−reach` to `reach` steps; at the ends they stay inside.
    static func moved(_ sequence: Tensor, by reach: Int, from stream: RandomStream) -> Tensor {
        guard reach > 0, sequence.storageKind != .constantInTime else { return sequence }
        let steps = sequence.shape[0], batch = sequence.shape[1]
        let row = sequence.count / max(steps * batch, 1), size = batch * row
        let values = sequence.scalars, isSpikes = sequence.storageKind == .spikes
        let numbers = stream.uniform(count: isSpikes ? values.count : steps * batch)
        func move(_ index: Int) -> Int {
            min(Int(numbers[index] * Float(2 * reach + 1)), 2 * reach) - reach
        }
        var result = [Float](repeating: 0, count: values.count)
        if isSpikes {
            for (index, value) in values.enumerated() where value != 0 {
                let step = min(max(index / size + move(index), 0), steps - 1)
                result[step * size + index % size] = 1
            }
            return Tensor(result, shape: sequence.shape).packedAsSpikes
        }
        for index in result.indices {
            let step = index / size, sample = index % size / row
            let from = min(max(step + move(step * batch + sample), 0), steps - 1)
            result[index] = values[from * size + index % size]
        }
        return Tensor(result, shape: sequence.shape)
    }
}
