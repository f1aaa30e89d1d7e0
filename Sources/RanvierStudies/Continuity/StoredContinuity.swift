import Foundation
import RanvierData
import RanvierExact
import RanvierLearning
import RanvierNetworks
import RanvierSpikes
import RanvierTensors

/// Sweeps random directions through the weights of a stored network, and counts where its outputs jump, on samples of its own.
///
/// A sweep moves all weights along a random direction by up to half of their own length to either side. What is followed is
/// the first spike of each output (of event-driven networks ordinary or formal), or its score where outputs do not spike.
package struct StoredContinuity {
    /// Number of sweeps, each with a sample and a direction of its own.
    package var sweeps = 100
    /// Grid points of a sweep.
    package var positions = 201
    /// What decides samples and directions.
    package var seed: UInt64 = 1

    /// How far a sweep goes, as a share of the length of all weights together.
    package let reach = 0.5

    package init() {}

    /// What was found, and how it was measured.
    package struct Outcome {
        package let tally: ContinuityTally
        /// What is followed.
        package let quantity: String
        /// The unit of jumps.
        package let unit: String
        /// Smallest jump that counts.
        package let jumpSize: Double
    }

    /// Runs all sweeps; `advance` hears of progress and may throw to stop.
    ///
    /// - Parameter data: as the model takes them.
    /// - Throws: ``ModelError/noSweep(model:)`` for kinds of model whose weights are not moved here.
    package func run(
        _ model: any SpikingModel, named name: String, on data: Dataset,
        advance: (Double, String) throws -> Void
    ) throws -> Outcome {
        let samples = RandomStream(seed: seed, name: "continuity samples")
            .permutation(count: data.count)
        func told(_ sweep: Int) throws {
            try advance(Double(sweep) / Double(sweeps), "continuity: sweep \(sweep) of \(sweeps)")
        }
        if let model = model as? ThetaModel {
            return try exact(model, named: name, data, samples, told)
        }
        if let model = model as? ClockedModel {
            return try clocked(model, named: name, data, samples, told)
        }
        throw ModelError.noSweep(model: "a model of the kind '\(type(of: model).kind)'")
    }

    private func direction(_ count: Int, sweep: Int, length: Double) -> [Double] {
        let numbers = RandomStream(seed: seed, name: "continuity directions").substream(sweep)
            .normal(count: count).map(Double.init)
        let norm = numbers.reduce(0) { $0 + $1 * $1 }.squareRoot()
        return numbers.map { $0 / norm * length }
    }

    // MARK: - Event-driven networks

    private func exact(
        _ model: ThetaModel, named name: String, _ data: Dataset, _ samples: [Int],
        _ told: (Int) throws -> Void
    ) throws -> Outcome {
        var tally = ContinuityTally(model: name, training: "as stored")
        let size = 1e-3 * model.duration
        for sweep in 0..<sweeps {
            try told(sweep)
            let study = try model.sweptNetwork(on: data.subset([samples[sweep % samples.count]]))
            let weights = study.network.synapses.map(\.weight)
            let length = weights.reduce(0) { $0 + $1 * $1 }.squareRoot()
            let direction = direction(weights.count, sweep: sweep, length: length)
            let outcome = try DirectionSweep(
                over: -reach...reach, count: positions, jumpsAbove: size
            ) { (distance: Double) throws(ExactError) in
                // Outputs that never fire formally are as late as can be told apart.
                try study.times(along: direction, at: distance).map {
                    min($0, 10 * model.duration)
                }
            }
            tally.add(outcome, slopeBesideJumps: 0)
        }
        return Outcome(
            tally: tally, quantity: "first spikes of the outputs (formal ones after the trial)",
            unit: "s", jumpSize: size)
    }

    // MARK: - Clocked networks

    private func clocked(
        _ model: ClockedModel, named name: String, _ data: Dataset, _ samples: [Int],
        _ told: (Int) throws -> Void
    ) throws -> Outcome {
        // Copies of the model share its weights, which are put back in the end.
        let network = model.network, kept = network.values
        defer { try? network.restore(kept) }
        let parameters = network.trainableParameters
        let weights = parameters.flatMap { $0.value.scalars.map(Double.init) }
        let length = weights.reduce(0) { $0 + $1 * $1 }.squareRoot()
        let probe = data.features(of: [samples[0]])
        let first = network(try model.shown(probe, samples: [samples[0]]))
        let spikes =
            model.family == .spiking && first.isBinary
            && [.spikeCount, .firstSpike].contains(model.loss.decoder)
        let unit = spikes ? nil : try scoreDeviation(model, data, samples)
        let size = spikes ? 0.5 * model.encoder.timeStep : 0.05
        var tally = ContinuityTally(model: name, training: "as stored")
        for sweep in 0..<sweeps {
            try told(sweep)
            let sample = samples[sweep % samples.count]
            let shown = try model.shown(data.features(of: [sample]), samples: [sample])
            let direction = direction(weights.count, sweep: sweep, length: length)
            func outputs(_ distance: Double) -> [Double] {
                var place = 0
                for parameter in parameters {
                    let count = parameter.shape.reduce(1, *)
                    let moved = (place..<place + count).map {
                        Float(weights[$0] + distance * direction[$0])
                    }
                    parameter.value = Tensor(moved, shape: parameter.shape)
                    place += count
                }
                let output = network(shown)
                guard let unit else {
                    return output.firstSpikeSteps.scalars.map {
                        Double($0) * model.encoder.timeStep
                    }
                }
                return model.loss.decoder.scores(of: output).scalars.map { Double($0) / unit }
            }
            if spikes {
                let grid = (0..<positions).map {
                    -reach + 2 * reach * Double($0) / Double(max(positions - 1, 1))
                }
                tally.add(steps: grid.map(outputs), at: grid, jumpsAbove: size)
            } else {
                // Weights are single precision: what stays within a ten-thousandth of a sweep is a jump.
                tally.add(
                    try DirectionSweep(
                        over: -reach...reach, count: positions, jumpsAbove: size,
                        resolution: 1e-4
                    ) { (distance: Double) throws(ExactError) in outputs(distance) },
                    slopeBesideJumps: 0)
            }
        }
        return Outcome(
            tally: tally,
            quantity: spikes ? "first spikes of the outputs" : "scores of the outputs",
            unit: spikes ? "s" : "deviations of the scores", jumpSize: size)
    }

    /// Standard deviation of scores over samples and outputs: the unit of jumps.
    private func scoreDeviation(
        _ model: ClockedModel, _ data: Dataset, _ samples: [Int]
    ) throws -> Double {
        let some = Array(samples.prefix(100))
        let shown = try model.shown(data.features(of: some), samples: some)
        let scores = model.loss.decoder.scores(of: model.network(shown)).scalars.map(Double.init)
        let mean = scores.reduce(0, +) / Double(max(scores.count, 1))
        let square = scores.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        let deviation = (square / Double(max(scores.count, 1))).squareRoot()
        return deviation > 0 ? deviation : 1
    }
}

