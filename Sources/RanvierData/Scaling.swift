import RanvierFormats
import RanvierTensors

/// Shift and scale that bring values to a common range, fitted on training data and stored with a network.
///
///     y = (x − offset) / scale,   in double precision, then rounded
///
/// Fit it on the training part only: what is known of the test part must not enter a network. Values scaled by
/// ``Kind/minMax`` that lie outside the range of the training part are outliers and become 0 or 1. Values that are missing
/// (NaN) get a substitute before, where there is one.
public struct Scaling: Sendable, Hashable, Codable {
    /// What the values are brought to.
    public enum Kind: String, Sendable, Hashable, Codable, CaseIterable {
        /// Mean 0 and standard deviation 1 (of the population).
        case standard
        /// Smallest 0 and largest 1; what lies outside the range of the samples it was fitted to is clipped to it.
        case minMax
        /// Median 0, and the middle half as wide as that of a normal distribution of deviation 1: outliers do not count.
        case robust
        /// As they were measured; only what is missing is replaced.
        case identity
    }

    /// Which values share a shift and a scale.
    public enum Scope: String, Sendable, Hashable, Codable, CaseIterable {
        /// All values.
        case global
        /// Values at one position of the last axis: a colour, a sensor.
        case perChannel
        /// Values at one position of a sample.
        case perFeature
    }

    /// What the values are brought to.
    public let kind: Kind
    /// Which values share a shift and a scale.
    public let scope: Scope
    /// Shape of a sample.
    public let featureShape: [Int]
    /// What is subtracted: one number, one per channel, or one per feature.
    public let offset: [Double]
    /// What is divided by; 1 where all values were equal.
    public let scale: [Double]
    /// What stands for a missing value, before scaling; nil where none may be missing.
    public let substitutes: [Double]?

    /// Fits to the samples of a data set; values that are missing do not count.
    ///
    /// - Parameter replacesMissing: whether a missing value is replaced by the mean of its group.
    /// - Throws: ``DataError`` if it has no samples.
    public init(
        fitting dataset: Dataset, kind: Kind = .standard, scope: Scope = .perFeature,
        replacesMissing: Bool = false
    ) throws(DataError) {
        guard dataset.count > 0 else {
            throw DataError(
                .countMismatch, at: dataset.name, expected: "samples to fit a scaling to",
                found: "none", advice: "fit on the training part")
        }
        self.kind = kind
        self.scope = scope
        featureShape = dataset.featureShape
        let groups = Self.groupCount(scope, dataset.featureShape)
        let fit = ScalingFit(dataset, groups: groups)
        let moments = fit.moments(kind)
        offset = moments.map(\.offset)
        scale = moments.map { $0.scale > 0 ? $0.scale : 1 }
        substitutes = replacesMissing ? fit.means : nil
    }

    /// The values of a tensor `[…, shape…]` brought to the common range.
    public func callAsFunction(_ values: Tensor) -> Tensor {
        let groups = offset.count
        let scaled = SampleStorage.floats(values.scalars).scaled(
            groups: groups, offset: offset, scale: scale, substitutes: substitutes,
            transform: transform)
        return Tensor(scaled, shape: values.shape)
    }

    /// A value of one group brought to the common range.
    func scaled(_ value: Double, group: Int) -> Float {
        let known = value.isNaN ? substitutes?[group] ?? value : value
        let scaled = Float((known - offset[group]) / scale[group])
        return transform?(scaled) ?? scaled
    }

    /// The original values, but for those that were clipped.
    public func inverse(_ values: Tensor) -> Tensor {
        let groups = offset.count
        let original = values.scalars.enumerated().map { index, value in
            Float(Double(value) * scale[index % groups] + offset[index % groups])
        }
        return Tensor(original, shape: values.shape)
    }

    /// The same samples with scaled values.
    ///
    /// - Throws: ``DataError`` if the samples have another shape than those it was fitted to.
    public func callAsFunction(_ dataset: Dataset) throws(DataError) -> Dataset {
        try self([dataset])[0]
    }

