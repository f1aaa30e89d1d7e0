import CRanvierKernels

/// A kernel on one input.
typealias UnaryKernel =
    @convention(c) (UnsafePointer<Float>?, UnsafeMutablePointer<Float>?, Int) -> Void

extension Tensor {
    /// The negative.
    public static prefix func - (x: Tensor) -> Tensor {
        x.mapping(rnv_negate) { gradient, _, _ in -gradient }
    }

    /// e to the power of each element; error below 2 ulp, 0 below −87.3, infinite above 88.7.
    public func exp() -> Tensor {
        mapping(rnv_exp) { gradient, _, y in gradient * y }
    }

    /// Natural logarithm; −∞ at 0 and NaN below.
    public func log() -> Tensor {
        mapping(rnv_log) { gradient, x, _ in gradient / x }
    }

    /// Square root; its gradient is infinite at 0.
    public func squareRoot() -> Tensor {
        mapping(rnv_sqrt) { gradient, _, y in gradient / (2 * y) }
    }

    /// Hyperbolic tangent.
    public func tanh() -> Tensor {
        mapping(rnv_tanh) { gradient, _, y in gradient * (1 - y * y) }
    }

    /// 1 / (1 + e^−x).
    public func sigmoid() -> Tensor {
        mapping(rnv_sigmoid) { gradient, _, y in gradient * (y * (1 - y)) }
    }

    /// The positive part; the gradient at 0 is 0.
    public func relu() -> Tensor {
        mapping(rnv_relu) { gradient, x, _ in gradient * x.isGreater(than: Tensor(0)) }
    }

    /// Absolute value; the gradient at 0 is 0.
    public func absoluteValue() -> Tensor {
        mapping(rnv_abs) { gradient, x, _ in gradient * x.sign() }
    }

    /// −1, 0 or 1, without a gradient.
    public func sign() -> Tensor {
        detached.mapping(rnv_sign) { _, _, _ in nil }
    }

    /// The square.
    public func squared() -> Tensor { self * self }

    /// Each element limited to `range`; the gradient is 1 inside and at the limits, 0 outside.
    public func clamped(to range: ClosedRange<Float>) -> Tensor {
        if let constant = mappingStep({ $0.clamped(to: range) }) { return constant }
        let source = denseBuffer
        let value = Tensor(denseShape: shape) {
            rnv_clamp(source.pointer, range.lowerBound, range.upperBound, $0.baseAddress, $0.count)
        }
        let x = detached
        return Tape.record(value, inputs: [self]) { gradient in
            let inside =
                x.isGreaterOrEqual(to: Tensor(range.lowerBound))
                * Tensor(range.upperBound).isGreaterOrEqual(to: x)
            return [gradient * inside]
        }
    }

    /// Whether no element is infinite or NaN.
    public var isFinite: Bool {
        switch storage {
        case .spikes: true
        case .dense(let buffer), .constantInTime(let buffer):
            rnv_all_finite(buffer.pointer, buffer.count) != 0
        case .deferred(let numbers):
            rnv_all_finite(numbers.buffer.pointer, numbers.buffer.count) != 0
        }
    }

    private func mapping(
        _ kernel: UnaryKernel,
        adjoint: @escaping @Sendable (_ gradient: Tensor, _ x: Tensor, _ y: Tensor) -> Tensor?
    ) -> Tensor {
        if let constant = mappingStep({ $0.mapping(kernel, adjoint: adjoint) }) { return constant }
        let source = denseBuffer
        let result = FloatBuffer(count: count)
        Parallel.forEachRange(of: count, grain: Tensor.elementGrain) { range in
            kernel(
                source.pointer + range.lowerBound, result.pointer + range.lowerBound, range.count)
        }
        let value = Tensor(shape: shape, dense: result)
        let x = detached
        return Tape.record(value, inputs: [self]) { [adjoint($0, x, value)] }
    }
}
