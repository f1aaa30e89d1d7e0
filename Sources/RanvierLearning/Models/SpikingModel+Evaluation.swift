import RanvierData
import RanvierNetworks
import RanvierTensors

extension SpikingModel {
    /// Everything that the one ruler asks for, batch by batch.
    ///
    /// - Parameters:
    ///   - measures: what is measured besides what the task asks for.
    ///   - counts: whether layers are listened to; without, activity and operations are left out.
    ///   - intervals: whether measures get intervals, which costs some draws of the samples for each.
    ///   - change: changes the sequence that the network is shown; nil for as it is.
    /// - Throws: `DataError` for samples of another shape, ``TrainingError/mismatch(what:expected:found:)`` for another task;
    ///   ``TrainingError/interrupted(epoch:lastCompletedEpoch:)`` where the observer asks to stop; the model's error.
    public func evaluate(
        on data: Dataset, measures: [any EvaluationMeasure] = [], counts: Bool = true,
        intervals: Bool = true, observer: any TrainingObserver = SilentObserver(),
        changing change: ((Tensor) -> Tensor)? = nil
    ) throws -> Evaluation {
        let data = try prepared(data)
        if case .none = data.targets {} else { try signature.task.requireFit(of: data) }
        var result = Evaluation(task: signature.task, targets: data.targets)
        result.hasIntervals = intervals
        let tally = ActivityTally()
        let listener =
            counts ? Listener(showsSpikes: data.holdsRasters, hears: tally.observe) : nil
        var lossSum = 0.0
        let start = ContinuousClock.now
        for batch in Batches(data, size: batchSize) {
            if observer.shouldStop {
                throw TrainingError.interrupted(epoch: 0, lastCompletedEpoch: 0)
            }
            let responses =
                try change.map { try respond(to: batch, listener: listener, changing: $0) }
                ?? respond(to: batch, listener: listener)
            result.answers += responses.answers
            if let deviations = responses.deviations {
                result.deviations = (result.deviations ?? []) + deviations
            }
            lossSum += responses.loss * Double(batch.count)
        }
        result.seconds = (ContinuousClock.now - start) / .seconds(1)
        result.loss = lossSum / Double(max(data.count, 1))
        result.activity = tally.layers(samples: data.count)
        result.operations = tally.operations
        result.layerOperations = tally.layerOperations
        try result.measure(measures)
        return result
    }

    /// Seconds from one sample to its answer, the median of 30 runs after three that warm up.
    public func secondsPerSample(on data: Dataset) throws -> Double {
        guard data.count > 0 else { return 0 }
        let data = try prepared(data)
        var times: [Double] = []
        for run in 0..<33 {
            let batch = Batches(data.subset([run % data.count]), size: 1)[0]
            let start = ContinuousClock.now
            _ = try respond(to: batch.withoutTargets, listener: nil)
            times.append((ContinuousClock.now - start) / .seconds(1))
        }
        let sorted = times.dropFirst(3).sorted()
        return sorted[sorted.count / 2]
    }

    /// Spikes of every spiking layer for one sample; networks without a clock are shown in 200 bins.
    public func spikes(ofSample index: Int, in data: Dataset) throws -> [LayerSpikes] {
        let batch = Batches(try prepared(data.subset([index])), size: 1)[0]
        var layers: [LayerSpikes] = []
        let listener = Listener(.signals(bins: 200)) { layer, observation in
            guard let spikes = observation.rasterizedSpikes else { return }
            layers.append(
                LayerSpikes(
                    name: layer, spikes: spikes.flattened(from: 1),
                    timeStep: duration / Double(max(spikes.shape[0], 1))))
        }
        _ = try respond(to: batch.withoutTargets, listener: listener)
        return layers
    }

    /// Answers to samples, whose targets are not looked at.
    public func answers(to data: Dataset) throws -> Responses {
        let data = try prepared(data)
        var all = Responses(answers: [], loss: .nan)
        for batch in Batches(data, size: batchSize) {
            let part = try respond(to: batch.withoutTargets, listener: nil)
            all.answers += part.answers
            if let deviations = part.deviations {
                all.deviations = (all.deviations ?? []) + deviations
            }
        }
        return all
    }

    /// The answer to one sample.
    ///
    /// - Parameter values: as they were measured, in row-major order; the model's scaling is applied.
    /// - Throws: ``ModelError/row(expected:found:)``; what the model throws.
    public func predict(_ values: [Float]) throws -> Prediction {
        let expected = signature.inputShape.reduce(1, *)
        guard values.count == expected else {
            throw ModelError.row(expected: expected, found: values.count)
        }
        let data = try Dataset(
            name: "a sample", values: values, featureShape: signature.inputShape,
            targets: .none(count: 1))
        let responses = try answers(to: data)
        return signature.task.prediction(
            of: responses.answers[0], deviation: responses.deviations?[0])
    }
}

extension Observation {
    /// Spikes on a grid of steps: those that were heard, or where counts of spikes were heard one for each step that had any.
    fileprivate var rasterizedSpikes: Tensor? {
        switch self {
        case .spikes(let spikes): spikes
        case .spikeCounts(let counts):
            Tensor(counts.scalars.map { $0 > 0 ? 1 : 0 }, shape: counts.shape)
        case .values, .operations, .tally: nil
        }
    }
}

extension Batch {
    fileprivate var withoutTargets: Batch {
        Batch(indices: indices, features: features, targets: .none(count: count))
    }
}
