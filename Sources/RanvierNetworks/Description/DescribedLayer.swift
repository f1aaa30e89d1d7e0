import RanvierConfiguration

/// A layer that can be said: named in a configuration, stored, and made again from its description.
///
///     struct Gain: DescribedLayer {
///         struct Options: Configurable {
///             var factor: Float = 2
///             static let schema = Schema<Options> { Field.number("factor", \.factor) }
///         }
///         static let kind = "gain"
///         let options: Options
///         init(_ options: Options, at site: LayerSite) { self.options = options }
///         …
///     }
///     registry.add(LayerKind(Gain.self))
///
/// The options of a layer that was built are complete: made from them at any place with the same time step, it is the same
/// layer but for its weights.
public protocol DescribedLayer: Layer {
    /// All that can be chosen.
    associatedtype Options: Configurable

    /// The options, with nothing left out.
    var options: Options { get }

    /// The layer with its first weights to be drawn.
    ///
    /// - Parameter site: what follows for options that were left out, such as the number of inputs.
    /// - Throws: ``ShapeMismatch`` where the layer cannot stand there; for layers made of layers what reading those throws.
    init(_ options: Options, at site: LayerSite) throws

    /// What stands for the layer in the artificial network of the same shape.
    static func artificial(_ options: Options, at site: LayerSite) throws -> [any Layer]

    /// The options of a unit between the layers of a deep architecture.
    static var deepOptions: Options { get }

    /// Whether the layer can be the unit of an architecture.
    static var isUnit: Bool { get }
}

extension DescribedLayer {
    /// The layer itself.
    public static func artificial(_ options: Options, at site: LayerSite) throws -> [any Layer] {
        [try Self(options, at: site)]
    }

    /// The usual ones.
    public static var deepOptions: Options { Options() }

    /// False.
    public static var isUnit: Bool { false }
}

extension DescribedLayer where Options == NoOptions {
    /// None.
    public var options: NoOptions { NoOptions() }
}
