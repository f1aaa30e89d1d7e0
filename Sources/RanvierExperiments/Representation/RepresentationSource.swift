import RanvierAnalysis
import RanvierData
import RanvierExact
import RanvierNetworks
import RanvierSpikes
import RanvierTensors
import RanvierTraining

/// A network, trained by whatever method, whose layers can be listened to while it answers.
protocol RepresentationSource {
    /// Shows samples to the network and hands every layer's answer `[T, B, …]` to an observer, in forward order.
    func observe(
        _ data: Dataset, samples: [Int], _ observer: @escaping (String, Observation) -> Void
    ) throws
}

/// A clocked network: every layer that reports spikes or values, with all maps inside residual blocks.
struct ClockedSource: RepresentationSource {
    let model: ClockedModel

    func observe(
        _ data: Dataset, samples: [Int], _ observer: @escaping (String, Observation) -> Void
    ) throws {
        _ = model.network(
            try model.shown(data.features(of: samples), samples),
            in: ForwardContext(timeStep: model.network.timeStep, observer: observer))
    }
}

extension ClockedModel {
    /// What the network is shown of samples, encoded as in an evaluation.
    func shown(_ features: Tensor, _ samples: [Int]) throws -> Tensor {
        try encoder.encode(
            features,
            at: EncodingPosition(
                stream: RandomStream(seed: 0, name: "evaluation"), epoch: 0, samples: samples))
    }
}

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

/// Networks that cannot be compared.
enum RepresentationError: Error, CustomStringConvertible, ExitStatusProviding, Equatable {
    /// A kind of model whose layers cannot be heard.
    case unknownModel(String)
    /// The networks were tested on different samples.
    case differentSamples(expected: String, found: String)
    /// Too few samples.
    case tooFewSamples(expected: Int, found: Int)
    /// An attack on a network that has no gradient by its input.
    case noGradient(String)

    var description: String {
        switch self {
        case .unknownModel(let method):
            "a network trained by '\(method)': expected one whose layers can be heard "
                + "(surrogate, exact), found none of them"
        case .differentSamples(let expected, let found):
            "both networks must answer to the same test samples: expected \(expected), "
                + "found \(found); train the second on the same data set and seed of the split"
        case .tooFewSamples(let expected, let found):
            "expected at least \(expected) test samples, found \(found); "
                + "take a smaller batch with --samples"
        case .noGradient(let what):
            "an attack follows the gradient by the values of a sample: expected a clocked network "
                + "that is shown them at every step, found \(what)"
        }
    }

    var exitStatus: ExitStatus {
        if case .noGradient = self { .wrongUsage } else { .badInput }
    }
}

extension AnalysisError: ExitStatusProviding {
    /// Numbers that the data do not allow.
    public var exitStatus: ExitStatus { .badInput }
}