    /// The same samples with scaled values; numbers that several sets share are scaled once.
    ///
    /// - Throws: ``DataError`` if samples have another shape than those it was fitted to.
    public func callAsFunction(_ datasets: [Dataset]) throws(DataError) -> [Dataset] {
        var done: [ObjectIdentifier: SampleBuffer] = [:]
        var result: [Dataset] = []
        for dataset in datasets {
            guard dataset.featureShape == featureShape else {
                throw DataError(
                    .countMismatch, at: dataset.name,
                    expected: "samples of shape \(featureShape)",
                    found: "\(dataset.featureShape)",
                    advice: "fit the scaling on data of the same shape")
            }
            // Places of a sample that overlaps others mean nothing in the shared numbers.
            let hasPlaces = scope == .perFeature && featureShape.count > 1
            let isShared = dataset.starts.contains { $0 % dataset.featureCount != 0 }
            let own = hasPlaces && isShared ? try dataset.withNumbersOfItsOwn() : dataset
            let key = ObjectIdentifier(own.buffer)
            let scaled =
                done[key]
                ?? SampleBuffer(
                    .floats(
                        own.storage.scaled(
                            groups: offset.count, offset: offset, scale: scale,
                            substitutes: substitutes, transform: transform)))
            done[key] = scaled
            result.append(own.moved(to: scaled, scaling: self))
        }
        return result
    }

    /// What becomes of a scaled value that no training sample had.
    private var transform: (@Sendable (Float) -> Float)? {
        guard kind == .minMax else { return nil }
        return { min(max($0, 0), 1) }
    }

    private static func groupCount(_ scope: Scope, _ shape: [Int]) -> Int {
        switch scope {
        case .global: 1
        case .perChannel: shape.last ?? 1
        case .perFeature: shape.elementCount
        }
    }
}

/// What a scaling is fitted to.
private struct ScalingFit {
    private let dataset: Dataset
    private let groups: Int
    private let moments: ChannelMoments

    init(_ dataset: Dataset, groups: Int) {
        self.dataset = dataset
        self.groups = groups
        moments = ChannelMoments(dataset, groups: groups)
    }

    /// Mean of each group; 0 where none is there.
    var means: [Double] { moments.means }

    /// Offset and scale of each group.
    func moments(_ kind: Scaling.Kind) -> [(offset: Double, scale: Double)] {
        switch kind {
        case .identity: means.map { _ in (0, 1) }
        case .standard: zip(means, moments.deviations).map { ($0, $1) }
        case .minMax:
            zip(moments.minima, moments.maxima).map { $0 <= $1 ? ($0, $1 - $0) : (0, 1) }
        case .robust: (0..<groups).map(quartiles)
        }
    }

    /// Median, and the distance of the quartiles over that of a normal distribution of deviation 1.
    private func quartiles(of group: Int) -> (offset: Double, scale: Double) {
        var values: [Double] = []
        var places: Set<Int> = []
        let isShared = dataset.series.map { $0.length > 1 } ?? false
        for start in dataset.starts {
            for place in stride(from: group, to: dataset.featureCount, by: groups) {
                // A row that several windows share counts once.
                if isShared, !places.insert(start + place).inserted { continue }
                let value = dataset.storage.number(at: start + place)
                if !value.isNaN { values.append(value) }
            }
        }
        values.sort()
        func quantile(_ share: Double) -> Double {
            let place = share * Double(values.count - 1), low = Int(place)
            let high = Swift.min(low + 1, values.count - 1)
            return values[low] + (place - Double(low)) * (values[high] - values[low])
        }
        guard !values.isEmpty else { return (0, 1) }
        let spread = (quantile(0.75) - quantile(0.25)) / 1.3489795003921634
        return (quantile(0.5), spread)
    }
}

extension Dataset {
    /// The same samples with numbers of their own, one after the other.
    fileprivate func withNumbersOfItsOwn() throws(DataError) -> Dataset {
        var numbers: [Float] = []
        numbers.reserveCapacity(count * featureCount)
        for sample in 0..<count { numbers += values(ofSample: sample) }
        let own = SampleBuffer(.floats(numbers))
        var copy = try Dataset(
            name: name, buffer: own, starts: (0..<count).map { $0 * featureCount },
            featureShape: featureShape, targets: targets, origin: origin)
        copy = copy.timed(step: timeStep).naming(features: featureNames)
        copy.series = series
        return copy
    }
}
