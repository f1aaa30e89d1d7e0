import RanvierTensors

/// A symmetric matrix in double precision, with the few factorisations that similarities need.
///
/// Plain loops, meant for some hundreds of rows: each factorisation costs about n³ operations.
struct SymmetricMatrix {
    let count: Int
    /// All entries, row by row.
    var values: [Double]

    init(count: Int, values: [Double]) {
        precondition(values.count == count * count, "\(count)² values are needed")
        self.count = count
        self.values = values
    }

    var trace: Double { (0..<count).reduce(0) { $0 + values[$1 * count + $1] } }

    /// The matrix with row and column means taken out: `H K H`.
    var centered: SymmetricMatrix {
        let n = count, size = Double(max(count, 1))
        let means = (0..<n).map { i in values[i * n..<(i + 1) * n].reduce(0, +) / size }
        let mean = means.reduce(0, +) / size
        var result = self
        for i in 0..<n {
            for j in 0..<n { result.values[i * n + j] += mean - means[i] - means[j] }
        }
        return result
    }

    /// `C` with `K = C Cᵀ` for a positive semidefinite matrix, by Cholesky with pivots, columns as rows of the result.
    ///
    /// Ends where what is left is rounding: the number of rows is the rank.
    func factor() -> [[Double]] {
        let n = count
        var diagonal = (0..<n).map { values[$0 * n + $0] }
        let limit = (diagonal.max() ?? 0) * 1e-12
        var columns: [[Double]] = []
        while columns.count < n {
            guard let pivot = diagonal.indices.max(by: { diagonal[$0] < diagonal[$1] }),
                diagonal[pivot] > limit
            else { break }
            let root = diagonal[pivot].squareRoot()
            var column = Array(values[pivot * n..<(pivot + 1) * n])
            for done in columns {
                let share = done[pivot]
                for i in 0..<n { column[i] -= done[i] * share }
            }
            for i in 0..<n {
                column[i] /= root
                diagonal[i] -= column[i] * column[i]
            }
            diagonal[pivot] = 0
            columns.append(column)
        }
        return columns
    }

    /// `Cᵀ M C` for columns given as rows.
    func congruent(with columns: [[Double]]) -> SymmetricMatrix {
        let n = count, rank = columns.count
        let products = columns.map { column in
            (0..<n).map { i in Self.dot(values[i * n..<(i + 1) * n], column[...]) }
        }
        var result = SymmetricMatrix(
            count: rank, values: Array(repeating: 0, count: rank * rank))
        for i in 0..<rank {
            for j in i..<rank {
                let value = Self.dot(products[i][...], columns[j][...])
                result.values[i * rank + j] = value
                result.values[j * rank + i] = value
            }
        }
        return result
    }

    /// The solution of `(K + ridge) x = b` for each right-hand side, by Cholesky without pivots.
    func solve(_ sides: [[Double]], ridge: Double) -> [[Double]] {
        let n = count
        var lower = values
        for j in 0..<n {
            lower[j * n + j] += ridge
            let row = lower[j * n..<j * n + j]
            lower[j * n + j] -= Self.dot(row, row)
            lower[j * n + j] = max(lower[j * n + j], .leastNormalMagnitude).squareRoot()
            for i in j + 1..<max(n, j + 1) {
                let sum = Self.dot(lower[i * n..<i * n + j], row)
                lower[i * n + j] = (lower[i * n + j] - sum) / lower[j * n + j]
            }
        }
        return sides.map { side in
            var x = side
            for i in 0..<n {
                for j in 0..<i { x[i] -= lower[i * n + j] * x[j] }
                x[i] /= lower[i * n + i]
            }
            for i in (0..<n).reversed() {
                for j in i + 1..<max(n, i + 1) { x[i] -= lower[j * n + i] * x[j] }
                x[i] /= lower[i * n + i]
            }
            return x
        }
    }

    private static func dot(_ a: ArraySlice<Double>, _ b: ArraySlice<Double>) -> Double {
        var sum = 0.0
        for (x, y) in zip(a, b) { sum += x * y }
        return sum
    }
}

// MARK: - Eigenvalues

