/// Densities of layers by their sizes: small layers stay denser.
///
///     density_l = ε (sum of dimensions) / (product of dimensions)
///
/// ε is solved for the overall density; layers that would exceed 1 are dense and the rest is solved again. Source: Evci et al. 2020
/// (Erdős–Rényi kernel).
///
/// - Parameters:
///   - shapes: axes of each layer's weights, kernel included, in any order.
///   - density: share of all weights that shall be left.
/// - Throws: ``CompressionError/impossibleValue(what:expected:found:)`` for a density outside 0 … 1.
public func erdosRenyiDensities(
    of shapes: [[Int]], density: Double
) throws(CompressionError) -> [Double] {
    guard density > 0 && density <= 1 else {
        throw .impossibleValue(
            what: "density", expected: "above 0 and up to 1", found: "\(density)")
    }
    let sizes = shapes.map { Double($0.reduce(1, *)) }
    let raw = zip(shapes, sizes).map { Double($0.reduce(0, +)) / $1 }
    let wanted = density * sizes.reduce(0, +)
    var isDense = [Bool](repeating: false, count: shapes.count)
    while true {
        var rest = wanted, weight = 0.0
        for i in shapes.indices {
            if isDense[i] { rest -= sizes[i] } else { weight += raw[i] * sizes[i] }
        }
        let epsilon = weight > 0 ? max(rest, 0) / weight : 0
        let over = shapes.indices.filter { !isDense[$0] && epsilon * raw[$0] > 1 }
        if over.isEmpty { return shapes.indices.map { isDense[$0] ? 1 : epsilon * raw[$0] } }
        for i in over { isDense[i] = true }
    }
}
