/// The factors of rows and columns that bring a matrix as near to another as factors can: a ceiling, since it knows the other one.
///
///     min over d, e of Σ_ab (d_a B_ab e_b − W_ab)²
///
/// by turns, each of which has a closed form.
struct ScaleFit {
    /// `d_a B_ab e_b`, row by row.
    let fitted: [Double]

    /// - Parameters:
    ///   - matrix: B, `[rows, columns]`.
    ///   - target: W, of the same shape.
    init(_ matrix: [Double], to target: [Double], columns: Int) {
        let rows = matrix.count / max(columns, 1)
        var d = [Double](repeating: 1, count: rows), e = [Double](repeating: 1, count: columns)
        for _ in 0..<200 {
            for a in 0..<rows {
                var product = 0.0, square = 0.0
                for b in 0..<columns {
                    let x = matrix[a * columns + b] * e[b]
                    product += x * target[a * columns + b]
                    square += x * x
                }
                if square > 0 { d[a] = product / square }
            }
            for b in 0..<columns {
                var product = 0.0, square = 0.0
                for a in 0..<rows {
                    let x = matrix[a * columns + b] * d[a]
                    product += x * target[a * columns + b]
                    square += x * x
                }
                if square > 0 { e[b] = product / square }
            }
        }
        fitted = matrix.indices.map { d[$0 / columns] * matrix[$0] * e[$0 % columns] }
    }
}
