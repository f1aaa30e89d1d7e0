import RanvierAnalysis
import RanvierData
import RanvierExact
import RanvierLearning
import RanvierNetworks
import RanvierSpikes
import RanvierTensors

/// An event-driven network: spike counts of each layer in equal bins of the trial.
///
/// Spike times have no common axis that a linear kernel could compare (a neuron may spike any number of times, or never), so
/// trains become rasters like those of a clocked network, whose steps the bins stand for.
struct ExactSource: RepresentationSource {
    let model: ExactClassifier
    /// Bins of a trial.
    var bins = 20

    func observe(
        _ data: Dataset, samples: [Int], _ observer: @escaping (String, Observation) -> Void
    ) throws {
        var layers: [(name: String, counts: [Float], neurons: Int)] = []
        for (position, sample) in samples.enumerated() {
            let times = try model.spikeTimes(of: data.subset([sample]))
            if layers.isEmpty {
                layers = times.enumerated().map { index, neurons in
                    (
                        "theta\(index + 1)",
                        Array(repeating: 0, count: bins * samples.count * neurons.count),
                        neurons.count
                    )
                }
            }
            for (index, neurons) in times.enumerated() {
                for (neuron, spikes) in neurons.enumerated() {
                    for time in spikes where time < model.duration {
                        let bin = min(Int(time / model.duration * Double(bins)), bins - 1)
                        let row = bin * samples.count + position
                        layers[index].counts[row * neurons.count + neuron] += 1
                    }
                }
            }
        }
        for layer in layers {
            let answer = Tensor(layer.counts, shape: [bins, samples.count, layer.neurons])
            observer(layer.name, answer.isBinary ? .spikes(answer.packedAsSpikes) : .values(answer))
        }
    }
}

extension StoredRun {
    /// The network of the run, to listen to; with its first weights if `untrained`.
    ///
    /// - Throws: ``RepresentationError/unknownModel(_:)`` for a kind of model whose layers cannot be heard.
    func source(untrained: Bool = false) throws -> any RepresentationSource {
        let heard = untrained ? try experiment.makeModel() : model
        switch heard {
        case let clocked as ClockedModel: return ClockedSource(model: clocked)
        case let exact as ExactClassifier: return ExactSource(model: exact)
        default: throw RepresentationError.unknownModel(experiment.configuration.method)
        }
    }
}