extension SymmetricMatrix {
    /// All eigenvalues, in no order: Householder's tridiagonal form, then QL steps with implicit shifts.
    ///
    /// Source: Golub & Van Loan, Matrix Computations, sections 8.3.1 and 8.3.3.
    var eigenvalues: [Double] {
        var (diagonal, side) = tridiagonal()
        let n = count
        for l in 0..<n {
            for _ in 0..<60 {
                var m = l
                while m < n - 1 {
                    let size = abs(diagonal[m]) + abs(diagonal[m + 1])
                    if abs(side[m]) <= 2.3e-16 * size { break }
                    m += 1
                }
                if m == l { break }
                Self.implicitStep(&diagonal, &side, from: l, to: m)
            }
        }
        return diagonal
    }

    private static func implicitStep(
        _ diagonal: inout [Double], _ side: inout [Double], from l: Int, to m: Int
    ) {
        var g = (diagonal[l + 1] - diagonal[l]) / (2 * side[l])
        let length = (g * g + 1).squareRoot()
        g = diagonal[m] - diagonal[l] + side[l] / (g + (g < 0 ? -length : length))
        var sine = 1.0, cosine = 1.0, shift = 0.0
        for i in stride(from: m - 1, through: l, by: -1) {
            let f = sine * side[i], b = cosine * side[i]
            let r = (f * f + g * g).squareRoot()
            side[i + 1] = r
            if r == 0 {
                diagonal[i + 1] -= shift
                side[m] = 0
                return
            }
            sine = f / r
            cosine = g / r
            g = diagonal[i + 1] - shift
            let turned = (diagonal[i] - g) * sine + 2 * cosine * b
            shift = sine * turned
            diagonal[i + 1] = g + shift
            g = cosine * turned - b
        }
        diagonal[l] -= shift
        side[l] = g
        side[m] = 0
    }

    /// Diagonal and side diagonal of a similar tridiagonal matrix; the last entry of the side is 0.
    private func tridiagonal() -> (diagonal: [Double], side: [Double]) {
        let n = count
        var a = values
        var diagonal = [Double](repeating: 0, count: n), side = diagonal
        for k in 0..<max(n - 2, 0) {
            var v = [Double](repeating: 0, count: n)
            var norm = 0.0
            for i in k + 1..<n {
                v[i] = a[i * n + k]
                norm += v[i] * v[i]
            }
            norm = norm.squareRoot()
            diagonal[k] = a[k * n + k]
            guard norm > 0 else { continue }
            let head = v[k + 1] > 0 ? -norm : norm
            side[k] = head
            v[k + 1] -= head
            let square = v[(k + 1)...].reduce(0) { $0 + $1 * $1 }
            guard square > 0 else { continue }
            // A ← A − v wᵀ − w vᵀ with w = p − (vᵀp / vᵀv) v, p = 2 A v / vᵀv.
            var w = [Double](repeating: 0, count: n)
            var overlap = 0.0
            for i in k + 1..<n {
                w[i] = 2 / square * Self.dot(a[i * n + k + 1..<(i + 1) * n], v[(k + 1)...])
                overlap += v[i] * w[i]
            }
            for i in k + 1..<n { w[i] -= overlap / square * v[i] }
            for i in k + 1..<n {
                let vi = v[i], wi = w[i]
                for j in k + 1..<n { a[i * n + j] -= vi * w[j] + wi * v[j] }
            }
        }
        for k in max(n - 2, 0)..<n { diagonal[k] = a[k * n + k] }
        if n > 1 { side[n - 2] = a[(n - 1) * n + n - 2] }
        return (diagonal, side)
    }
}

extension KernelMatrix {
    /// The kernel of the first samples with row and column means taken out, in double precision.
    func centeredMatrix(first samples: Int) -> SymmetricMatrix {
        let size = min(samples, count)
        var values = [Double](repeating: 0, count: size * size)
        let half = upper.scalars
        for i in 0..<size {
            for j in i..<size {
                values[i * size + j] = Double(half[i * count + j])
                values[j * size + i] = values[i * size + j]
            }
        }
        return SymmetricMatrix(count: size, values: values).centered
    }
}
