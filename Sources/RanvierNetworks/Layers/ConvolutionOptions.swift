import RanvierConfiguration
import RanvierTensors

/// What can be chosen of a convolution.
public struct ConvolutionOptions: Configurable {
    /// Channels that come in; nil for as many as there are.
    public var inputs: Int?
    /// Channels that go out.
    public var channels = 1
    /// Size, stride and padding.
    public var window = ImageWindow(3)
    /// Groups of channels that do not see each other.
    public var groups = 1
    /// Whether a bias is added.
    public var hasBias = true
    /// How the first weights are drawn.
    public var initialization = ConvolutionInitialization.uniform()

    /// A window of 3 × 3 and one channel.
    public init() {}

    /// The keys of a configuration; a window that is not square has lists of two numbers, for rows and columns.
    public static let schema = Schema<ConvolutionOptions> {
        Field.optionalInteger("inputs", \.inputs, in: 1..., drawn: nil)
        Field.integer("channels", \.channels, in: 1..., isRequired: true)
        Field.pair("size", \.window.height, \.window.width, in: ImageWindow.sizes, drawn: 1...3)
        Field.pair(
            "stride", \.window.strideHeight, \.window.strideWidth, in: ImageWindow.sizes,
            drawn: 1...2)
        Field.pair(
            "padding", \.window.paddingHeight, \.window.paddingWidth, in: ImageWindow.paddings,
            drawn: 0...2)
        shared(\.self)
    }

    /// The keys that convolutions along one axis have, too.
    static func shared<Value>(_ place: Place<Value, ConvolutionOptions>) -> [Field<Value>] {
        let keys = [Field.groups, Field.boolean("bias", \.hasBias), Field.initialization]
        return keys.map { $0.placed(at: place) }
    }

    /// With the number of inputs filled in.
    ///
    /// - Throws: ``ShapeMismatch`` where channels and groups do not fit.
    func complete(at site: LayerSite) throws(ShapeMismatch) -> ConvolutionOptions {
        let inputs = inputs ?? site.channels
        guard inputs % groups == 0 else {
            throw ShapeMismatch(
                expected: "channels that divide into \(groups) groups", found: site.shape)
        }
        guard channels % groups == 0 else {
            throw ShapeMismatch(
                expected: "\(channels) outputs that divide into \(groups) groups",
                found: site.shape)
        }
        return with { $0.inputs = inputs }
    }
}

/// How the first weights of a convolution are drawn.
public enum ConvolutionInitialization: Sendable, Hashable {
    /// Uniform in ±gain/√fan-in: the default of most frameworks.
    case uniform(gain: Float = 1)
    /// Normal with standard deviation √(2/fan-out). Source: He et al. 2015, backward form.
    case heFanOut

    func rule(fanIn: Int, fanOut: Int) -> Initialization {
        switch self {
        case .uniform(let gain): .uniform(fanIn: fanIn, gain: gain)
        case .heFanOut: .normal(fanIn: fanOut, gain: Float(2).squareRoot())
        }
    }
}

// MARK: - Keys

extension ImageWindow {
    /// Sides and strides that a configuration may ask for: those of any image.
    static let sizes = 1...32_767
    /// Zeros around an image that a configuration may ask for.
    static let paddings = 0...32_767
}

extension Field {
    /// A number of rows and one of columns: one number for both, or a list of two.
    static func pair<Bounds: ConfigurationBounds>(
        _ key: String, _ rows: Place<Value, Int>, _ columns: Place<Value, Int>, in bounds: Bounds,
        drawn: ClosedRange<Int>
    ) -> Field where Bounds.Bound == Int, Bounds: Sendable {
        Field { section, value throws(ConfigurationError) in
            guard section.isList(key) else {
                let isSquare = value[keyPath: rows] == value[keyPath: columns]
                guard isSquare || section.keys.contains(key) else {
                    let both = [value[keyPath: rows], value[keyPath: columns]]
                    section.record(key, .list(both.map { .integer($0) }))
                    return
                }
                let size = try section.integer(key, default: value[keyPath: rows], in: bounds)
                (value[keyPath: rows], value[keyPath: columns]) = (size, size)
                return
            }
            let both = try section.integers(key, in: bounds)
            guard both.count == 2 else {
                throw section.wrong(
                    key, expected: "one number, or two for rows and columns",
                    found: "\(both.count)")
            }
            (value[keyPath: rows], value[keyPath: columns]) = (both[0], both[1])
        } write: {
            let both = [$0[keyPath: rows], $0[keyPath: columns]]
            return [
                .init(
                    key,
                    both[0] == both[1]
                        ? .integer(both[0]) : .list(both.map { .integer($0) }))
            ]
        } vary: { value, random in
            value[keyPath: rows] = Int.random(in: drawn, using: &random)
            value[keyPath: columns] =
                Bool.random(using: &random)
                ? value[keyPath: rows] : Int.random(in: drawn, using: &random)
        }
    }
}

extension Field where Value == ConvolutionOptions {
    /// `groups`, into which the channels that go out must divide.
    fileprivate static let groups = Field { section, options throws(ConfigurationError) in
        options.groups = try section.integer("groups", default: options.groups, in: 1...)
        guard options.channels % options.groups == 0 else {
            throw section.invalid(
                "groups",
                "\(options.channels) channels do not divide into \(options.groups) groups")
        }
    } write: {
        [.init("groups", .integer($0.groups))]
    } vary: { options, random in
        options.groups = Bool.random(using: &random) ? options.channels : 1
    }

    /// `initialization`.
    fileprivate static let initialization = Field { section, options throws(ConfigurationError) in
        guard section.keys.contains("initialization") else {
            let element: ConfigurationValue =
                switch options.initialization {
                case .heFanOut: .string("he-fan-out")
                case .uniform(let gain):
                    Element("uniform", .section([.init("gain", .float(gain.inShortest))]))
                        .configurationValue
                }
            section.record("initialization", element)
            return
        }
        let element = try section.element("initialization", kinds: ["uniform", "he-fan-out"])
        options.initialization =
            element.kind == "he-fan-out"
            ? .heFanOut
            : .uniform(
                gain: Float(try element.options.float("gain", default: 1, in: .positive)))
    } write: {
        switch $0.initialization {
        case .heFanOut: [.init("initialization", .string("he-fan-out"))]
        case .uniform(let gain):
            [
                .init(
                    "initialization",
                    Element("uniform", .section([.init("gain", .float(gain.inShortest))]))
                        .configurationValue)
            ]
        }
    } vary: { options, random in
        options.initialization =
            Bool.random(using: &random) ? .heFanOut : .uniform(gain: Float(0.5))
    }
}
