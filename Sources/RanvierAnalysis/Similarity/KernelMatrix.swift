import Foundation
import RanvierTensors

/// Kernel values between all pairs of `n` samples, as one layer sees them.
///
///     K[i, j] = x_iᵀ x_j
///
/// From spikes an entry is the number of spikes that two samples share, counted in the bits; real-valued features
/// are first centred, which changes nothing in a centred alignment and avoids cancellation, and only the half above
/// the diagonal is computed. A sequence is never joined in memory: its steps' matrices are added.
///
/// The matrix of spikes is exact; other entries carry the rounding of Float32 sums or, where matrix units add products of
/// thousands of columns, that of features to 16 bits of the largest of some hundred, about 10⁻⁶ of the norms of two samples:
/// alignments of trained networks keep six digits. The same features give the same bits on any number of threads.
/// Complexity: n² p / 2 multiply-adds for p features, or as many bits.
public struct KernelMatrix: Sendable {
    /// Number of samples `n`.
    public let count: Int
    /// `[n, n]`, written on and above the diagonal only.
    let upper: Tensor

    init(count: Int, upper: Tensor) {
        self.count = count
        self.upper = upper
    }

    /// The linear kernel of a layer's answers `[T, B, features…]`.
    ///
    /// - Parameter time: what counts as the features of a sample.
    public init(_ sequence: Tensor, time: TimeMode = .concatenate) {
        precondition(
            sequence.rank >= 2 && sequence.shape[0] > 0,
            "a sequence is [T, B, features…], not \(sequence.shape)")
        let whole = sequence.detached
        switch time {
        case .concatenate: self.init(joining: whole)
        case .mean:
            let mean = whole.mean(axes: [0])
            self.init(joining: mean.reshaped(to: [1] + mean.shape))
        case .perStep(let step):
            precondition(
                step >= 0 && step < whole.shape[0], "no step \(step) in \(whole.shape[0])")
            self.init(joining: whole.slice(step..<step + 1))
        }
    }

    /// A kernel of a layer's answers `[T, B, features…]`.
    public init(_ sequence: Tensor, time: TimeMode, kernel: SimilarityKernel) {
        let linear = KernelMatrix(sequence, time: time)
        switch kernel {
        case .linear: self = linear
        case .radialBasis(let bandwidth): self = linear.radialBasis(bandwidth: bandwidth)
        }
    }

    /// The linear kernel of features `[n, p]`, a row per sample.
    public init(features: Tensor) {
        self.init(features.reshaped(to: [1] + features.shape))
    }

    /// One entry; the matrix is symmetric.
    public subscript(i: Int, j: Int) -> Double {
        Double(upper[at: min(i, j), max(i, j)])
    }

    /// All entries row by row, both halves.
    public var values: [Double] {
        let half = upper.scalars
        return (0..<count * count).map { position in
            let i = position / count, j = position % count
            return Double(half[min(i, j) * count + max(i, j)])
        }
    }

    /// The kernel `exp(−d² / 2σ²)` of the distances `d² = K_ii + K_jj − 2 K_ij` that a linear kernel implies.
    ///
    /// - Parameter bandwidth: σ as a multiple of the median distance between two different samples; where that is 0,
    ///   more than half of all pairs being alike, every distance above 0 counts as infinite.
    public func radialBasis(bandwidth: Double) -> KernelMatrix {
        precondition(bandwidth > 0, "a bandwidth is a positive multiple, not \(bandwidth)")
        let half = upper.scalars, n = count
        let diagonal = (0..<n).map { Double(half[$0 * n + $0]) }
        var squares: [Double] = []
        squares.reserveCapacity(n * (n - 1) / 2)
        for i in 0..<n {
            for j in i + 1..<max(n, i + 1) {
                squares.append(max(diagonal[i] + diagonal[j] - 2 * Double(half[i * n + j]), 0))
            }
        }
        let sorted = squares.sorted()
        let median = sorted.isEmpty ? 0 : sorted[sorted.count / 2]
        let scale = 1 / (2 * bandwidth * bandwidth * median)
        var result = [Float](repeating: 1, count: n * n)
        var position = 0
        for i in 0..<n {
            for j in i + 1..<max(n, i + 1) {
                let square = squares[position]
                result[i * n + j] = square > 0 ? Float(exp(-square * scale)) : 1
                position += 1
            }
        }
        return KernelMatrix(count: n, upper: Tensor(result, shape: [n, n]))
    }
}
