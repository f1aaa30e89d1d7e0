import RanvierConfiguration
import RanvierNetworks

/// A criterion as configurations say it.
public protocol CriterionChoice: Configurable {
    /// Word for the criterion in configurations.
    static var kind: String { get }

    /// What the criterion needs to know of some weights of a network in training.
    ///
    /// - Throws: ``CompressionError``, or what the network throws where it is measured.
    func layers(of parameters: [Parameter], on trainee: Trainee) throws -> [PruningLayer]

    /// The criterion.
    ///
    /// - Parameter seed: of what it draws.
    func criterion(seed: UInt64) -> any PruningCriterion
}

extension CriterionChoice {
    /// The weights and their masks alone.
    public func layers(of parameters: [Parameter], on trainee: Trainee) throws -> [PruningLayer] {
        parameters.map {
            PruningLayer(name: $0.name, weights: $0.value, alive: $0.mask?.alive)
        }
    }
}

/// What says which connections go.
public enum CriterionRole: Role {
    /// A criterion's options.
    public typealias Value = any CriterionChoice
    /// `criterion`.
    public static let name = "criterion"
    /// The criterion's kind and keys.
    public static func element(of value: any CriterionChoice) -> Element {
        Element(type(of: value).kind, value.configurationValue)
    }
}

/// A kind of criterion.
public typealias CriterionKind = Kind<CriterionRole>

extension Kind where R == CriterionRole {
    /// The kind of a type.
    public init<C: CriterionChoice>(_ type: C.Type) {
        self.init(C.kind, C.self) {
            $0
        } unwrap: {
            $0 as? C
        }
    }

    /// The criteria that are built in.
    public static let standard: [CriterionKind] = [
        CriterionKind(MagnitudeChoice.self), CriterionKind(LayerAdaptiveChoice.self),
        CriterionKind(RandomChoice.self),
    ]
}

/// `magnitude`.
struct MagnitudeChoice: CriterionChoice {
    static let kind = MagnitudeCriterion.name
    static let schema = Schema<MagnitudeChoice>()
    func criterion(seed: UInt64) -> any PruningCriterion { MagnitudeCriterion() }
}

/// `lamp`.
struct LayerAdaptiveChoice: CriterionChoice {
    static let kind = LayerAdaptiveCriterion.name
    static let schema = Schema<LayerAdaptiveChoice>()
    func criterion(seed: UInt64) -> any PruningCriterion { LayerAdaptiveCriterion() }
}

/// `random`.
struct RandomChoice: CriterionChoice {
    static let kind = RandomCriterion.name
    static let schema = Schema<RandomChoice>()
    func criterion(seed: UInt64) -> any PruningCriterion { RandomCriterion(seed: seed) }
}
