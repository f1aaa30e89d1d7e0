import RanvierData
import RanvierTensors

/// The numbers that linear model and neighbours see of a sample: mean 0 and deviation 1 over the training rows.
///
/// Samples are flattened where they have at most ``limit`` values. Of longer sequences each value's mean and deviation over time
/// are taken, or its mean alone; of larger images means over squares of pixels; else means and deviations of channels.
struct BaselineFeatures: Sendable {
    /// Most features.
    static let limit = 2000

    private enum Reduction: Sendable {
        case none
        case overTime(hasDeviation: Bool)
        case squares(side: Int)
        case channels
    }

    let count: Int
    private let shape: [Int]
    private let reduction: Reduction
    private var offset: [Double] = []
    private var scale: [Double] = []

    /// Fits offset and scale to training samples.
    init(_ training: Dataset) {
        (reduction, count) = Self.reduction(of: training.featureShape)
        shape = training.featureShape
        fit(training)
    }

    /// What is done to samples of a shape, and how many features that leaves.
    private static func reduction(of shape: [Int]) -> (Reduction, count: Int) {
        let all = shape.elementCount
        let rest = all / max(shape.first ?? 1, 1), channels = shape.last ?? 1
        guard all > limit, shape.count > 1 else { return (.none, all) }
        if shape.count == 3 {
            func tiles(_ side: Int) -> Int {
                ((shape[0] + side - 1) / side) * ((shape[1] + side - 1) / side) * channels
            }
            if let side = (2...max(shape[0], shape[1], 2)).first(where: { tiles($0) <= limit }) {
                return (.squares(side: side), tiles(side))
            }
        } else if 2 * rest <= limit {
            return (.overTime(hasDeviation: true), 2 * rest)
        } else if rest <= limit {
            return (.overTime(hasDeviation: false), rest)
        }
        return 2 * channels <= limit ? (.channels, 2 * channels) : (.none, all)
    }

    /// What was done to samples, in words.
    var detail: String {
        switch reduction {
        case .none: "\(count) features"
        case .overTime(true): "\(count) features, mean and deviation over time of each value"
        case .overTime(false): "\(count) features, mean over time of each value"
        case .squares(let side): "\(count) features, means over squares of \(side) × \(side)"
        case .channels: "\(count) features, mean and deviation of each channel"
        }
    }

    /// Features of some samples, `[n, count]`.
    func matrix(_ data: Dataset, rows: [Int]? = nil) -> Tensor {
        let rows = rows ?? Array(0..<data.count)
        guard !rows.isEmpty else { return Tensor([], shape: [0, count]) }
        let raw = reduced(data.features(of: rows))
        let shift = Tensor(offset.map { Float($0) }, shape: [count])
        return (raw - shift) / Tensor(scale.map { Float($0) }, shape: [count])
    }

    /// Rows in parts, so that double precision holds for a block at a time.
    private mutating func fit(_ training: Dataset) {
        var sum = [Double](repeating: 0, count: count), square = sum
        let block = 512, n = training.count
        // The shift keeps large offsets from cancelling.
        let shift = reduced(training.features(of: [0])).scalars
        for first in stride(from: 0, to: n, by: block) {
            let rows = Array(first..<min(first + block, n))
            let moved =
                reduced(training.features(of: rows)) - Tensor(shift, shape: [count])
            for (column, value) in moved.sum(axes: [0]).scalars.enumerated() {
                sum[column] += Double(value)
            }
            for (column, value) in moved.squared().sum(axes: [0]).scalars.enumerated() {
                square[column] += Double(value)
            }
        }
        let number = Double(n)
        offset = zip(sum, shift).map { $0 / number + Double($1) }
        scale = zip(sum, square).map { sum, square in
            let variance = square / number - (sum / number) * (sum / number)
            // Below the rounding of single precision all values are equal.
            return variance > 1e-10 * max(square / number, 1e-30) ? variance.squareRoot() : 1
        }
    }

    /// `[n, shape…]` to `[n, count]`.
    private func reduced(_ values: Tensor) -> Tensor {
        let n = values.shape[0]
        switch reduction {
        case .none:
            return values.reshaped(to: [n, count])
        case .overTime(let hasDeviation):
            let steps = values.reshaped(to: [n, shape[0], values.count / n / shape[0]])
            return Self.moments(steps, axis: 1, hasDeviation: hasDeviation)
        case .channels:
            let channels = shape[shape.count - 1]
            let places = values.reshaped(to: [n, values.count / n / channels, channels])
            return Self.moments(places, axis: 1, hasDeviation: true)
        case .squares(let side):
            var tiles: [Tensor] = []
            for top in stride(from: 0, to: shape[0], by: side) {
                let band = values.slice(top..<min(top + side, shape[0]), along: 1).mean(axes: [1])
                for left in stride(from: 0, to: shape[1], by: side) {
                    tiles.append(
                        band.slice(left..<min(left + side, shape[1]), along: 1).mean(axes: [1]))
                }
            }
            return Tensor.concatenate(tiles, along: 1)
        }
    }

    private static func moments(_ values: Tensor, axis: Int, hasDeviation: Bool) -> Tensor {
        let mean = values.mean(axes: [axis], keepingAxes: true)
        let flat = mean.reshaped(to: [values.shape[0], values.shape[2]])
        guard hasDeviation else { return flat }
        let deviation = (values - mean).squared().mean(axes: [axis]).squareRoot()
        return Tensor.concatenate([flat, deviation], along: 1)
    }
}

/// Rows that are drawn where not all can be used, in order.
func drawnRows(_ count: Int, most limit: Int, seed: UInt64) -> [Int] {
    guard count > limit else { return Array(0..<count) }
    return RandomStream(seed: seed, name: "baseline-rows").permutation(count: count)
        .prefix(limit).sorted()
}
