import RanvierNetworks
import RanvierTensors

/// Views of the weights of one layer of an ``ExactNetwork``, `[out][in]`, in double precision.
///
/// A mask keeps the precision; quantisers round in single precision.
struct WeightViews {
    private let views: [any ParameterView]
    /// Ones where a connection is, in the order of the weights; nil for all.
    private let alive: [Bool]?

    init(_ views: [any ParameterView]) {
        self.views = views
        let masks = views.compactMap { ($0 as? Mask)?.alive }
        alive =
            masks.isEmpty
            ? nil
            : masks.dropFirst().reduce(masks[0]) { $0 * $1 }.transposed().scalars.map { $0 != 0 }
    }

    private var hasMaskOnly: Bool { views.allSatisfy { $0 is Mask } }

    /// The weights with zeros where no connection is.
    func projected(_ weights: [[Double]]) -> [[Double]] {
        guard let alive else { return weights }
        return weights.enumerated().map { i, row in
            row.enumerated().map { alive[i * row.count + $0] ? $1 : 0 }
        }
    }

    /// What is seen of projected weights.
    func seen(_ weights: [[Double]]) -> [[Double]] {
        hasMaskOnly ? weights : rows(parameter(weights).seen)
    }

    /// The gradient by projected weights from that by what is seen of them.
    func pulledBack(_ gradient: [[Double]], at weights: [[Double]]) -> [[Double]] {
        if hasMaskOnly { return projected(gradient) }
        let parameter = parameter(weights)
        parameter.track()
        defer { parameter.release() }
        let back = parameter.tensor.pullback(matrix(gradient), to: [parameter.variable])
        return rows(back[0])
    }

    private func parameter(_ weights: [[Double]]) -> Parameter {
        let parameter = Parameter(value: matrix(weights))
        parameter.views = views
        return parameter
    }

    /// `[in, out]`.
    private func matrix(_ rows: [[Double]]) -> Tensor {
        Tensor(rows.flatMap { $0.map(Float.init) }, shape: [rows.count, rows.first?.count ?? 0])
            .transposed()
    }

    private func rows(_ matrix: Tensor) -> [[Double]] {
        let (inputs, outputs) = (matrix.shape[0], matrix.shape[1])
        let scalars = matrix.transposed().scalars
        return (0..<outputs).map { scalars[$0 * inputs..<($0 + 1) * inputs].map(Double.init) }
    }
}
