import RanvierTensors

/// The largest distance of two lists, element by element; infinite where one is longer.
public func largestDifference(_ a: [Float], _ b: [Float]) -> Float {
    a.count == b.count ? zip(a, b).reduce(0) { max($0, abs($1.0 - $1.1)) } : .infinity
}

/// The largest distance of two tensors, element by element; infinite where one has more.
public func largestDifference(_ a: Tensor, _ b: Tensor) -> Float {
    largestDifference(a.scalars, b.scalars)
}
