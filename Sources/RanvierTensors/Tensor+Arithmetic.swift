import CRanvierKernels

// Element by element, with broadcasting: axes are matched from the last; a missing axis or one of
// length 1 stands for any length.

extension Tensor {
    /// Sum, with broadcasting.
    public static func + (a: Tensor, b: Tensor) -> Tensor {
        broadcasting(a, b, rnv_add) { gradient, _, _ in (gradient, gradient) }
    }

    /// Difference, with broadcasting.
    public static func - (a: Tensor, b: Tensor) -> Tensor {
        broadcasting(a, b, rnv_subtract) { gradient, _, _ in (gradient, -gradient) }
    }

    /// Product of elements, with broadcasting.
    public static func * (a: Tensor, b: Tensor) -> Tensor {
        broadcasting(a, b, rnv_multiply) { gradient, a, b in (gradient * b, gradient * a) }
    }

    /// Quotient of elements, with broadcasting.
    public static func / (a: Tensor, b: Tensor) -> Tensor {
        broadcasting(a, b, rnv_divide) { gradient, a, b in
            let toA = gradient / b
            return (toA, -(toA * (a / b)))
        }
    }

    /// The larger of two elements; the gradient goes to it, and to the second where they are equal.
    public static func maximum(_ a: Tensor, _ b: Tensor) -> Tensor {
        broadcasting(a, b, rnv_maximum) { gradient, a, b in
            let first = a.isGreater(than: b)
            return (gradient * first, gradient * (1 - first))
        }
    }

    /// The smaller of two elements; the gradient goes to it, and to the second where they are equal.
    public static func minimum(_ a: Tensor, _ b: Tensor) -> Tensor {
        broadcasting(a, b, rnv_minimum) { gradient, a, b in
            let first = b.isGreater(than: a)
            return (gradient * first, gradient * (1 - first))
        }
    }

    /// 1 where this is greater, else 0; without a gradient.
    public func isGreater(than other: Tensor) -> Tensor {
        Self.broadcasting(detached, other.detached, rnv_greater) { _, _, _ in (nil, nil) }
    }

    /// 1 where this is greater or equal, else 0; without a gradient.
    public func isGreaterOrEqual(to other: Tensor) -> Tensor {
        Self.broadcasting(detached, other.detached, rnv_greater_equal) { _, _, _ in (nil, nil) }
    }

    /// Sum with a number.
    public static func + (a: Tensor, b: Float) -> Tensor { a + Tensor(b) }
    /// Sum with a number.
    public static func + (a: Float, b: Tensor) -> Tensor { Tensor(a) + b }
    /// Difference with a number.
    public static func - (a: Tensor, b: Float) -> Tensor { a - Tensor(b) }
    /// Difference with a number.
    public static func - (a: Float, b: Tensor) -> Tensor { Tensor(a) - b }
    /// Product with a number.
    public static func * (a: Tensor, b: Float) -> Tensor { a * Tensor(b) }
    /// Product with a number.
    public static func * (a: Float, b: Tensor) -> Tensor { Tensor(a) * b }
    /// Quotient with a number.
    public static func / (a: Tensor, b: Float) -> Tensor { a / Tensor(b) }
    /// Quotient with a number.
    public static func / (a: Float, b: Tensor) -> Tensor { Tensor(a) / b }

    /// The shape of the result of an element-wise operation; nil where the two do not fit.
    public static func broadcastShape(_ a: [Int], _ b: [Int]) -> [Int]? {
        let rank = max(a.count, b.count)
        let long = Array(repeating: 1, count: rank - a.count) + a
        let other = Array(repeating: 1, count: rank - b.count) + b
        var shape: [Int] = []
        for (m, n) in zip(long, other) {
            guard m == n || m == 1 || n == 1 else { return nil }
            shape.append(m == 1 ? n : m)
        }
        return shape
    }

    /// The same numbers repeated along missing axes and those of length 1.
    public func broadcast(to target: [Int]) -> Tensor {
        if shape == target { return self }
        precondition(
            Tensor.broadcastShape(shape, target) == target,
            "\(shape) does not broadcast to \(target)")
        let source = shape
        let value = repeated(to: target)
        return Tape.record(value, inputs: [self]) { [$0.summed(to: source)] }
    }

    /// Sum for the accumulation of gradients: same shape, no tape.
    func adding(_ other: Tensor) -> Tensor {
        Tensor.applying(rnv_add, detached, other.detached)
    }

    /// Sums over the axes that broadcasting to this tensor's shape had repeated.
    package func summed(to target: [Int]) -> Tensor {
        if shape == target { return self }
        let extra = rank - target.count
        let repeated = (0..<rank).filter {
            $0 < extra || (target[$0 - extra] == 1 && shape[$0] != 1)
        }
        return sum(axes: repeated, keepingAxes: false).reshaped(to: target)
    }
}

// MARK: - The kernels' side

/// A kernel on two inputs, each a vector or one number.
typealias BinaryKernel =
    @convention(c) (
        UnsafePointer<Float>?, Int32, UnsafePointer<Float>?, Int32, UnsafeMutablePointer<Float>?,
        Int
    ) -> Void

extension Tensor {
    /// Elements below which a loop is not worth a second thread.
    static let elementGrain = 32768

