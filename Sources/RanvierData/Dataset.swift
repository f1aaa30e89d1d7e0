import RanvierFormats
import RanvierTensors

/// Samples of one shape: values, what is asked of each, names, time base, and where they come from.
///
///     let data = try Dataset(
///         name: "toy", values: [0, 0, 1, 1], featureShape: [2], labels: [0, 1],
///         classNames: ["low", "high"])
///     data.features(of: [1])         // Tensor [1, 2]
///
/// A value: parts of it (``subset(_:name:)``, splits) share the numbers and only keep their own list of
/// samples. Numbers may be stored as bytes with a divisor, which takes a quarter of the memory.
///
/// Invariants: all values are finite; labels lie in `0 ..< classCount`; there is a target for each sample.
public struct Dataset: Sendable {
    /// Name for messages and reports.
    public let name: String
    /// Shape of one sample; images have channels last.
    public let featureShape: [Int]
    /// What is asked of each sample.
    public let targets: Targets
    /// Seconds of a step, where samples are sequences; nil where they are not, or it is not known.
    public private(set) var timeStep: Double?
    /// Names of the features of a sample (of a step, for sequences), where they have any: the columns of a table.
    public private(set) var featureNames: [String]?
    /// What is known of images that the samples are as vectors; see ``imageShape``.
    private var knownImageShape: [Int]?
    /// How the values were scaled; nil for as they were read.
    public internal(set) var scaling: Scaling?
    /// Smallest and largest value of the whole set that this is a part of.
    public let valueRange: ClosedRange<Float>
    /// Where the data come from and on what terms.
    public let origin: DataOrigin
    /// Which series each sample was cut from; nil where samples have nothing to do with each other, as far as is known.
    public internal(set) var series: SampleSeries?

    let buffer: SampleBuffer
    /// Where each sample's first value lies in the storage; samples may overlap.
    let starts: [Int]

    var storage: SampleStorage { buffer.storage }

    /// Samples from numbers in row-major order, `[n, shape…]`.
    ///
    /// - Parameter classNames: by default "0", "1", … up to the largest label.
    /// - Throws: ``DataError`` that names the sample: counts that do not fit, a value that is not finite,
    ///   a label outside the classes.
    public init(
        name: String, values: [Float], featureShape: [Int], labels: [Int],
        classNames: [String]? = nil, origin: DataOrigin? = nil
    ) throws(DataError) {
        try self.init(
            name: name, storage: .floats(values), featureShape: featureShape, labels: labels,
            classNames: classNames, origin: origin)
    }

    /// Samples from bytes, each standing for the number `byte / divisor`.
    public init(
        name: String, bytes: [UInt8], dividedBy divisor: Float = 255, featureShape: [Int],
        labels: [Int], classNames: [String]? = nil, origin: DataOrigin? = nil
    ) throws(DataError) {
        precondition(divisor > 0, "bytes are divided by a positive number, not by \(divisor)")
        try self.init(
            name: name, storage: .bytes(bytes, divisor: divisor), featureShape: featureShape,
            labels: labels, classNames: classNames, origin: origin)
    }

    /// Samples with any targets.
    ///
    /// - Throws: ``DataError`` that names the sample: counts that do not fit, a value or target that is not finite, a label
    ///   outside the classes.
    public init(
        name: String, values: [Float], featureShape: [Int], targets: Targets,
        origin: DataOrigin? = nil
    ) throws(DataError) {
        try self.init(
            name: name, storage: .floats(values), featureShape: featureShape, targets: targets,
            origin: origin)
    }

    init(
        name: String, storage: SampleStorage, featureShape: [Int], labels: [Int],
        classNames: [String]?, origin: DataOrigin?
    ) throws(DataError) {
        let names = classNames ?? (0..<max((labels.max() ?? 0) + 1, 1)).map { "\($0)" }
        try self.init(
            name: name, storage: storage, featureShape: featureShape,
            targets: .classes(labels, names: names), origin: origin)
    }

