import RanvierConfiguration

/// Spiking neurons that run on their own noise while feedback weights find the forward ones.
public protocol AlignmentSubstrate: Configurable {
    /// Word for the neurons in configurations.
    static var kind: String { get }

    /// Lets layers one above the other run, and changes their feedback weights by what spikes tell.
    ///
    /// - Parameters:
    ///   - stack: the lowest first.
    ///   - update: of how many before this one, for schedules of the step; from 0.
    ///   - seed: of noise and imperfections.
    /// - Returns: what there is to tell, by name.
    func align(
        _ stack: inout [FeedbackLayer], update: Int, seed: UInt64
    ) throws -> [String: ConfigurationValue]
}

/// Spiking neurons that feedback weights are aligned by.
public enum AlignmentSubstrateRole: Role {
    /// The neurons' options.
    public typealias Value = any AlignmentSubstrate
    /// `substrate`.
    public static let name = "substrate"
    /// The substrate's kind and keys.
    public static func element(of value: any AlignmentSubstrate) -> Element {
        Element(type(of: value).kind, value.configurationValue)
    }
}

/// A kind of substrate.
public typealias AlignmentSubstrateKind = Kind<AlignmentSubstrateRole>

extension Kind where R == AlignmentSubstrateRole {
    /// The kind of a type.
    public init<Substrate: AlignmentSubstrate>(_ type: Substrate.Type) {
        self.init(Substrate.kind, Substrate.self) {
            $0
        } unwrap: {
            $0 as? Substrate
        }
    }
}
