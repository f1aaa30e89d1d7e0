import RanvierNetworks
import RanvierTensors

/// Mean and variance of numbers per step and channel, added up part by part in double precision.
struct ChannelStatistics: Sendable {
    /// Numbers behind each mean.
    private(set) var count = 0.0
    private(set) var mean: [[Double]] = []
    private var squares: [[Double]] = []

    /// Takes in a sequence `[T, …, C]`; of one that is constant in time, its one step.
    ///
    /// - Returns: false where it has other steps or channels than those before.
    mutating func add(_ sequence: Tensor, perStep: Bool) -> Bool {
        let sequence =
            sequence.constantStep.map { $0.reshaped(to: [1] + $0.shape) } ?? sequence
        let channels = sequence.shape[sequence.rank - 1]
        let rows = Double(sequence.count / max(channels, 1) / (perStep ? sequence.shape[0] : 1))
        let moments = sequence.channelStatistics(perStep: perStep)
        if mean.isEmpty {
            (mean, squares, count) = (moments.map(\.mean), moments.map(\.squares), rows)
            return true
        }
        guard mean.count == moments.count, mean[0].count == channels else { return false }
        // Chan, Golub & LeVeque 1983: parts join without a difference of large sums.
        let share = rows / (count + rows)
        for (t, part) in moments.enumerated() {
            for c in 0..<channels {
                let apart = part.mean[c] - mean[t][c]
                mean[t][c] += apart * share
                squares[t][c] += part.squares[c] + apart * apart * count * share
            }
        }
        count += rows
        return true
    }

    /// Variance of each step and channel, of all numbers seen.
    var variance: [[Double]] { squares.map { $0.map { max($0, 0) / max(count, 1) } } }
}
