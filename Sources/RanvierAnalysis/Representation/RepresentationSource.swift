import RanvierConfiguration
import RanvierData
import RanvierLearning
import RanvierNetworks
import RanvierSpikes
import RanvierTensors

/// A network, trained by whatever method, whose layers can be listened to while it answers.
package protocol RepresentationSource {
    /// Shows samples to the network and hands every layer's answer `[T, B, …]` to an observer, in forward order.
    func observe(
        _ data: Dataset, samples: [Int], _ observer: @escaping (String, Observation) -> Void
    ) throws
}

/// A clocked network: every layer that reports spikes or values, with all maps inside residual blocks.
package struct ClockedSource: RepresentationSource {
    package let model: ClockedModel

    package init(
        model: ClockedModel
    ) {
        self.model = model
    }

    package func observe(
        _ data: Dataset, samples: [Int], _ observer: @escaping (String, Observation) -> Void
    ) throws {
        _ = model.network(
            try model.shown(data.features(of: samples), samples),
            in: ForwardContext(timeStep: model.network.timeStep, observer: observer))
    }
}

extension ClockedModel {
    /// What the network is shown of samples, encoded as in an evaluation.
    package func shown(_ features: Tensor, _ samples: [Int]) throws -> Tensor {
        try encoder.encode(
            features,
            at: EncodingPosition(
                stream: RandomStream(seed: 0, name: "evaluation"), epoch: 0, samples: samples))
    }
}

/// Networks that cannot be compared.
package enum RepresentationError: Error, CustomStringConvertible, ExitStatusProviding, Equatable {
    /// A kind of model whose layers cannot be heard.
    case unknownModel(String)
    /// The networks were tested on different samples.
    case differentSamples(expected: String, found: String)
    /// Too few samples.
    case tooFewSamples(expected: Int, found: Int)
    /// An attack on a network that has no gradient by its input.
    case noGradient(String)

    package var description: String {
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

    package var exitStatus: ExitStatus {
        if case .noGradient = self { .wrongUsage } else { .badInput }
    }
}