extension ThetaModel {
    /// All layers as one event-driven network in double precision, with the input spikes of the first sample of a set.
    func sweptNetwork(on sample: Dataset) throws -> SweptNetwork<ThetaNeuron> {
        let batch = try batch(values: sample.values, labels: sample.labels, count: 1)
        let network = network, inputs = network.sizes[0]
        let spikes = batch.pixels.prefix(inputs).enumerated().compactMap {
            input, bin -> InputSpike? in
            Int(bin) < network.code.bins
                ? InputSpike(time: network.code.binTimes[Int(bin)], input: input) : nil
        }.sorted { $0.time < $1.time }
        var synapses: [Synapse] = [], phases: [Double] = [], first = 0
        for layer in 0..<network.layerCount {
            for (i, row) in network.weights(layer).enumerated() {
                for (j, weight) in row.enumerated() {
                    let target = phases.count + i
                    synapses.append(
                        layer == 0
                            ? Synapse(from: .input(j), to: target, weight: weight)
                            : Synapse(from: .neuron(first + j), to: target, weight: weight))
                }
            }
            first = phases.count
            phases += network.phases(layer)
        }
        return SweptNetwork(
            try EventGraph(
                network.neuron, neuronCount: phases.count, inputCount: inputs, synapses: synapses),
            from: phases, inputs: spikes,
            requests: (first..<phases.count).map { SpikeRequest(neuron: $0) },
            trial: network.trial)
    }
}
