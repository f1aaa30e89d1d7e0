import Foundation

/// The symmetric positive system (G + λ) w = b in double precision.
///
/// Up to 400 unknowns by Cholesky's factors; above by conjugate gradients, to a residual of 10⁻¹⁰ of b or in 400 steps.
struct RidgeSystem {
    private let gram: [Double]
    private let order: Int
    private let strength: Double
    /// Lower triangle, row by row; nil where gradients are used.
    private let factor: [Double]?

    init(gram: [Double], order: Int, strength: Double) {
        self.gram = gram
        self.order = order
        self.strength = strength
        factor = order <= 400 ? Self.factor(gram, order, strength) : nil
    }

    /// w for one b.
    func solution(_ right: [Double]) -> [Double] {
        guard let factor else { return byGradients(right) }
        var values = right
        for i in 0..<order {
            for j in 0..<i { values[i] -= factor[i * order + j] * values[j] }
            values[i] /= factor[i * order + i]
        }
        for i in stride(from: order - 1, through: 0, by: -1) {
            for j in i + 1..<max(order, i + 1) { values[i] -= factor[j * order + i] * values[j] }
            values[i] /= factor[i * order + i]
        }
        return values
    }

    /// Nil where rounding has made the matrix singular.
    private static func factor(_ gram: [Double], _ order: Int, _ strength: Double) -> [Double]? {
        var lower = [Double](repeating: 0, count: order * order)
        for i in 0..<order {
            for j in 0...i {
                var sum = gram[i * order + j] + (i == j ? strength : 0)
                for k in 0..<j { sum -= lower[i * order + k] * lower[j * order + k] }
                if i == j {
                    guard sum > 0 else { return nil }
                    lower[i * order + i] = sum.squareRoot()
                } else {
                    lower[i * order + j] = sum / lower[j * order + j]
                }
            }
        }
        return lower
    }

    private func byGradients(_ right: [Double]) -> [Double] {
        var solution = [Double](repeating: 0, count: order)
        var residual = right, direction = right
        var size = Self.dot(residual, residual)
        let goal = size * 1e-20
        for _ in 0..<400 where size > goal {
            let image = (0..<order).map { row in
                var sum = strength * direction[row]
                for column in 0..<order { sum += gram[row * order + column] * direction[column] }
                return sum
            }
            let length = size / Self.dot(direction, image)
            guard length.isFinite else { break }
            for i in 0..<order {
                solution[i] += length * direction[i]
                residual[i] -= length * image[i]
            }
            let next = Self.dot(residual, residual)
            for i in 0..<order { direction[i] = residual[i] + next / size * direction[i] }
            size = next
        }
        return solution
    }

    private static func dot(_ a: [Double], _ b: [Double]) -> Double {
        zip(a, b).reduce(0) { $0 + $1.0 * $1.1 }
    }
}
