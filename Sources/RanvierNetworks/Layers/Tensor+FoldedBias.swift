import RanvierTensors

extension Tensor {
    /// A bias after `y a + b`.
    static func foldedBias(_ bias: Parameter?, _ a: Tensor, _ b: Tensor) -> Tensor {
        bias.map { $0.seen * a + b } ?? b
    }
}
