import CRanvierKernels

extension Tensor {
    /// Elements of `self` where `mask` is not zero, else those of `other`; all of one shape, or broadcast.
    public func selected(where mask: Tensor, otherwise other: Tensor) -> Tensor {
        let keep = Tensor(1) - mask.isEqualToZero()
        return self * keep + other * (1 - keep)
    }

    /// Elements where `mask` is not zero, and `fill` elsewhere; no gradient flows to the masked ones.
    public func masked(by mask: Tensor, fill: Float = 0) -> Tensor {
        selected(where: mask, otherwise: Tensor(fill))
    }

    /// 1 where an element is 0, else 0.
    public func isEqualToZero() -> Tensor {
        let size = detached.absoluteValue()
        return Tensor(1) - size.isGreater(than: Tensor(0))
    }

    /// Picks one element of an axis for every position of the others; the axis is dropped.
    ///
    /// - Parameter indices: one index per element of the result, in row-major order.
    public func gathering(_ indices: [Int], along axis: Int) -> Tensor {
        precondition(axis < rank, "no axis \(axis) in \(shape)")
        let inner = shape[(axis + 1)...].reduce(1, *), length = shape[axis]
        let target = Array(shape[..<axis] + shape[(axis + 1)...])
        precondition(
            indices.count == target.elementCount, "\(indices.count) indices for \(target)")
        precondition(
            indices.allSatisfy { $0 >= 0 && $0 < length }, "an index is outside 0..<\(length)")
        let places = indices.enumerated().map { position, index in
            position / inner * length * inner + index * inner + position % inner
        }
        let source = denseBuffer
        let full = shape
        let value = Tensor(denseShape: target) { destination in
            for (i, place) in places.enumerated() { destination[i] = source.pointer[place] }
        }
        return Tape.record(value, inputs: [self]) { gradient in
            let part = gradient.denseBuffer
            return [
                Tensor(denseShape: full) { destination in
                    destination.update(repeating: 0)
                    for (i, place) in places.enumerated() { destination[place] += part.pointer[i] }
                }
            ]
        }
    }

    /// Entries `indices` of the first axis, in that order; repeated ones add their gradients.
    public func gathering(rows indices: [Int]) -> Tensor {
        precondition(rank > 0, "a single number has no rows")
        let row = shape.dropFirst().reduce(1, *), rows = shape[0]
        precondition(indices.allSatisfy { $0 >= 0 && $0 < rows }, "a row is outside 0..<\(rows)")
        let source = denseBuffer
        let full = shape
        let value = Tensor(denseShape: [indices.count] + shape.dropFirst()) { destination in
            guard let base = destination.baseAddress else { return }
            for (i, index) in indices.enumerated() {
                (base + i * row).update(from: source.pointer + index * row, count: row)
            }
        }
        return Tape.record(value, inputs: [self]) { gradient in
            let part = gradient.denseBuffer
            return [
                Tensor(denseShape: full) { destination in
                    destination.update(repeating: 0)
                    guard let base = destination.baseAddress else { return }
                    for (i, index) in indices.enumerated() {
                        let to = base + index * row
                        rnv_add(to, 1, part.pointer + i * row, 1, to, row)
                    }
                }
            ]
        }
    }
}
