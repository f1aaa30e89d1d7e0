import Foundation
import RanvierConfiguration
import RanvierData
import RanvierLearning
import RanvierNetworks

/// A network that another method trains in phases: pruned, searched by scores, rounded.
///
///     method: compression
///     trained-by: surrogate
///     dataset: {name: mnist}
///     network: …                       # and all other keys of the method that trains
///     training: {epochs: 5}            # epochs of a phase, unless it says
///     start: runs/mnist-0              # weights to begin with; left out: drawn by the seed
///     phases:
///       - prune: {sparsity: 0.95, rounds: 5}
///       - quantize: {bits: 4}
public struct CompressionConfiguration: MethodConfiguration {
    /// `compression`.
    public static let method = CompressionMethod.name
    /// `start`.
    public static let pathKeys = [["start"]]

    /// What trains the network, with all that belongs to it.
    public var trainer: any MethodConfiguration
    /// The phases in order.
    public var phases: [any CompressionPhase]
    /// The run whose weights and views the network begins with; nil for weights that are drawn.
    public var start: URL?

    /// Reads `phases`, `start`, `trained-by`, and the keys of the method that trains.
    public init(_ root: ConfigurationSection) throws(ConfigurationError) {
        let methods = root.registry.all(MethodRole.self).filter { $0.name != Self.method }
        let word = try root.choice(
            "trained-by", of: methods.map(\.name), default: methods.first?.name)
        guard let kind = methods.first(where: { $0.name == word }) else {
            preconditionFailure("'\(word)' was found among the methods before")
        }
        start = try root.optionalPath("start")
        trainer = try kind.payload.configuration(root)
        phases = try root.values("phases", of: PhaseRole.self)
        if trainer.course.earlyStop != nil {
            throw try root.section("training").invalid(
                "early-stop",
                "would compare losses of different phases; leave it out, and say epochs by phase")
        }
        try checkRewinding(root)
        try checkOrder(root)
    }

    /// Refuses to go back to what will not have been.
    private func checkRewinding(_ root: ConfigurationSection) throws(ConfigurationError) {
        var done = 0
        for (index, phase) in phases.enumerated() {
            for point in phase.rewindPoints {
                let key = "phases[\(index)]", kind = type(of: phase).kind
                if start != nil {
                    throw root.invalid(
                        key,
                        "'\(kind)' goes back to earlier weights, and the run of 'start' has kept none; "
                            + "leave 'start' out, or go on from what is there (prune without 'rewind')"
                    )
                }
                if point > done {
                    throw root.invalid(
                        key,
                        "'\(kind)' goes back to what was after epoch \(point), and only \(done) epochs "
                            + "come before it; train longer before, or go back further")
                }
            }
            done += phase.legs(epochs: trainer.course.epochs).reduce(0) { $0 + $1.epochs }
        }
    }

    /// Refuses phases whose work would be undone, or have no effect.
    private func checkOrder(_ root: ConfigurationSection) throws(ConfigurationError) {
        var hasEarlyTime = false
        for (index, phase) in phases.enumerated() {
            let key = "phases[\(index)]", kind = type(of: phase).kind
            let before = phases[..<index]
            switch phase.beginning {
            case .anything: break
            case .whole:
                if let other = before.first(where: { $0.compresses || $0.beginning == .nothing }) {
                    throw root.invalid(
                        key,
                        "'\(kind)' would undo what '\(type(of: other).kind)' did before; put it first"
                    )
                }
            case .nothing:
                guard start == nil, before.isEmpty else {
                    throw root.invalid(
                        key,
                        "'\(kind)' draws weights anew, and what was learned before would be lost; put it first, "
                            + "without 'start'")
                }
            }
            let searches = phase.legs(epochs: 1).contains(where: \.isSearch)
            if phase is TrainPhase, searches, !hasEarlyTime {
                throw root.invalid(
                    key, "'search' has an effect after 'early-time' alone; leave the key out")
            }
            guard phase is EarlyTimePhase else { continue }
            hasEarlyTime = true
            let after = phases.dropFirst(index + 1).flatMap { $0.legs(epochs: 1) }
            guard after.contains(where: \.isSearch) else {
                throw root.invalid(
                    key,
                    "'\(kind)' chooses steps for searches, and none comes after it; add one (prune, early-bird, "
                        + "train with search: true), or leave it out")
            }
        }
    }

    /// That of the network that is trained.
    public var family: NetworkFamily { trainer.family }

    /// As long as all phases together.
    public var course: Course {
        Course(
            epochs: phases.flatMap { $0.legs(epochs: trainer.course.epochs) }
                .reduce(0) { $0 + $1.epochs })
    }

    /// What the encoding takes.
    public var acceptedRange: ClosedRange<Float>? { trainer.acceptedRange }

    /// As the method that trains.
    public func check(
        _ dataset: DatasetConfiguration, _ root: ConfigurationSection
    ) throws(ConfigurationError) {
        try trainer.check(dataset, root)
    }

    /// That of the dense network.
    public var artificialTwin: ArtificialTwin? { trainer.artificialTwin }

    /// The method with a new network, or with the weights of a run.
    public func makeMethod(
        for data: DatasetConfiguration.Splits, seed: UInt64, registry: Registry
    ) throws -> any LearningMethod {
        let made = try trainer.makeMethod(for: data, seed: seed, registry: registry)
        guard let gradient = made as? any GradientMethod else {
            throw TrainingError.mismatch(
                what: "trained-by",
                expected: "a method that moves weights by gradients and can be led through phases",
                found: "'\(type(of: made).name)'")
        }
        return try CompressionMethod(
            gradient, phases: phases, epochs: trainer.course.epochs,
            start: start.map { try CompressionStart($0, for: gradient.model, registry: registry) },
            seed: seed, registry: registry)
    }
}
