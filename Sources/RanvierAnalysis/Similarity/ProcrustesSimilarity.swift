/// Orthogonal Procrustes comparison of layers: how far one layer's features lie from another's after the best
/// rotation, a second opinion beside centred kernel alignment.
///
///     d² = min over orthogonal Q of ‖X/‖X‖ − (Y/‖Y‖) Q‖² = 2 − 2 ‖XᵀY‖_* / (‖X‖ ‖Y‖)
///
/// X and Y are centred; ‖·‖ is the Frobenius norm and ‖·‖_* the sum of the singular values. Only kernel matrices
/// are needed: with `K = C Cᵀ`, the singular values of XᵀY are the roots of the eigenvalues of `Cᵀ L C`.
///
/// Unlike an alignment, which large directions dominate, it weighs all directions by their size and not by its
/// square. Source: Ding, Denain & Steinhardt 2021. Complexity: about 4 n³.
public struct ProcrustesSimilarity: Sendable {
    private let matrix: SymmetricMatrix
    private let columns: [[Double]]

    /// Prepares a layer.
    ///
    /// - Parameter samples: only the first ones are used.
    public init(_ kernel: KernelMatrix, samples: Int = .max) {
        var centered = kernel.centeredMatrix(first: samples)
        let trace = centered.trace
        for i in centered.values.indices { centered.values[i] /= trace }
        matrix = centered
        columns = trace > 0 ? centered.factor() : []
    }

    /// `‖XᵀY‖_* / (‖X‖ ‖Y‖)`, from 0 to 1; NaN where a layer answers alike to all samples.
    public func similarity(to other: ProcrustesSimilarity) -> Double {
        precondition(matrix.count == other.matrix.count, "layers of different samples")
        guard !columns.isEmpty, !other.columns.isEmpty else { return .nan }
        let (few, many) =
            columns.count <= other.columns.count ? (columns, other.matrix) : (other.columns, matrix)
        return many.congruent(with: few).eigenvalues.reduce(0) { $0 + max($1, 0).squareRoot() }
    }

    /// The distance d, from 0 to √2.
    public func distance(to other: ProcrustesSimilarity) -> Double {
        (2 - 2 * min(similarity(to: other), 1)).squareRoot()
    }
}
