import Foundation
import RanvierConfiguration
import RanvierFormats

/// Which data a run learns from, and how they are prepared.
public struct DatasetConfiguration: Sendable {
    /// How values are scaled, fitted on the training samples.
    public enum ScalingRule: String, Sendable, CaseIterable {
        /// As the data set gives them: images in 0…1.
        case none
        /// As they are where that is what networks take already; else each channel by itself: to 0…1 for an encoding that asks
        /// for it, else to mean 0 and standard deviation 1. What was done is told.
        case automatic = "auto"
        /// Each feature to mean 0 and standard deviation 1.
        case standard
        /// All features together to mean 0 and standard deviation 1.
        case standardTogether = "standard-together"
        /// Each channel (the last axis: colours, sensors) to mean 0 and standard deviation 1.
        case standardPerChannel = "standard-per-channel"
        /// Each feature to 0…1; values outside the range of the training samples are clipped, with a warning.
        case range
        /// Each channel to 0…1.
        case rangePerChannel = "range-per-channel"
        /// Each channel to median 0 and the middle half of a normal distribution of deviation 1: outliers do not count.
        case robust
        /// Not while they are read, but by the scaling of a stored model that has followed its sensors; nothing can be trained
        /// with it.
        case ofModel = "of-model"
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
    /// Whether vectors that are images become images, for convolutions.
    public let asImages: Bool
    /// Height, width and channels of vectors of which no file says them; nil where none are given.
    public let imageShape: [Int]?
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
        scaling = try section.choice("scaling", default: source.usualScaling)
        validationFraction = try section.float("validation-fraction", default: 0, in: 0...0.9)
        asImages = try section.boolean("images", default: eventCamera != nil)
        guard asImages || eventCamera == nil else {
            throw section.invalid("images", "an event camera looks at images; leave the key out")
        }
        imageShape = try Self.imageShape(section)
        limit = try section.optionalInteger("limit", in: 1...)
    }

    private static func imageShape(
        _ section: ConfigurationSection
    ) throws(ConfigurationError) -> [Int]? {
        // Written down only where it is there: most data know their shape or have none.
        guard section.keys.contains("image-shape") else { return nil }
        let shape = try section.integers("image-shape", in: 1...)
        guard shape.count == 2 || shape.count == 3 else {
            throw section.wrong(
                "image-shape", expected: "[height, width] or [height, width, channels]",
                found: "\(shape)")
        }
        return shape
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
            .requireSamples(
                of: name, validationFraction: validationFraction, rule: parts.splitRule, limit: nil)
        var training = try parts.training.sayingImages(of: imageShape)
        var test = try parts.test.sayingImages(of: imageShape)
        if asImages { (training, test) = (try training.asImages(), try test.asImages()) }
        try test.requireShape(of: training)
        if let limit { training = training.sample(limit, seed: place.seed) }
        if let eventCamera {
            training = try eventCamera.recordings(of: training)
            test = try eventCamera.recordings(of: test)
        }
        var splits = Splits(training: training, test: test)
        (splits.notes, splits.warnings) = (parts.notes, parts.warnings)
        if validationFraction > 0 {
            let rule = training.ruleForValidation(parts.splitRule)
            if rule != parts.splitRule {
                splits.notes.append(
                    "only one \(parts.splitRule) is left for training: samples for validation are "
                        + "held out of it by \(rule)")
            }
            let (first, second) = try training.split(
                fraction: validationFraction, by: rule, seed: place.seed,
                names: ("training", "validation"))
            splits.training = first
            splits.validation = second
            if parts.splitRule == .file || parts.splitRule == .group {
                splits.notes.append(
                    "for validation: \(second.seriesNames.joined(separator: ", "))")
            }
            try splits.requireSamples(
                of: name, validationFraction: validationFraction, rule: rule, limit: limit)
        }
        try scale(&splits, replacesMissing: parts.replacesMissing, place)
        return splits
    }

    // MARK: - Scaling

    private func scale(
        _ splits: inout Splits, replacesMissing: Bool, _ place: DataPlace
    ) throws(DataError) {
        guard scaling != .ofModel else { return }
        guard
            let (kind, scope) = fit ?? automaticFit(&splits, place.acceptedRange)
                ?? (replacesMissing ? (.identity, .perChannel) : nil)
        else { return }
        let scaling = try Scaling(
            fitting: splits.training, kind: kind, scope: scope, replacesMissing: replacesMissing)
        splits.warnings += [
            splits.validation.flatMap {
                scaling.clippingWarning(of: $0, part: "validation samples")
            }, scaling.clippingWarning(of: splits.test, part: "test samples"),
        ].compactMap(\.self)
        let own = [splits.training, splits.test] + (splits.validation.map { [$0] } ?? [])
        let scaled = try scaling(own)
        splits.training = scaled[0]
        splits.test = scaled[1]
        if scaled.count > 2 { splits.validation = scaled[2] }
        splits.scaling = scaling
    }

    private var fit: (Scaling.Kind, Scaling.Scope)? {
        switch scaling {
        case .none, .automatic, .ofModel: nil
        case .standard: (.standard, .perFeature)
        case .standardTogether: (.standard, .global)
        case .standardPerChannel: (.standard, .perChannel)
        case .range: (.minMax, .perFeature)
        case .rangePerChannel: (.minMax, .perChannel)
        case .robust: (.robust, .perChannel)
        }
    }

    /// Channels whose mean is further from 0 than this, or whose deviation is outside these bounds, are scaled.
    private static let usualMean = 2.0, usualDeviation = 0.1...3.0

    private func automaticFit(
        _ splits: inout Splits, _ accepted: ClosedRange<Float>?
    ) -> (Scaling.Kind, Scaling.Scope)? {
        guard scaling == .automatic, splits.training.count > 0 else { return nil }
        let width = splits.training.featureShape.last ?? 1
        let channels = ChannelMoments(splits.training, groups: width)
        if let accepted {
            let fits =
                channels.minima.allSatisfy { $0 >= Double(accepted.lowerBound) }
                && channels.maxima.allSatisfy { $0 <= Double(accepted.upperBound) }
            splits.notes.append(
                fits
                    ? "scaling: none, the values lie in 0…1 already"
                    : "scaling: each channel to 0…1 by its training values (`scaling: none` leaves them)"
            )
            return fits ? nil : (.minMax, .perChannel)
        }
        let fits = (0..<width).allSatisfy { channel in
            let mean = abs(channels.means[channel]), deviation = channels.deviations[channel]
            return mean <= Self.usualMean
                && (deviation == 0 || Self.usualDeviation.contains(deviation))
        }
        splits.notes.append(
            fits
                ? "scaling: none, every channel has a mean near 0 and a deviation near 1 already"
                : "scaling: each channel to mean 0 and deviation 1 by its training values "
                    + "(`scaling: none` leaves them)")
        return fits ? nil : (.standard, .perChannel)
    }
}
