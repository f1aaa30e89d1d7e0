import RanvierFormats
import RanvierTensors

/// Labelled samples of one shape: values, labels, class names, and where they come from.
///
///     let data = try Dataset(
///         name: "toy", values: [0, 0, 1, 1], featureShape: [2], labels: [0, 1],
///         classNames: ["low", "high"])
///     data.features(of: [1])         // Tensor [1, 2]
///
/// A value: parts of it (``subset(_:name:)``, splits) share the numbers and only keep their own list of
/// samples. Numbers may be stored as bytes with a divisor, which takes a quarter of the memory.
///
/// Invariants: all values are finite; labels lie in `0 ..< classCount`.
public struct Dataset: Sendable {
    /// Name for messages and reports.
    public let name: String
    /// Shape of one sample; images have channels last.
    public let featureShape: [Int]
    /// Label of each sample.
    public let labels: [Int]
    /// Names of the classes, as many as there are.
    public let classNames: [String]
    /// Smallest and largest value of the whole set that this is a part of.
    public let valueRange: ClosedRange<Float>
    /// Where the data come from and on what terms.
    public let origin: DataOrigin

    let storage: SampleStorage
    /// Row of the storage for each sample.
    let rows: [Int]

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

    init(
        name: String, storage: SampleStorage, featureShape: [Int], labels: [Int],
        classNames: [String]?, origin: DataOrigin?
    ) throws(DataError) {
        let size = featureShape.elementCount
        guard size > 0, storage.count == labels.count * size else {
            throw DataError(
                .countMismatch, at: name,
                expected: "\(labels.count) samples of \(size) values (one label each)",
                found: "\(storage.count) values",
                advice: "check that features and labels belong together")
        }
        if let index = storage.firstIndexNotFinite {
            throw DataError(
                .notFinite, at: "\(name), sample \(index / size), value \(index % size)",
                expected: "a finite number", found: "\(storage[index])",
                advice: "remove or replace such values before training")
        }
        let names = classNames ?? (0..<max((labels.max() ?? 0) + 1, 1)).map { "\($0)" }
        if let index = labels.firstIndex(where: { $0 < 0 || $0 >= names.count }) {
            throw DataError(
                .labelOutsideClasses, at: "\(name), sample \(index)",
                expected: "a label from 0 to \(names.count - 1)", found: "\(labels[index])",
                advice: "check the label file, or the number of classes")
        }
        self.init(
            name: name, featureShape: featureShape, labels: labels, classNames: names,
            valueRange: storage.valueRange, origin: origin ?? DataOrigin(source: name),
            storage: storage, rows: Array(labels.indices))
    }

    private init(
        name: String, featureShape: [Int], labels: [Int], classNames: [String],
        valueRange: ClosedRange<Float>, origin: DataOrigin, storage: SampleStorage, rows: [Int]
    ) {
        self.name = name
        self.featureShape = featureShape
        self.labels = labels
        self.classNames = classNames
        self.valueRange = valueRange
        self.origin = origin
        self.storage = storage
        self.rows = rows
    }

    /// Number of samples.
    public var count: Int { labels.count }

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
        let first = rows[index] * featureCount
        return (first..<first + featureCount).map { storage[$0] }
    }

    /// Labels of some samples.
    public func labels(of indices: [Int]) -> [Int] { indices.map { labels[$0] } }

    /// All values in row-major order, `[n, shape…]`.
    public var values: [Float] { features(of: Array(0..<count)).scalars }
}

// MARK: - Parts and other shapes

extension Dataset {
    /// The samples at some positions, in that order; no numbers are copied.
    public func subset(_ indices: [Int], name: String? = nil) -> Dataset {
        Dataset(
            name: name ?? self.name, featureShape: featureShape, labels: labels(of: indices),
            classNames: classNames, valueRange: valueRange, origin: origin, storage: storage,
            rows: indices.map { rows[$0] })
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
        return Dataset(
            name: name, featureShape: shape, labels: labels, classNames: classNames,
            valueRange: valueRange, origin: origin, storage: storage, rows: rows)
    }

    /// The same samples as vectors.
    public var flattened: Dataset {
        Dataset(
            name: name, featureShape: [featureCount], labels: labels, classNames: classNames,
            valueRange: valueRange, origin: origin, storage: storage, rows: rows)
    }

    /// The same samples and labels with other values, `[n, shape…]`.
    ///
    /// - Throws: ``DataError`` if the count does not fit or a value is not finite.
    public func replacingValues(
        _ values: [Float], featureShape: [Int]? = nil
    ) throws(DataError) -> Dataset {
        try Dataset(
            name: name, storage: .floats(values), featureShape: featureShape ?? self.featureShape,
            labels: labels, classNames: classNames, origin: origin)
    }
}