    private static func broadcasting(
        _ a: Tensor, _ b: Tensor, _ kernel: BinaryKernel,
        adjoint: @escaping @Sendable (Tensor, Tensor, Tensor) -> (Tensor?, Tensor?)
    ) -> Tensor {
        if let steps = Tensor.commonConstantSteps(a, b) {
            let one = broadcasting(
                a.step(ofRank: steps.rank), b.step(ofRank: steps.rank), kernel,
                adjoint: adjoint)
            return one.repeatedInTime(steps: steps.count)
        }
        let shapeA = a.shape, shapeB = b.shape
        guard broadcastShape(shapeA, shapeB) != nil else {
            preconditionFailure("shapes \(shapeA) and \(shapeB) do not broadcast")
        }
        let value = applying(kernel, a, b)
        guard a.isTracked || b.isTracked else { return value }
        let plainA = a.detached, plainB = b.detached
        return Tape.record(value, inputs: [a, b]) { gradient in
            let (toA, toB) = adjoint(gradient, plainA, plainB)
            return [toA?.summed(to: shapeA), toB?.summed(to: shapeB)]
        }
    }

    /// Runs a kernel on dense memory, broadcasting where it must.
    static func applying(_ kernel: BinaryKernel, _ a: Tensor, _ b: Tensor) -> Tensor {
        guard let shape = broadcastShape(a.shape, b.shape) else {
            preconditionFailure("shapes \(a.shape) and \(b.shape) do not broadcast")
        }
        let result = FloatBuffer(count: shape.elementCount)
        if a.shape == b.shape {
            applyPieces(kernel, NumberReader(a), NumberReader(b), result)
        } else if a.count == 1 || b.count == 1 {
            let x = a.denseBuffer, y = b.denseBuffer
            let stepX = x.count == result.count ? 1 : 0, stepY = y.count == result.count ? 1 : 0
            Parallel.forEachRange(of: result.count, grain: elementGrain) { range in
                let i = range.lowerBound
                kernel(
                    x.pointer + i * stepX, Int32(stepX), y.pointer + i * stepY, Int32(stepY),
                    result.pointer + i, range.count)
            }
        } else if a.shape == shape, shape.ends(with: b.shape) {
            applyRows(kernel, a.denseBuffer, b.denseBuffer, result, repeatsFirst: false)
        } else if b.shape == shape, shape.ends(with: a.shape) {
            applyRows(kernel, b.denseBuffer, a.denseBuffer, result, repeatsFirst: true)
        } else {
            return applying(kernel, a.repeated(to: shape), b.repeated(to: shape))
        }
        return Tensor(shape: shape, dense: result)
    }

    /// Numbers of the same shape, in parts that stay in the first cache where they have to be worked out.
    private static func applyPieces(
        _ kernel: BinaryKernel, _ x: NumberReader, _ y: NumberReader, _ result: FloatBuffer
    ) {
        let unit = x.unit == y.unit ? x.unit : x.unit * y.unit
        let isWhole = !x.needsScratch && !y.needsScratch
        let piece = isWhole ? elementGrain : max(1, 4096 / unit) * unit
        let grain = isWhole ? elementGrain : max(1, elementGrain / piece) * piece
        Parallel.forEachRange(of: result.count, grain: grain) { part in
            let first = FloatBuffer(count: x.needsScratch ? piece : 0)
            let second = FloatBuffer(count: y.needsScratch ? piece : 0)
            for from in stride(from: part.lowerBound, to: part.upperBound, by: piece) {
                let range = from..<min(from + piece, part.upperBound)
                kernel(
                    x.read(range, scratch: first.pointer), 1,
                    y.read(range, scratch: second.pointer), 1, result.pointer + from, range.count)
            }
            withExtendedLifetime((first, second)) {}
        }
        withExtendedLifetime((x, y)) {}
    }

    /// `whole` against `row`, which repeats along the leading axes.
    private static func applyRows(
        _ kernel: BinaryKernel, _ whole: FloatBuffer, _ row: FloatBuffer, _ result: FloatBuffer,
        repeatsFirst: Bool
    ) {
        let length = row.count
        guard length > 0 else { return }
        Parallel.forEachRange(of: whole.count / length, grain: max(1, elementGrain / length)) {
            for i in $0 {
                let x = whole.pointer + i * length, to = result.pointer + i * length
                if repeatsFirst {
                    kernel(row.pointer, 1, x, 1, to, length)
                } else {
                    kernel(x, 1, row.pointer, 1, to, length)
                }
            }
        }
    }

    /// A dense copy in which repeated axes are written out.
    private func repeated(to target: [Int]) -> Tensor {
        if shape == target { return detached.dense }
        let aligned = Array(repeating: 1, count: target.count - rank) + shape
        var strides = [Int](repeating: 0, count: target.count)
        var step = 1
        for axis in stride(from: target.count - 1, through: 0, by: -1) {
            strides[axis] = aligned[axis] == 1 ? 0 : step
            step *= aligned[axis]
        }
        let source = denseBuffer
        return Tensor(denseShape: target) { destination in
            guard let base = destination.baseAddress else { return }
            StridedCopy(shape: target, strides: strides).run(from: source.pointer, to: base)
        }
    }
}

extension Collection where Element: Equatable {
    /// Whether the last elements are those of `suffix`.
    fileprivate func ends(with other: some BidirectionalCollection<Element>) -> Bool {
        count >= other.count && Array(dropFirst(count - other.count)) == Array(other)
    }
}
