import RanvierConfiguration

/// A neuron of an event-driven network that says itself by its kind and keys, so that a network of such neurons is a value.
public protocol DescribedEventNeuron: EventDrivenNeuron {
    /// The keys.
    associatedtype Options: Configurable
    /// Word for the neuron in descriptions: `theta`.
    static var kind: String { get }
    /// The neuron of some options.
    ///
    /// - Throws: ``ExactError`` for numbers that cannot be together.
    init(_ options: Options) throws(ExactError)
    /// All that was chosen.
    var options: Options { get }
}

extension DescribedEventNeuron {
    /// The neuron as a value.
    var element: Element { Element(Self.kind, options.configurationValue) }

    /// The neuron of a description.
    ///
    /// - Throws: `ConfigurationError` for another kind, or keys that cannot be; ``ExactError``.
    init(_ section: ConfigurationSection, key: String) throws {
        let element = try section.element(key, kinds: [Self.kind])
        try self.init(Options(element.options))
    }
}

extension ThetaNeuron: DescribedEventNeuron {
    /// `theta`.
    public static let kind = "theta"
    /// A neuron of some options.
    public init(_ options: ThetaOptions) throws(ExactError) {
        try self.init(timeConstant: options.timeConstant, drive: options.drive)
    }
    /// Time constant and drive.
    public var options: ThetaOptions {
        var options = ThetaOptions()
        (options.timeConstant, options.drive) = (timeConstant, drive)
        return options
    }
}

extension QIFNeuron: DescribedEventNeuron {
    /// The keys of a quadratic integrate-and-fire neuron.
    public struct Options: Configurable {
        /// Time constant in seconds.
        public var timeConstant = 1.0
        /// Scale of the softplus of pseudospikes.
        public var softplusScale = 10.0
        /// The usual neuron.
        public init() {}
        /// The keys.
        public static let schema = Schema<Options> {
            Field.number("time-constant", \.timeConstant, in: .positive)
            Field.number("softplus-scale", \.softplusScale, in: .positive)
        }
    }

    /// `qif`.
    public static let kind = "qif"
    /// A neuron of some options.
    public init(_ options: Options) throws(ExactError) {
        try self.init(timeConstant: options.timeConstant, softplusScale: options.softplusScale)
    }
    /// Time constant and scale.
    public var options: Options {
        var options = Options()
        (options.timeConstant, options.softplusScale) = (timeConstant, softplusScale)
        return options
    }
}

extension LIFNeuron: DescribedEventNeuron {
    /// The keys of an event-driven leaky integrate-and-fire neuron.
    public struct Options: Configurable {
        /// Time constant of the membrane in seconds.
        public var membraneTimeConstant = 1.0
        /// Time constant of the current in seconds.
        public var synapticTimeConstant = 0.5
        /// Threshold.
        public var threshold = 1.0
        /// Scale of the softplus of pseudospikes.
        public var softplusScale = 10.0
        /// The usual neuron.
        public init() {}
        /// The keys.
        public static let schema = Schema<Options> {
            Field.number("membrane-time-constant", \.membraneTimeConstant, in: .positive)
            Field.number("synaptic-time-constant", \.synapticTimeConstant, in: .positive)
            Field.number("threshold", \.threshold, in: .positive)
            Field.number("softplus-scale", \.softplusScale, in: .positive)
        }
    }

    /// `lif`.
    public static let kind = "lif"
    /// A neuron of some options.
    public init(_ options: Options) throws(ExactError) {
        try self.init(
            membraneTimeConstant: options.membraneTimeConstant,
            synapticTimeConstant: options.synapticTimeConstant, threshold: options.threshold,
            softplusScale: options.softplusScale)
    }
    /// Time constants, threshold and scale.
    public var options: Options {
        var options = Options()
        options.membraneTimeConstant = membraneTimeConstant
        options.synapticTimeConstant = synapticTimeConstant
        options.threshold = threshold
        options.softplusScale = softplusScale
        return options
    }
}

extension OscillatoryLIFNeuron: DescribedEventNeuron {
    /// The keys of a leaky neuron that oscillates without input.
    public struct Options: Configurable {
        /// Time constant in seconds.
        public var timeConstant = 1.0
        /// Constant drive, above the threshold.
        public var drive = 1.25
        /// Threshold.
        public var threshold = 1.0
        /// The usual neuron.
        public init() {}
        /// The keys.
        public static let schema = Schema<Options> {
            Field.number("time-constant", \.timeConstant, in: .positive)
            Field.number("drive", \.drive, in: .positive, drawn: 1.1...2)
            Field.number("threshold", \.threshold, in: .positive)
        }
    }

    /// `oscillatory-lif`.
    public static let kind = "oscillatory-lif"
    /// A neuron of some options.
    public init(_ options: Options) throws(ExactError) {
        try self.init(
            timeConstant: options.timeConstant, drive: options.drive, threshold: options.threshold)
    }
    /// Time constant, drive and threshold.
    public var options: Options {
        var options = Options()
        (options.timeConstant, options.drive, options.threshold) = (timeConstant, drive, threshold)
        return options
    }
}
