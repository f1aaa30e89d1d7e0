import RanvierFormats
import RanvierTensors

/// Shift and scale that bring values to a common range, fitted on training data and stored with a network.
///
///     y = (x − offset) / scale
///
/// Fit it on the training part only: what is known of the test part must not enter a network.
public struct Scaling: Sendable, Hashable, Codable {
    /// What the values are brought to.
    public enum Kind: String, Sendable, Hashable, Codable, CaseIterable {
        /// Mean 0 and standard deviation 1 (of the population).
        case standard
        /// Smallest 0 and largest 1; what lies outside the range of the samples it was fitted to is clipped to it.
        case minMax
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
    public let offset: [Float]
    /// What is divided by; 1 where all values were equal.
    public let scale: [Float]

    /// Fits to the samples of a data set.
    ///
    /// - Throws: ``DataError`` if it has no samples.
    public init(
        fitting dataset: Dataset, kind: Kind = .standard, scope: Scope = .perFeature
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
        let moments = Self.moments(of: dataset, groups: groups, kind: kind)
        offset = moments.map { Float($0.offset) }
        scale = moments.map { $0.scale > 0 ? Float($0.scale) : 1 }
    }

    /// The values of a tensor `[…, shape…]` brought to the common range.
    public func callAsFunction(_ values: Tensor) -> Tensor {
        let scaled = (values - tensor(offset)) / tensor(scale)
        return kind == .minMax ? scaled.clamped(to: 0...1) : scaled
    }

    /// The original values, but for those that were clipped.
    public func inverse(_ values: Tensor) -> Tensor {
        values * tensor(scale) + tensor(offset)
    }

    /// The same samples with scaled values.
    ///
    /// - Throws: ``DataError`` if the samples have another shape than those it was fitted to.
    public func callAsFunction(_ dataset: Dataset) throws(DataError) -> Dataset {
        guard dataset.featureShape == featureShape else {
            throw DataError(
                .countMismatch, at: dataset.name, expected: "samples of shape \(featureShape)",
                found: "\(dataset.featureShape)",
                advice: "fit the scaling on data of the same shape")
        }
        let values = self(dataset.features(of: Array(0..<dataset.count)))
        return try dataset.replacingValues(values.scalars).scaled(by: self)
    }

    /// The parameters under a shape that broadcasts to samples.
    private func tensor(_ parameters: [Float]) -> Tensor {
        switch scope {
        case .global: Tensor(parameters, shape: [])
        case .perChannel: Tensor(parameters, shape: [parameters.count])
        case .perFeature: Tensor(parameters, shape: featureShape)
        }
    }

    private static func groupCount(_ scope: Scope, _ shape: [Int]) -> Int {
        switch scope {
        case .global: 1
        case .perChannel: shape.last ?? 1
        case .perFeature: shape.elementCount
        }
    }

    /// Offset and scale of each group, summed in double precision in a fixed order.
    private static func moments(
        of dataset: Dataset, groups: Int, kind: Kind
    ) -> [(offset: Double, scale: Double)] {
        var sum = [Double](repeating: 0, count: groups)
        var square = sum
        var low = [Double](repeating: .infinity, count: groups), high = low.map { -$0 }
        func visit(_ body: (_ group: Int, _ value: Double) -> Void) {
            for sample in 0..<dataset.count {
                for (position, value) in dataset.values(ofSample: sample).enumerated() {
                    body(position % groups, Double(value))
                }
            }
        }
        let number = Double(dataset.count * dataset.featureCount / groups)
        switch kind {
        case .standard:
            visit { sum[$0] += $1 }
            let mean = sum.map { $0 / number }
            visit { square[$0] += ($1 - mean[$0]) * ($1 - mean[$0]) }
            return zip(mean, square).map { ($0, ($1 / number).squareRoot()) }
        case .minMax:
            visit {
                low[$0] = Swift.min(low[$0], $1)
                high[$0] = Swift.max(high[$0], $1)
            }
            return zip(low, high).map { ($0, $1 - $0) }
        }
    }
}
