import CRanvierKernels
import RanvierTensors

/// Sums per step and channel of a sequence `[T, …, C]`; parts are joined in order and in double precision.
struct ChannelSums: Sendable {
    let steps: Int
    let rows: Int
    let channels: Int

    /// Numbers in a part.
    private static let partSize = 65536

    private var grain: Int { max(1, Self.partSize / max(channels, 1)) }
    private var parts: Int { (rows + grain - 1) / grain }

    init(_ shape: [Int]) {
        precondition(shape.count >= 2, "a sequence has axes [T, …, C], not \(shape)")
        steps = shape[0]
        channels = shape[shape.count - 1]
        rows = shape.dropFirst().dropLast().reduce(1, *)
    }

    /// Mean and sum of squared deviations over `[step]` or, shared, over all steps: `[steps or 1][C]`.
    func moments(of x: FloatBuffer, perStep: Bool) -> [(mean: [Double], squares: [Double])] {
        let given = x.channelMoments.flatMap {
            $0.channels == channels && rows % $0.rows == 0 ? $0 : nil
        }
        let found = given ?? measure(x)
        let parts = (rows + found.rows - 1) / found.rows
        var groups: [(mean: [Double], squares: [Double])] = []
        for group in perStep ? (0..<steps).map({ $0..<$0 + 1 }) : [0..<steps] {
            var mean = [Double](repeating: 0, count: channels), squares = mean
            var seen = 0.0
            for index in group.lowerBound * parts..<group.upperBound * parts {
                let count = Double(min(found.rows, rows - index % parts * found.rows))
                let share = count / (seen + count)
                for c in 0..<channels {
                    let apart = found.mean[index * channels + c] - mean[c]
                    mean[c] += apart * share
                    squares[c] +=
                        found.squares[index * channels + c] + apart * apart * seen * share
                }
                seen += count
            }
            groups.append((mean, squares))
        }
        withExtendedLifetime(found) {}
        return groups
    }

    private func measure(_ x: FloatBuffer) -> ChannelMoments {
        let found = ChannelMoments(groups: steps * parts, rows: grain, channels: channels)
        forEachPart { index, first, count in
            found.measure(x.pointer + first * channels, group: index, rows: count)
        }
        withExtendedLifetime(x) {}
        return found
    }

    /// `Σ g` and `Σ g (x − center)` per step and channel, each `[steps][C]`.
    ///
    /// - Parameter center: one row, or one per step.
    func products(
        of x: FloatBuffer, and g: FloatBuffer, center: FloatBuffer
    ) -> (sums: [[Double]], products: [[Double]]) {
        let found = DoublePairs(count: steps * parts * channels)
        let centerStride = center.count > channels ? channels : 0
        forEachPart { index, first, count in
            rnv_channel_products(
                x.pointer + first * channels, g.pointer + first * channels,
                center.pointer + index / parts * centerStride, count, channels,
                found.first + index * channels, found.second + index * channels)
        }
        func total(_ values: UnsafeMutablePointer<Double>) -> [[Double]] {
            (0..<steps).map { t in
                (0..<channels).map { c in
                    (0..<parts).reduce(0) { $0 + values[(t * parts + $1) * channels + c] }
                }
            }
        }
        return (total(found.first), total(found.second))
    }

    /// All numbers, worked out part by part.
    func buffer(of numbers: some PiecewiseNumbers) -> FloatBuffer {
        let result = FloatBuffer(count: steps * rows * channels)
        forEachPart { _, first, count in
            numbers.write(
                first * channels..<(first + count) * channels,
                to: result.pointer + first * channels)
        }
        return result
    }

    /// Calls `body` for each step that a range of numbers, whole rows, touches: with the step, the first number and the
    /// number of rows.
    func forEachStep(of range: Range<Int>, _ body: (_ step: Int, _ from: Int, _ rows: Int) -> Void)
    {
        var from = range.lowerBound
        while from < range.upperBound {
            let step = from / (rows * channels)
            let end = min(range.upperBound, (step + 1) * rows * channels)
            body(step, from, (end - from) / channels)
            from = end
        }
    }

    /// Calls `body` with the index of a part, its first row and its number of rows.
    private func forEachPart(_ body: @Sendable (_ index: Int, _ first: Int, _ count: Int) -> Void) {
        Parallel.forEach(parts: steps * parts) { index in
            let step = index / parts, part = index % parts
            body(index, step * rows + part * grain, min(grain, rows - part * grain))
        }
    }
}

/// Two rows of numbers that parts of a loop write.
private final class DoublePairs: @unchecked Sendable {
    let first: UnsafeMutablePointer<Double>
    let second: UnsafeMutablePointer<Double>

    init(count: Int) {
        first = .allocate(capacity: max(count, 1))
        second = .allocate(capacity: max(count, 1))
    }

    deinit {
        first.deallocate()
        second.deallocate()
    }
}
