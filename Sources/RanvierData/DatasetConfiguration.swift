import Foundation
import RanvierConfiguration
import RanvierFormats

/// Which data a run learns from, and how they are prepared.
public struct DatasetConfiguration: Sendable {
    /// How values are scaled, fitted on the training samples.
    public enum ScalingRule: String, Sendable, CaseIterable {
        /// As the data set gives them: images in 0…1.
        case none
        /// Each feature to mean 0 and standard deviation 1.
        case standard
        /// All features together to mean 0 and standard deviation 1.
        case standardTogether = "standard-together"
        /// Each channel (the last axis: colours, sensors) to mean 0 and standard deviation 1.
        case standardPerChannel = "standard-per-channel"
        /// Each feature to 0…1.
        case range
    }

    /// The name of the source.
    public let name: String
    /// The source.
    public let source: any DataSource
    /// The camera that looks at the images, for sources of images; nil for none.
    public let eventCamera: EventCameraConfiguration?
    /// How values are scaled.
    public let scaling: ScalingRule
    /// Share of the training samples that is held out for validation.
    public let validationFraction: Double
    /// Whether vectors of a square number of values become images, for convolutions.
    public let asImages: Bool
    /// Most training samples used; nil for all.
    public let limit: Int?

    /// Reads the keys of a section, with the sources of its registry.
    public init(_ section: ConfigurationSection) throws(ConfigurationError) {
        let kinds = section.registry.all(DataSourceRole.self)
        let name = try section.choice("name", of: kinds.map(\.name), default: kinds.first?.name)
        guard let kind = kinds.first(where: { $0.name == name }) else {
            preconditionFailure("'\(name)' was found among the sources before")
        }
        self.name = name
        // The camera's key stands before those of the source in stored configurations.
        let source = try kind.read(section, nil)
        self.source = source
        eventCamera =
            source.hasImages
            ? try section.optionalSection("event-camera").map(EventCameraConfiguration.init) : nil
        scaling = try section.choice("scaling", default: ScalingRule.none)
        validationFraction = try section.float("validation-fraction", default: 0, in: 0...0.9)
        asImages = try section.boolean("images", default: eventCamera != nil)
        guard asImages || eventCamera == nil else {
            throw section.invalid("images", "an event camera looks at images; leave the key out")
        }
        limit = try section.optionalInteger("limit", in: 1...)
    }

    /// Samples for training, validation and test, scaled as the configuration says.
    public struct Splits: Sendable {
        /// What the network learns from.
        public var training: Dataset
        /// What is only watched; nil for none.
        public var validation: Dataset?
        /// What the result is measured on.
        public var test: Dataset
        /// How values were scaled; nil for as they are.
        public var scaling: Scaling?
        /// What was found out and decided while reading.
        public var notes: [String] = []
        /// What may make a result worth less than it seems.
        public var warnings: [String] = []

        /// Parts of a data set.
        public init(
            training: Dataset, validation: Dataset? = nil, test: Dataset, scaling: Scaling? = nil
        ) {
            self.training = training
            self.validation = validation
            self.test = test
            self.scaling = scaling
        }
    }

    /// Reads the data.
    ///
    /// - Throws: `DataError` that names file, expected and found.
    public func load(from place: DataPlace) throws(DataError) -> Splits {
        let parts = try source.load(from: place)
        try Splits(training: parts.training, test: parts.test)
            .requireSamples(of: name, validationFraction: validationFraction)
        var training = parts.training, test = parts.test
        if asImages { (training, test) = (try training.asImages(), try test.asImages()) }
        if let limit { training = training.prefix(limit) }
        if let eventCamera {
            training = try eventCamera.recordings(of: training)
            test = try eventCamera.recordings(of: test)
        }
        var splits = Splits(training: training, test: test)
        (splits.notes, splits.warnings) = (parts.notes, parts.warnings)
        if validationFraction > 0 {
            let parts = try training.split(
                validationFraction: validationFraction, seed: place.seed)
            splits.training = parts.training
            splits.validation = parts.validation
            try splits.requireSamples(of: name, validationFraction: validationFraction)
        }
        if let (kind, scope) = fit {
            let scaling = try Scaling(fitting: splits.training, kind: kind, scope: scope)
            splits.training = try scaling(splits.training)
            if let validation = splits.validation { splits.validation = try scaling(validation) }
            splits.test = try scaling(splits.test)
            splits.scaling = scaling
        }
        return splits
    }

    private var fit: (Scaling.Kind, Scaling.Scope)? {
        switch scaling {
        case .none: nil
        case .standard: (.standard, .perFeature)
        case .standardTogether: (.standard, .global)
        case .standardPerChannel: (.standard, .perChannel)
        case .range: (.minMax, .perFeature)
        }
    }
}
