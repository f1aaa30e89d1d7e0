import CRanvierKernels

extension Tensor {
    /// Sum of all elements, a single number.
    public func sum() -> Tensor { sum(axes: Array(0..<rank)) }

    /// Mean of all elements, a single number.
    public func mean() -> Tensor { mean(axes: Array(0..<rank)) }

    /// Sum over the given axes, which are dropped, or kept with length 1.
    public func sum(axes: [Int], keepingAxes: Bool = false) -> Tensor {
        let axes = validated(axes)
        if !axes.contains(0),
            let constant = mappingStep({
                $0.sum(axes: axes.map { $0 - 1 }, keepingAxes: keepingAxes)
            })
        {
            return constant
        }
        let source = shape
        let kept = source.enumerated().map { axes.contains($0.offset) ? 1 : $0.element }
        let target =
            keepingAxes
            ? kept
            : kept.enumerated()
                .filter { !axes.contains($0.offset) }.map(\.element)
        let value = summing(axes).reshaped(to: target)
        let isConstant = storageKind == .constantInTime
        return Tape.record(value, inputs: [self]) { gradient in
            let full = gradient.reshaped(to: kept)
            guard axes.contains(0), source.count > 1 else { return [full.broadcast(to: source)] }
            let step = full.reshaped(to: Array(kept.dropFirst()))
                .broadcast(to: Array(source.dropFirst()))
            // All steps receive the same gradient; a constant sequence wants their sum.
            return [
                isConstant
                    ? step * Float(source[0]) : Tensor(constantInTime: step, steps: source[0])
            ]
        }
    }

    /// Mean over the given axes, which are dropped, or kept with length 1.
    public func mean(axes: [Int], keepingAxes: Bool = false) -> Tensor {
        let number = validated(axes).reduce(1) { $0 * shape[$1] }
        return sum(axes: axes, keepingAxes: keepingAxes) * (1 / Float(number))
    }

    /// Largest element along an axis, which is dropped; the gradient goes to the first largest.
    public func maximum(along axis: Int) -> Tensor {
        let indices = argumentOfMaximum(along: axis)
        return gathering(indices, along: axis)
    }

    /// Index of the first largest element along an axis, which is dropped; in row-major order.
    public func argumentOfMaximum(along axis: Int) -> [Int] {
        precondition(axis < rank && shape[axis] > 0, "no axis \(axis) to search in \(shape)")
        let inner = shape[(axis + 1)...].reduce(1, *), length = shape[axis]
        let buffer = denseBuffer
        return (0..<count / length).map { position in
            let start = position / inner * length * inner + position % inner
            var best = 0
            for i in 1..<max(length, 1)
            where buffer.pointer[start + i * inner] > buffer.pointer[start + best * inner] {
                best = i
            }
            return best
        }
    }

    private func validated(_ axes: [Int]) -> [Int] {
        let sorted = Set(axes).sorted()
        precondition(
            sorted.allSatisfy { $0 >= 0 && $0 < rank }, "axes \(axes) are outside \(shape)")
        return sorted
    }

    /// The sum without a tape, over runs of neighbouring axes from the last to the first.
    private func summing(_ axes: [Int]) -> Tensor {
        if axes == Array(0..<rank) { return Tensor(totalSum) }
        if axes == [0], let bits = spikeBits { return Self.countsOverTime(bits, shape) }
        if axes.contains(0), let step = constantStep {
            let rest = step.summing(axes.dropFirst().map { $0 - 1 })
            return rest * Float(shape[0])
        }
        var result = detached.dense
        var last = axes.count
        while last > 0 {
            var first = last - 1
            while first > 0, axes[first - 1] == axes[first] - 1 { first -= 1 }
            result = result.summingRun(axes[first]...axes[last - 1])
            last = first
        }
        return result
    }

    private var totalSum: Float {
        if let bits = spikeBits { return Float(bits.count) }
        if let step = constantStep { return step.totalSum * Float(shape[0]) }
        let buffer = denseBuffer
        let chunk = 65536
        let parts = FloatBuffer(count: max(1, (buffer.count + chunk - 1) / chunk))
        Parallel.forEachRange(of: buffer.count, grain: chunk) { range in
            parts.pointer[range.lowerBound / chunk] = rnv_sum(
                buffer.pointer + range.lowerBound, range.count)
        }
        return buffer.count == 0 ? 0 : rnv_sum(parts.pointer, parts.count)
    }

    /// Sums a run of axes, kept with length 1 each.
    private func summingRun(_ axes: ClosedRange<Int>) -> Tensor {
        let outer = shape[..<axes.lowerBound].reduce(1, *)
        let length = shape[axes].reduce(1, *)
        let inner = shape[(axes.upperBound + 1)...].reduce(1, *)
        var target = shape
        for axis in axes { target[axis] = 1 }
        let source = denseBuffer
        let result = FloatBuffer(count: outer * inner)
        if inner == 1 {
            Parallel.forEachRange(of: outer, grain: max(1, Tensor.elementGrain / max(length, 1))) {
                for i in $0 { result.pointer[i] = rnv_sum(source.pointer + i * length, length) }
            }
        } else {
            let columns = 256, blocks = (inner + columns - 1) / columns
            Parallel.forEach(parts: outer * blocks) { part in
                let i = part / blocks, column = part % blocks * columns
                rnv_sum_rows(
                    source.pointer + i * length * inner + column, length, inner,
                    min(columns, inner - column), result.pointer + i * inner + column)
            }
        }
        return Tensor(shape: target, dense: result)
    }

    private static func countsOverTime(_ bits: SpikeBits, _ shape: [Int]) -> Tensor {
        let result = FloatBuffer(count: bits.bitsPerRow)
        result.pointer.update(repeating: 0, count: result.count)
        Parallel.forEachRange(of: bits.bitsPerRow, grain: 4096) { range in
            for row in 0..<bits.rows {
                rnv_spikes_accumulate(
                    bits.row(row), range.lowerBound, range.count, result.pointer + range.lowerBound)
            }
        }
        return Tensor(shape: [1] + shape.dropFirst(), dense: result)
    }
}
