import RanvierConfiguration
import RanvierTensors

/// Something through which a parameter is seen: a mask, a quantiser, scores of a ticket, a posterior.
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

    /// The stored numbers within what the view allows.
    func projected(_ stored: Tensor) -> Tensor

    /// Bits of a number that is seen; nil where the view does not say.
    var bits: Int? { get }

    /// All that the view was made from, but for its tensors.
    var options: ConfigurationValue { get }
    /// Tensors that are stored with the network, by name.
    var tensors: [String: Tensor] { get }
}

extension ParameterView {
    /// As they are.
    public func projected(_ stored: Tensor) -> Tensor { stored }
    /// Nil.
    public var bits: Int? { nil }
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