    init(
        name: String, storage: SampleStorage, featureShape: [Int], targets: Targets,
        origin: DataOrigin?
    ) throws(DataError) {
        let size = featureShape.elementCount, count = targets.count
        guard size > 0, storage.count == count * size else {
            throw DataError(
                .countMismatch, at: name,
                expected: "\(count) samples of \(size) values (one label each)",
                found: "\(storage.count) values",
                advice: "check that features and labels belong together")
        }
        if let index = storage.firstIndexNotFinite {
            throw DataError(
                .notFinite, at: "\(name), sample \(index / size), value \(index % size)",
                expected: "a finite number", found: "\(storage[index])",
                advice: "remove or replace such values before training")
        }
        try Self.check(targets, of: name)
        self.init(
            name: name, featureShape: featureShape, targets: targets,
            valueRange: storage.valueRange, origin: origin ?? DataOrigin(source: name),
            buffer: SampleBuffer(storage), starts: (0..<count).map { $0 * size })
    }

    /// Samples that lie anywhere in a storage, whose numbers were looked at before; NaN where one is missing and a scaling
    /// puts another in its place.
    init(
        name: String, buffer: SampleBuffer, starts: [Int], featureShape: [Int], targets: Targets,
        origin: DataOrigin
    ) throws(DataError) {
        precondition(starts.count == targets.count, "every sample has a target")
        try Self.check(targets, of: name)
        self.init(
            name: name, featureShape: featureShape, targets: targets,
            valueRange: buffer.storage.valueRange, origin: origin, buffer: buffer, starts: starts)
    }

    private static func check(_ targets: Targets, of name: String) throws(DataError) {
        switch targets {
        case .none: break
        case .classes(let labels, let names):
            guard let index = labels.firstIndex(where: { $0 < 0 || $0 >= names.count }) else {
                return
            }
            throw DataError(
                .labelOutsideClasses, at: "\(name), sample \(index)",
                expected: "a label from 0 to \(names.count - 1)", found: "\(labels[index])",
                advice: "check the label file, or the number of classes")
        case .values(let values, let names, let units):
            guard !names.isEmpty, units.count == names.count, values.count % names.count == 0 else {
                throw DataError(
                    .countMismatch, at: name,
                    expected: "a value of each of some names for every sample, and a unit for each "
                        + "name",
                    found: "\(values.count) values, \(names.count) names, \(units.count) units",
                    advice: "check that values and names belong together")
            }
            guard let index = values.firstIndex(where: { !$0.isFinite }) else { return }
            let place = index / max(names.count, 1)
            throw DataError(
                .notFinite, at: "\(name), sample \(place), target \(names[index % names.count])",
                expected: "a finite number", found: "\(values[index])",
                advice: "remove or replace such rows before training")
        }
    }

    private init(
        name: String, featureShape: [Int], targets: Targets, valueRange: ClosedRange<Float>,
        origin: DataOrigin, buffer: SampleBuffer, starts: [Int]
    ) {
        self.name = name
        self.featureShape = featureShape
        self.targets = targets
        self.valueRange = valueRange
        self.origin = origin
        self.buffer = buffer
        self.starts = starts
    }

    /// The same samples, whose steps have a length in seconds.
    public func timed(step seconds: Double?) -> Dataset {
        var copy = self
        copy.timeStep = seconds
        return copy
    }

    /// The same samples, which are images of a shape, whatever shape they have now.
    ///
    /// - Parameter shape: height, width and channels; nil for not known.
    func picturing(_ shape: [Int]?) -> Dataset {
        var copy = self
        copy.knownImageShape = shape
        return copy
    }

    /// All that is said of the samples of another set besides their values.
    private func described(as other: Dataset) -> Dataset {
        var copy = timed(step: other.timeStep).naming(features: other.featureNames)
            .scaled(by: other.scaling).picturing(other.knownImageShape)
        copy.series = other.series
        return copy
    }

    /// The same samples, whose features have names.
    public func naming(features names: [String]?) -> Dataset {
        var copy = self
        copy.featureNames = names
        return copy
    }

    /// Label of each sample; none where samples have no classes.
    public var labels: [Int] { targets.labels }

    /// Names of the classes, as many as there are.
    public var classNames: [String] {
        if case .classes(_, let names) = targets { names } else { [] }
    }

    /// Number of samples.
    public var count: Int { starts.count }

