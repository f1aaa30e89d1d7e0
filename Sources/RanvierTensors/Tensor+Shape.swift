import CRanvierKernels

extension Tensor {
    /// The same elements in row-major order under other axes.
    ///
    /// Free for dense tensors; for spikes and constant sequences free where the first axis stays.
    public func reshaped(to target: [Int]) -> Tensor {
        if shape == target { return self }
        precondition(
            target.elementCount == count, "\(shape) has \(count) elements, \(target) has not")
        let source = gradientShape
        let value: Tensor
        switch storage {
        case .constantInTime(let buffer) where target.first == shape[0]:
            value = Tensor(shape: target, storage: .constantInTime(buffer))
        case .spikes(let bits) where target.first == shape[0]:
            value = Tensor(shape: target, storage: .spikes(bits))
        case .deferred(let numbers):
            value = Tensor(shape: target, storage: .deferred(numbers))
        case .dense, .spikes, .constantInTime:
            value = Tensor(shape: target, storage: .dense(denseBuffer))
            let full = shape
            return Tape.record(value, inputs: [self]) { [$0.reshaped(to: full)] }
        }
        return Tape.record(value, inputs: [self]) { [$0.reshaped(to: source)] }
    }

    /// Axes joined from `axis` to the last: `[T, B, H, W, C].flattened(from: 2)` is `[T, B, H·W·C]`.
    public func flattened(from axis: Int) -> Tensor {
        reshaped(to: Array(shape[..<axis]) + [shape[axis...].reduce(1, *)])
    }

    /// Axes in another order: axis `i` of the result is axis `order[i]` of this tensor.
    public func transposed(_ order: [Int]) -> Tensor {
        precondition(order.sorted() == Array(0..<rank), "\(order) is not an order of \(rank) axes")
        if order == Array(0..<rank) { return self }
        var strides = [Int](repeating: 1, count: rank)
        for axis in stride(from: rank - 2, through: 0, by: -1) {
            strides[axis] = strides[axis + 1] * shape[axis + 1]
        }
        let source = denseBuffer
        let target = order.map { shape[$0] }
        let value = Tensor(denseShape: target) { destination in
            guard let base = destination.baseAddress else { return }
            StridedCopy(shape: target, strides: order.map { strides[$0] })
                .run(from: source.pointer, to: base)
        }
        var inverse = order
        for (axis, from) in order.enumerated() { inverse[from] = axis }
        let back = inverse
        return Tape.record(value, inputs: [self]) { [$0.transposed(back)] }
    }

    /// The last two axes exchanged.
    public func transposed() -> Tensor {
        precondition(rank >= 2, "a transpose needs two axes, not \(shape)")
        return transposed(Array(0..<rank - 2) + [rank - 1, rank - 2])
    }

    /// The part of an axis that lies in `range`.
    public func slice(_ range: Range<Int>, along axis: Int = 0) -> Tensor {
        precondition(
            axis < rank && range.lowerBound >= 0 && range.upperBound <= shape[axis],
            "slice \(range) along axis \(axis) is outside \(shape)")
        if axis == 0, case .constantInTime(let buffer) = storage, !range.isEmpty {
            let value = Tensor(
                shape: [range.count] + shape.dropFirst(), storage: .constantInTime(buffer))
            return Tape.record(value, inputs: [self]) { [$0] }
        }
        var target = shape
        target[axis] = range.count
        let value: Tensor
        if axis == 0, case .spikes(let bits) = storage {
            value = Tensor(shape: target, storage: .spikes(SpikeBits(rows: range, of: bits)))
        } else {
            let copy = BlockCopy(
                shape: shape, axis: axis, from: range.lowerBound, count: range.count)
            let source = denseBuffer
            value = Tensor(denseShape: target) { copy.extract(source.pointer, $0.baseAddress) }
        }
        let full = shape
        return Tape.record(value, inputs: [self]) { gradient in
            let copy = BlockCopy(
                shape: full, axis: axis, from: range.lowerBound, count: range.count)
            let part = gradient.denseBuffer
            return [
                Tensor(denseShape: full) {
                    $0.update(repeating: 0)
                    copy.insert(part.pointer, $0.baseAddress)
                }
            ]
        }
    }

    /// Entry `index` of the first axis, which is dropped.
    public func step(at index: Int) -> Tensor {
        if let step = trackedStep { return step }
        return slice(index..<index + 1).reshaped(to: Array(shape.dropFirst()))
    }

    /// Tensors joined along an axis; all other axes must agree.
    public static func concatenate(_ parts: [Tensor], along axis: Int = 0) -> Tensor {
        guard let first = parts.first else { preconditionFailure("nothing to concatenate") }
        var shape = first.shape
        for part in parts.dropFirst() {
            var other = part.shape
            precondition(
                other.count == shape.count, "\(first.shape) cannot be joined to \(part.shape)")
            other[axis] = first.shape[axis]
            precondition(other == first.shape, "\(first.shape) cannot be joined to \(part.shape)")
            shape[axis] += part.shape[axis]
        }
        let target = shape
        let starts = parts.reduce(into: [0]) { $0.append(($0.last ?? 0) + $1.shape[axis]) }
        let value = Tensor(denseShape: target) { destination in
            for (part, start) in zip(parts, starts) {
                let buffer = part.denseBuffer
                BlockCopy(shape: target, axis: axis, from: start, count: part.shape[axis])
                    .insert(buffer.pointer, destination.baseAddress)
            }
        }
        return Tape.record(value, inputs: parts) { gradient in
            zip(starts, starts.dropFirst()).map { gradient.slice($0..<$1, along: axis) }
        }
    }

    /// Tensors of one shape stacked along a new first axis, as the steps of a sequence.
    public static func stack(_ steps: [Tensor]) -> Tensor {
        concatenate(steps.map { $0.reshaped(to: [1] + $0.shape) })
    }
}

/// Copies between an array and a part of it along one axis.
private struct BlockCopy {
    let outer: Int
    let length: Int
    let inner: Int
    let from: Int
    let count: Int

    init(shape: [Int], axis: Int, from: Int, count: Int) {
        outer = shape[..<axis].reduce(1, *)
        length = shape[axis]
        inner = shape[(axis + 1)...].reduce(1, *)
        self.from = from
        self.count = count
    }

    func extract(_ whole: UnsafePointer<Float>, _ part: UnsafeMutablePointer<Float>?) {
        guard let part else { return }
        for i in 0..<outer {
            (part + i * count * inner)
                .update(from: whole + (i * length + from) * inner, count: count * inner)
        }
    }

    func insert(_ part: UnsafePointer<Float>, _ whole: UnsafeMutablePointer<Float>?) {
        guard let whole else { return }
        for i in 0..<outer {
            (whole + (i * length + from) * inner)
                .update(from: part + i * count * inner, count: count * inner)
        }
    }
}
