import Foundation
import RanvierConfiguration
import RanvierLearning
import RanvierNetworks
import RanvierTensors

/// `rewire`: sparse from the beginning; after each epoch the smallest connections go and as many grow elsewhere by chance.
///
///     gone after epoch e of E:  f/2 (1 + cos(π e / (a E)))  of what is there, up to the part a of the phase
///
/// New connections begin at zero. Sources: Mocanu et al. 2018 (sparse evolutionary training); the falling share Dettmers & Zettlemoyer
/// 2019. For spiking networks the idea is that of gradient rewiring (Chen et al. 2021), which moves connections by other rules.
public struct RewirePhase: CompressionPhase {
    /// `rewire`.
    public static let kind = "rewire"
    /// Share of the connections that is not there.
    public var sparsity = 0.9
    /// Share f of what is there that goes after the first epoch.
    public var share = 0.3
    /// Part a of the phase in which connections move.
    public var until = 0.75
    /// Whether small layers stay denser.
    public var scope = PrunePhase.Scope.erdosRenyi
    /// Epochs and learning rate.
    public var training = PhaseTraining()

    /// Nine tenths are not there.
    public init() {}

    /// The keys of a configuration.
    public static let schema = Schema<RewirePhase> {
        Field.number("sparsity", \.sparsity, in: 0...0.99999)
        Field.number("share", \.share, in: 0...1)
        Field.number("until", \.until, in: 0...1)
        Field.choice("scope", \.scope, of: ["erdos-renyi": .erdosRenyi, "layer-wise": .layerWise])
        Field.part(\.training)
    }

    /// One.
    public func legs(epochs: Int) -> [CompressionLeg] {
        [training.leg(Self.kind, epochs: epochs)]
    }

    /// Masks of ones.
    public func install(leg: Int, hasEnded: Bool, on trainee: Trainee) throws {
        for parameter in trainee.connections where parameter.mask == nil {
            parameter.mask = Mask(.ones(parameter.shape))
        }
    }

    /// Draws the first connections.
    public func begin(leg: Int, on trainee: inout Trainee) throws {
        let parameters = trainee.connections
        let densities =
            scope == .erdosRenyi
            ? try erdosRenyiDensities(of: parameters.map(\.shape), density: 1 - sparsity)
            : parameters.map { _ in 1 - sparsity }
        let layers = parameters.enumerated().map { index, parameter in
            ScoredLayer(
                name: parameter.name,
                scores: Self.draw(parameter.shape, trainee.seed, epoch: 0, index))
        }
        let masks = try Pruning(.densities(densities)).masks(of: layers).masks
        for (parameter, mask) in zip(parameters, masks) { parameter.mask = Mask(mask) }
    }

    /// Moves connections.
    public func isOver(after epoch: Int, of leg: Int, on trainee: inout Trainee) throws -> Bool {
        let length = trainee.epochsOfLeg
        let done = Double(epoch + 1) / Double(max(length, 1))
        guard done < until, epoch + 1 < length else { return false }
        let share = share / 2 * (1 + cos(.pi * done / until))
        for (index, parameter) in trainee.connections.enumerated() {
            guard let alive = parameter.mask?.alive else { continue }
            let kept = try Pruning(.layerWise(rate: share)).masks(
                of: [ScoredLayer(name: parameter.name, scores: parameter.value, alive: alive)])
            let missing = alive.scalars.count { $0 != 0 } - kept.living[0]
            // What was there before does not come back at once.
            let places = Self.draw(parameter.shape, trainee.seed, epoch: epoch + 1, index)
            let free = alive.scalars.map { 1 - $0 }
            let grown = Mask(
                keeping: missing, largestOf: places * Tensor(free, shape: parameter.shape))
            let value = parameter.value * kept.masks[0]
            parameter.mask = Mask(Tensor.maximum(kept.masks[0], grown.alive))
            parameter.value = value
        }
        return false
    }

    private static func draw(_ shape: [Int], _ seed: UInt64, epoch: Int, _ index: Int) -> Tensor {
        Tensor(
            uniformIn: 0.5..<1, shape: shape,
            from: RandomStream(seed: seed, name: kind).substream(epoch).substream(index))
    }
}