    /// Number of classes.
    public var classCount: Int { classNames.count }

    /// Values of one sample.
    public var featureCount: Int { featureShape.elementCount }

    /// Number of samples of each class.
    public var classCounts: [Int] {
        labels.reduce(into: [Int](repeating: 0, count: classCount)) { $0[$1] += 1 }
    }

    /// Values of one sample in row-major order.
    public func values(ofSample index: Int) -> [Float] {
        let first = starts[index]
        return (first..<first + featureCount).map { storage[$0] }
    }

    /// Height, width and channels of the image that a sample is, also where it is a vector now; nil where samples are
    /// no images or nothing is known of it. No shape is ever guessed from a number of values.
    public var imageShape: [Int]? {
        if let knownImageShape { return knownImageShape }
        return featureShape.count == 3 && timeStep == nil ? featureShape : nil
    }

    /// Labels of some samples; none where samples have no classes.
    public func labels(of indices: [Int]) -> [Int] {
        let labels = labels
        return labels.isEmpty ? [] : indices.map { labels[$0] }
    }

    /// All values in row-major order, `[n, shape…]`.
    public var values: [Float] { features(of: Array(0..<count)).scalars }
}

// MARK: - Parts and other shapes

extension Dataset {
    /// The samples at some positions, in that order; no numbers are copied.
    public func subset(_ indices: [Int], name: String? = nil) -> Dataset {
        var part = Dataset(
            name: name ?? self.name, featureShape: featureShape, targets: targets.subset(indices),
            valueRange: valueRange, origin: origin, buffer: buffer,
            starts: indices.map { starts[$0] }
        ).described(as: self)
        part.series = series?.subset(indices)
        return part
    }

    /// The first samples, at most `count`.
    public func prefix(_ count: Int) -> Dataset { subset(Array(0..<min(count, self.count))) }

    /// The same samples under another shape with as many values, for example `[784]` as `[28, 28, 1]`.
    public func reshaped(to shape: [Int]) throws(DataError) -> Dataset {
        guard shape.elementCount == featureCount, !shape.contains(where: { $0 < 1 }) else {
            throw DataError(
                .invalidParameter, at: "\(name), shape",
                expected: "a shape of \(featureCount) values",
                found: "\(shape)", advice: "the data have the shape \(featureShape)")
        }
        return withShape(shape).picturing(shape.count == 1 ? imageShape : knownImageShape)
    }

    private func withShape(_ shape: [Int]) -> Dataset {
        Dataset(
            name: name, featureShape: shape, targets: targets, valueRange: valueRange,
            origin: origin, buffer: buffer, starts: starts
        ).described(as: self)
    }

    /// The same samples as vectors, which have no steps any more; of images the shape stays known.
    public var flattened: Dataset {
        withShape([featureCount]).timed(step: nil).picturing(imageShape)
    }

    /// The same samples and targets with other values, `[n, shape…]`.
    ///
    /// - Throws: ``DataError`` if the count does not fit or a value is not finite.
    public func replacingValues(
        _ values: [Float], featureShape: [Int]? = nil
    ) throws(DataError) -> Dataset {
        var copy = try Dataset(
            name: name, storage: .floats(values), featureShape: featureShape ?? self.featureShape,
            targets: targets, origin: origin
        ).timed(step: timeStep)
            .naming(features: featureShape == nil ? featureNames : nil)
            .picturing(featureShape == nil ? knownImageShape : nil)
        copy.series = series
        return copy
    }

    /// The same numbers with a word on how they were scaled.
    func scaled(by scaling: Scaling?) -> Dataset {
        var copy = self
        copy.scaling = scaling
        return copy
    }

    /// The same samples in other numbers that lie in the same places, brought there by a scaling.
    func moved(to buffer: SampleBuffer, scaling: Scaling) -> Dataset {
        Dataset(
            name: name, featureShape: featureShape, targets: targets,
            valueRange: buffer.storage.valueRange, origin: origin, buffer: buffer, starts: starts
        ).described(as: self).scaled(by: scaling)
    }
}

/// Numbers that several data sets share.
final class SampleBuffer: Sendable {
    let storage: SampleStorage

    init(_ storage: SampleStorage) { self.storage = storage }
}
