import RanvierConfiguration
import RanvierTensors

/// Something through which a parameter is seen: a mask, a quantiser, scores of a ticket, a posterior.
///
/// A view may have numbers of its own that learn, such as the step of a quantiser or the scores of a ticket: a network lists
/// them among its parameters, under the name of the parameter and the kind of the view, trains, stores and restores them.
///
/// Views compose in the order of their ranks: what decides which connections there are comes before what rounds their
/// weights, so that a masked weight is zero and stays zero through a quantiser.
public protocol ParameterView: Sendable {
    /// Word for the view in stored networks: `mask`.
    static var kind: String { get }
    /// Place among views: 0 for masks, 10 for scores and posteriors, 20 for quantisers.
    static var rank: Int { get }

    /// The numbers as layers see them, differentiable by the stored ones (with the view's own rule where rounding has no
    /// derivative).
    func seen(_ stored: Tensor) -> Tensor

    /// The same where views before this one have taken connections away.
    ///
    /// - Parameter alive: ones where a connection is, of the parameter's shape; nil where all are. What is not there comes in as
    ///   zero and must be handed on as zero.
    func seen(_ stored: Tensor, alive: Tensor?) -> Tensor

    /// The same for numbers that the view has projected before.
    func seenProjected(_ stored: Tensor) -> Tensor

    /// The connections that are left behind the view: what views after it are told of.
    ///
    /// - Parameter alive: those that are left before it, ones and zeros; nil for all.
    func connections(of alive: Tensor?) -> Tensor?

    /// Numbers of the view's own that learn or are kept beside, by names that stay the same.
    var parameters: [(name: String, parameter: Parameter)] { get }

    /// What cannot be of stored values for ``parameters``, in words; nil where all can.
    func refusal(of values: [String: Tensor]) -> String?

    /// Whether the stored numbers learn. Else they get no gradient and no decay, and optimisers do not see them.
    var trainsStored: Bool { get }

    /// Whether stored numbers that are all multiplied by a positive factor are seen multiplied by it.
    var followsScale: Bool { get }

    /// Whether zeros that are seen are connections that a device need not store.
    var removesConnections: Bool { get }

    /// The stored numbers within what the view allows; zeros of views before it must stay zero.
    func projected(_ stored: Tensor) -> Tensor

    /// Whether what is seen follows from the stored numbers, those of ``parameters`` and the connections before the view, and
    /// from nothing else that could change: it is then worked out once, outside of training, until one of them changes.
    var seesNumbersAlone: Bool { get }

    /// Bits of a number that is seen; nil where the view does not say.
    var bits: Int? { get }

    /// What one code of a quantiser stands for, differentiable by the view's own numbers; nil where that is not one number.
    func codeStep(of stored: Tensor, alive: Tensor?) -> Tensor?

    /// All that the view was made from, but for its tensors.
    var options: ConfigurationValue { get }
    /// Tensors that are stored with the network, by name.
    var tensors: [String: Tensor] { get }
}

extension ParameterView {
    /// As where all connections are there: for views that hand zeros on as zeros.
    public func seen(_ stored: Tensor, alive: Tensor?) -> Tensor { seen(stored) }
    /// As any others.
    public func seenProjected(_ stored: Tensor) -> Tensor { seen(stored, alive: nil) }
    /// As many.
    public func connections(of alive: Tensor?) -> Tensor? { alive }
    /// None.
    public var parameters: [(name: String, parameter: Parameter)] { [] }
    /// Nil.
    public func refusal(of values: [String: Tensor]) -> String? { nil }
    /// True.
    public var trainsStored: Bool { true }
    /// True.
    public var followsScale: Bool { true }
    /// Where it does not say how many bits a number has.
    public var removesConnections: Bool { bits == nil }
    /// False.
    public var seesNumbersAlone: Bool { false }
    /// As they are.
    public func projected(_ stored: Tensor) -> Tensor { stored }
    /// Nil.
    public var bits: Int? { nil }
    /// Nil.
    public func codeStep(of stored: Tensor, alive: Tensor?) -> Tensor? { nil }
    /// None.
    public var options: ConfigurationValue { .section([]) }
    /// None.
    public var tensors: [String: Tensor] { [:] }
}

/// What makes a stored view again.
public enum ViewRole: Role {
    /// Kind and options of a view.
    public typealias Value = Element
    /// How views of a kind are made.
    public struct Payload: Sendable {
        /// From options and stored tensors to a view for a parameter of a shape.
        public let view:
            @Sendable (ConfigurationSection, _ tensors: [String: Tensor], _ shape: [Int]) throws ->
                any ParameterView
    }
    /// `view`.
    public static let name = "view"
    /// As it is.
    public static func element(of value: Element) -> Element { value }
}

/// A kind of view.
public typealias ViewKind = Kind<ViewRole>

extension Kind where R == ViewRole {
    /// A kind of view.
    ///
    /// - Parameter make: from options and stored tensors to a view for a parameter of a shape.
    public init(
        view name: String,
        make:
            @escaping @Sendable (
                ConfigurationSection, _ tensors: [String: Tensor], _ shape: [Int]
            ) throws -> any ParameterView
    ) {
        self.init(name, payload: .init(view: make)) { section, _ throws(ConfigurationError) in
            Element(name, section.recordAll())
        } sample: { _ in
            Element(name)
        }
    }
}
