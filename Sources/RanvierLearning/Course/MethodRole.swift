import RanvierConfiguration
import RanvierData
import RanvierNetworks
import RanvierSpikes

/// How a network learns, as a configuration says it: what `method` names, with the keys that belong to it.
///
/// A way to learn is a type that conforms, a ``LearningMethod``, and a line `registry.add(MethodKind(MyConfiguration.self))`.
public protocol MethodConfiguration: Sendable {
    /// The word for the method.
    static var method: String { get }

    /// Keys whose values are paths, each from the top; relative ones start from the configuration's folder.
    static var pathKeys: [[String]] { get }

    /// Reads the method's keys, which stand at the top of a configuration beside `dataset` and `seed`.
    ///
    /// - Throws: `ConfigurationError` that names file, line and key.
    init(_ root: ConfigurationSection) throws(ConfigurationError)

    /// Whether the network spikes.
    var family: NetworkFamily { get }

    /// How long it learns.
    var course: Course { get }

    /// Values of samples that the encoding takes; nil for any.
    var acceptedRange: ClosedRange<Float>? { get }

    /// Refuses data that the method's other keys do not fit, before they are read.
    func check(_ dataset: DatasetConfiguration, _ root: ConfigurationSection)
        throws(ConfigurationError)

    /// The method with a new model for some samples.
    ///
    /// - Throws: `NetworkError`, `SpikeError`, ``TrainingError`` or the method's error where data, encoding and network do not
    ///   fit.
    func makeMethod(for data: DatasetConfiguration.Splits, seed: UInt64, registry: Registry)
        throws -> any LearningMethod

    /// What an artificial network beside this one is made from; nil where none is of the same shape.
    var artificialTwin: ArtificialTwin? { get }
}

extension MethodConfiguration {
    /// None.
    public static var pathKeys: [[String]] { [] }

    /// Anything fits.
    public func check(
        _ dataset: DatasetConfiguration, _ root: ConfigurationSection
    ) throws(ConfigurationError) {}

    /// Any.
    public var acceptedRange: ClosedRange<Float>? { nil }

    /// None.
    public var artificialTwin: ArtificialTwin? { nil }
}

/// What an artificial network of the same shape is made from.
public struct ArtificialTwin: Sendable {
    /// How the spiking network is fed, whose steps the artificial one sees the mean of.
    public var encoder: any SpikeEncoder
    /// The layers.
    public var plan: NetworkPlan
    /// How it is trained.
    public var training: TrainingConfiguration

    /// What a twin is made from.
    public init(
        encoder: any SpikeEncoder, plan: NetworkPlan, training: TrainingConfiguration
    ) {
        self.encoder = encoder
        self.plan = plan
        self.training = training
    }
}

/// A way to learn, by name.
public enum MethodRole: Role {
    /// The name.
    public typealias Value = String
    /// How a method's keys are read.
    public struct Payload: Sendable {
        /// From the top of a configuration.
        public let configuration:
            @Sendable (ConfigurationSection) throws(ConfigurationError) -> any MethodConfiguration
    }
    /// `method`.
    public static let name = "method"
    /// The bare name.
    public static func element(of value: String) -> Element { Element(value) }
}

/// A way to learn.
public typealias MethodKind = Kind<MethodRole>

extension Kind where R == MethodRole {
    /// The method of a type of configuration.
    public init<C: MethodConfiguration>(_ type: C.Type) {
        self.init(
            C.method,
            payload: .init { root throws(ConfigurationError) in try C(root) }
        ) { _, _ in
            C.method
        } sample: { _ in
            C.method
        }
    }
}

/// What is trained beside a network so that its numbers stand beside what they must beat: what `baseline` names.
public enum BaselineRole: Role {
    /// The name.
    public typealias Value = String
    /// How a baseline is made.
    public struct Payload: Sendable {
        /// The baseline of a method for some samples, and how long it learns; nil where the method has none.
        public let make:
            @Sendable (
                any MethodConfiguration, DatasetConfiguration.Splits, _ seed: UInt64, Registry
            ) throws -> (method: any LearningMethod, course: Course)?
    }
    /// `baseline`.
    public static let name = "baseline"
    /// The bare name.
    public static func element(of value: String) -> Element { Element(value) }
}

/// A kind of baseline.
public typealias BaselineKind = Kind<BaselineRole>

extension Kind where R == BaselineRole {
    /// A baseline by name.
    public init(
        baseline name: String,
        make:
            @escaping @Sendable (
                any MethodConfiguration, DatasetConfiguration.Splits, _ seed: UInt64, Registry
            ) throws -> (method: any LearningMethod, course: Course)?
    ) {
        self.init(name, payload: .init(make: make)) { _, _ in
            name
        } sample: { _ in
            name
        }
    }
}
