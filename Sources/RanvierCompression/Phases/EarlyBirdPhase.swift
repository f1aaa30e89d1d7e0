import Foundation
import RanvierConfiguration
import RanvierLearning
import RanvierNetworks
import RanvierTensors

/// `early-bird`: trains until the mask that pruning would give no longer moves, then goes back to the first weights with it.
///
/// The training that follows is a phase `train`. Source: You et al. 2020; for spiking networks Kim et al. 2022, who search at twice
/// the learning rate.
public struct EarlyBirdPhase: CompressionPhase {
    /// `early-bird`.
    public static let kind = "early-bird"
    /// Share of the connections that is gone.
    public var sparsity = 0.9
    /// Masks that are compared.
    public var window = 5
    /// Largest distance that counts as still.
    public var tolerance = 0.02
    /// The most epochs of the search, and its learning rate.
    public var training = PhaseTraining()

    /// Nine tenths of the connections.
    public init() {}

    /// The keys of a configuration.
    public static let schema = Schema<EarlyBirdPhase> {
        Field.number("sparsity", \.sparsity, in: 0...0.99999)
        Field.integer("window", \.window, in: 2...100, drawn: 2...5)
        Field.number("tolerance", \.tolerance, in: 0...1)
        Field.part(\.training)
    }

    /// One.
    public func legs(epochs: Int) -> [CompressionLeg] {
        [training.leg(Self.kind, epochs: epochs, isSearch: true)]
    }

    /// A search without epochs.
    public func check(on trainee: Trainee) throws {
        guard training.epochs == 0 else { return }
        throw CompressionError.impossibleValue(
            what: "early-bird.epochs", expected: "at least 1", found: "0")
    }

    /// Training alone: masks that were there would be replaced.
    public var beginning: PhaseBeginning { .whole }

    /// The first weights.
    public var rewindPoints: [Int] { [0] }

    /// Masks, once the search is over.
    public func install(leg: Int, hasEnded: Bool, on trainee: Trainee) throws {
        for parameter in trainee.connections where hasEnded && parameter.mask == nil {
            parameter.mask = Mask(.ones(parameter.shape))
        }
    }

    /// The mask of the first weights.
    public func begin(leg: Int, on trainee: inout Trainee) throws {
        try forgetMasks(of: &trainee)
        try store(masks(of: trainee), in: &trainee, at: 0)
    }

    /// Adds the newest mask.
    public func isOver(after epoch: Int, of leg: Int, on trainee: inout Trainee) throws -> Bool {
        let newest = try masks(of: trainee)
        var watch = EarlyBird(window: window, tolerance: tolerance), isFound = false
        for index in max(0, epoch + 2 - window)..<epoch + 1 {
            isFound = watch.add(stored(at: index, in: trainee))
        }
        isFound = watch.add(newest)
        // What has left the window is not needed any more.
        trainee.tensors = trainee.tensors.filter {
            !$0.key.hasPrefix(Self.prefix(max(0, epoch + 1 - window)))
        }
        try store(newest, in: &trainee, at: epoch + 1)
        return isFound
    }

    /// Goes back with the newest mask.
    public func end(leg: Int, on trainee: inout Trainee) throws {
        let indices = Set(trainee.tensors.keys.compactMap { Self.index(of: $0) }).sorted()
        guard let newest = indices.last else { return }
        let masks = stored(at: newest, in: trainee)
        var watch = EarlyBird(window: window, tolerance: tolerance), isFound = false
        for index in indices { isFound = watch.add(stored(at: index, in: trainee)) }
        if !isFound {
            let distance = NumberText.significant(watch.distances.max() ?? 1)
            trainee.warnings.append(
                "early-bird: the mask has not come to rest (the newest differs by up to \(distance) from "
                    + "the \(window - 1) before, the tolerance is \(tolerance)); it is taken as it is: "
                    + "search for more epochs")
        }
        try trainee.rewind(to: 0)
        for (parameter, mask) in zip(trainee.connections, masks) { parameter.mask = Mask(mask) }
        try forgetMasks(of: &trainee)
    }

    private func masks(of trainee: Trainee) throws -> [Tensor] {
        try Pruning(.global(rate: sparsity)).masks(
            of: trainee.connections.map { ScoredLayer(name: $0.name, scores: $0.value) }
        ).masks
    }

    // MARK: - Masks as tensors of the course

    private static func prefix(_ index: Int) -> String { "\(kind)/\(index)/" }

    private static func index(of name: String) -> Int? {
        let parts = name.split(separator: "/")
        return parts.count == 3 && parts[0] == kind ? Int(parts[1]) : nil
    }

    private func store(_ masks: [Tensor], in trainee: inout Trainee, at index: Int) throws {
        for (parameter, mask) in zip(trainee.connections, masks) {
            trainee.tensors[Self.prefix(index) + parameter.name] = mask
        }
    }

    private func stored(at index: Int, in trainee: Trainee) -> [Tensor] {
        trainee.connections.map {
            trainee.tensors[Self.prefix(index) + $0.name] ?? .ones($0.shape)
        }
    }

    private func forgetMasks(of trainee: inout Trainee) throws {
        trainee.tensors = trainee.tensors.filter { Self.index(of: $0.key) == nil }
    }

    /// Anything but zeros and ones.
    public func refusal(of tensors: [String: Tensor]) -> String? {
        for (name, tensor) in tensors.sorted(by: { $0.key < $1.key })
        where Self.index(of: name) != nil {
            if let bad = tensor.scalars.first(where: { $0 != 0 && $0 != 1 }) {
                return "\(bad) in the mask '\(name)'"
            }
        }
        return nil
    }
}
