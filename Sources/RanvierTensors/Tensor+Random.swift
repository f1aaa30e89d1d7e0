import CRanvierKernels

extension Tensor {
    /// Uniform numbers in `[low, high)`, the first ones of a stream.
    public init(uniformIn range: Range<Float>, shape: [Int], from stream: RandomStream) {
        let low = range.lowerBound, width = range.upperBound - range.lowerBound
        let draws = stream.uniform(count: shape.elementCount)
        self.init(denseShape: shape) { destination in
            for (i, draw) in draws.enumerated() { destination[i] = low + width * draw }
        }
    }

    /// Normal numbers, the first ones of a stream.
    public init(
        normalWithMean mean: Float = 0, standardDeviation: Float = 1, shape: [Int],
        from stream: RandomStream
    ) {
        let draws = stream.normal(count: shape.elementCount)
        self.init(denseShape: shape) { destination in
            for (i, draw) in draws.enumerated() { destination[i] = mean + standardDeviation * draw }
        }
    }
}
