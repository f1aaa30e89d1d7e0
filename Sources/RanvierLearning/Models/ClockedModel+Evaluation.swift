import RanvierData
import RanvierNetworks
import RanvierSpikes
import RanvierTensors

extension ClockedModel {
    /// Loss and accuracy only.
    public func scores(
        on data: Dataset, observer: any TrainingObserver = SilentObserver()
    ) throws -> (loss: Double, accuracy: Double) {
        let measured = try evaluate(on: data, tally: nil, observer: observer)
        return (measured.loss, measured.accuracy)
    }

    /// Everything that the one ruler asks for, batch by batch.
    ///
    /// - Throws: the encoder's error; ``TrainingError/interrupted(epoch:lastCompletedEpoch:)`` where the
    ///   observer asks to stop.
    public func evaluate(
        on data: Dataset, observer: any TrainingObserver = SilentObserver()
    ) throws -> Evaluation {
        let tally = ActivityTally()
        var result = try evaluate(on: data, tally: tally, observer: observer)
        result.activity = tally.layers(samples: data.count)
        result.operations = tally.operations
        return result
    }

    private func evaluate(
        on data: Dataset, tally: ActivityTally?, observer: any TrainingObserver
    ) throws -> Evaluation {
        var result = Evaluation(labels: data.labels, classNames: data.classNames)
        var lossSum = 0.0
        let start = ContinuousClock.now
        for batch in Batches(data, size: batchSize) {
            if observer.shouldStop {
                throw TrainingError.interrupted(epoch: 0, lastCompletedEpoch: 0)
            }
            let sequence = try encode(batch)
            let context = ForwardContext(timeStep: network.timeStep, observer: tally?.observe)
            let output = network(sequence, in: context)
            let probabilities = loss.decoder.scores(of: output).softmax().scalars
            let classes = output.shape[output.rank - 1]
            for row in 0..<batch.count {
                result.probabilities.append(
                    Array(probabilities[row * classes..<(row + 1) * classes]))
            }
            lossSum +=
                Double(loss.value(of: output, labels: batch.labels).scalar) * Double(batch.count)
        }
        result.seconds = (ContinuousClock.now - start) / .seconds(1)
        result.loss = lossSum / Double(max(data.count, 1))
        return result
    }

    /// Seconds from one sample to its answer, the median of 30 runs after a warm-up.
    public func secondsPerSample(on data: Dataset) throws -> Double {
        guard data.count > 0 else { return 0 }
        let runs = 30
        var times: [Double] = []
        for run in 0..<runs + 3 {
            let batch = Batches(data.subset([run % data.count]), size: 1)[0]
            let start = ContinuousClock.now
            let output = network(try encode(batch))
            _ = loss.decoder.predictedClasses(of: output)
            times.append((ContinuousClock.now - start) / .seconds(1))
        }
        let sorted = times.dropFirst(3).sorted()
        return sorted[sorted.count / 2]
    }

    /// Spikes of every spiking layer for one sample.
    public func spikes(ofSample index: Int, in data: Dataset) throws -> [LayerSpikes] {
        let batch = Batches(data.subset([index]), size: 1)[0]
        var layers: [LayerSpikes] = []
        let context = ForwardContext(timeStep: network.timeStep) { layer, observation in
            guard case .spikes(let spikes) = observation else { return }
            layers.append(
                LayerSpikes(
                    name: layer,
                    spikes: spikes.flattened(from: 1), timeStep: network.timeStep))
        }
        _ = network(try encode(batch), in: context)
        return layers
    }

    private func encode(_ batch: Batch) throws -> Tensor {
        // One stream for all evaluations: a stochastic encoder shows a sample the same spikes each time.
        try encoder.encode(
            batch.features,
            at: EncodingPosition(
                stream: RandomStream(seed: 0, name: "evaluation"), epoch: 0, samples: batch.indices)
        )
    }
}
