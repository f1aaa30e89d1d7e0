import RanvierConfiguration
import RanvierData
import RanvierLearning
import RanvierNetworks
import RanvierTensors

/// What phases of compression work on: a network in training, and what is remembered of it.
public struct Trainee {
    /// What trains the network.
    public internal(set) var method: any GradientMethod
    /// Kinds that may be named.
    public let registry: Registry
    /// Seed of all random numbers.
    public let seed: UInt64
    /// What the network became in a phase after which nothing trains; nil while it trains.
    public internal(set) var finalModel: (any SpikingModel)?
    /// The training samples.
    public internal(set) var samples: Dataset?
    /// Parameters after some epochs of the course, by the number of epochs.
    public internal(set) var rewindPoints: [Int: [String: Tensor]] = [:]
    /// Numbers that phases keep from epoch to epoch, by names that begin with the phase's kind: `early-bird/…`.
    public var tensors: [String: Tensor] = [:]
    /// Epochs of the leg that is trained.
    public internal(set) var epochsOfLeg = 0
    /// What may be wrong, told after the epoch and in the result.
    public var warnings: [String] = []
    /// What is told after the epoch.
    public var remarks: [String] = []
    /// Steps of a sequence when all are shown; nil for a network without a clock.
    let allSteps: Int?

    init(_ method: any GradientMethod, registry: Registry, seed: UInt64) {
        self.method = method
        self.registry = registry
        self.seed = seed
        allSteps = method.steps
    }

    /// The network as it is, for phases that need its clock.
    ///
    /// - Throws: ``CompressionError`` where it has none.
    func clockedModel(for phase: String) throws(CompressionError) -> ClockedModel {
        guard let model = (finalModel ?? method.model) as? ClockedModel else {
            throw .impossibleValue(
                what: phase, expected: "a network on a clock",
                found: "one of the kind '\(type(of: method.model).kind)'")
        }
        return model
    }

    /// The weights that are connections, by layers in order: what can be pruned, scored and rounded.
    public var connections: [Parameter] { method.layerParameters.filter(\.isPrunable) }

    /// Share of the connections that are left, by masks and by scores.
    public var density: Double {
        let parameters = connections
        let all = parameters.reduce(0) { $0 + $1.shape.elementCount }
        let living = parameters.reduce(0) { sum, parameter in
            sum
                + (parameter.livingConnections.map { $0.scalars.count { $0 != 0 } }
                    ?? parameter.shape.elementCount)
        }
        return all > 0 ? Double(living) / Double(all) : 1
    }

    /// Brings what learns back to what it was after some epochs of the course; masks hold. Running statistics stay, as in the
    /// published code of Kim et al. 2022.
    ///
    /// - Throws: ``CompressionError`` where nothing was kept.
    public func rewind(to epochs: Int) throws(CompressionError) {
        guard let kept = rewindPoints[epochs] else {
            throw .impossibleValue(
                what: "rewind", expected: "epochs whose weights were kept", found: "\(epochs)")
        }
        for parameter in method.layerParameters where parameter.isTrainable {
            if let value = kept[parameter.name] { parameter.value = value }
        }
    }

    /// Shows samples for the steps that an early choice of time found, or for all.
    mutating func showSteps(ofSearch isSearch: Bool) throws {
        guard let allSteps else { return }
        let chosen = isSearch ? tensors[EarlyTimePhase.stepsName].map { Int($0.scalars[0]) } : nil
        try method.show(steps: chosen ?? allSteps, registry: registry)
    }
}

extension Parameter {
    /// The connections that views leave, ones and zeros; nil for all.
    public var livingConnections: Tensor? {
        views.reduce(nil) { alive, view in view.connections(of: alive) }
    }
}
