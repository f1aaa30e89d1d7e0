import CRanvierKernels
import RanvierTensors

/// A leaky integrator that never spikes, over a whole sequence: the usual readout.
///
///     v[t] = τ v[t−1] + I[t]            (or (1 − τ) I[t])
public struct IntegratorDynamics: Sendable {
    /// The weight of the input.
    public var inputScale = InputScale.unit

    /// An integrator whose input enters with the given weight.
    public init(inputScale: InputScale = .unit) { self.inputScale = inputScale }

    /// Membranes after every step, `[T, B, …]`; the last one is the state to go on from.
    ///
    /// - Parameters:
    ///   - current: input, `[T, B, …]`.
    ///   - leak: the factor τ, a single number; may be tracked.
    ///   - state: membrane before the first step, `[B, …]`; nil for 0.
    ///   - isLocalInTime: whether errors stay at their step on the way back.
    public func run(
        _ current: Tensor, leak: Tensor, state: Tensor? = nil, isLocalInTime: Bool = false
    ) -> Tensor {
        precondition(current.rank >= 2, "a sequence has axes [T, B, …], not \(current.shape)")
        let steps = current.shape[0], columns = current.shape.dropFirst().reduce(1, *)
        let factor = leak.detached.scalar
        let scale = inputScale == .unit ? 1 : 1 - factor
        let source = current.detached.stepBuffer
        let initial = state?.detached.denseBuffer
        precondition(
            initial == nil || initial?.count == columns,
            "a state of \(initial?.count ?? 0) numbers does not fit \(columns) neurons")
        let result = FloatBuffer(count: steps * columns)
        Parallel.forEachRange(of: columns, grain: 4096) { range in
            rnv_integrator_forward(
                factor, scale, steps, columns, range.lowerBound, range.upperBound,
                source.buffer.pointer, source.stride, initial?.pointer, result.pointer)
        }
        let value = Tensor(shape: current.shape, dense: result)
        let inputs = [current, leak] + (state.map { [$0] } ?? [])
        let isConstant = current.storageKind == .constantInTime
        let stateShape = Array(current.shape.dropFirst())
        let wantsLeak = leak.isTracked
        let scalesInput = inputScale == .oneMinusLeak
        if isLocalInTime {
            precondition(!wantsLeak, "a leak that learns needs the steps before")
            return Tape.record(value, inputs: [current]) { [$0 * scale] }
        }
        return Tape.record(value, inputs: inputs) { gradient in
            let upstream = gradient.stepBuffer
            let toCurrent = FloatBuffer(count: isConstant ? columns : steps * columns)
            let toState = initial.map { _ in FloatBuffer(count: columns) }
            var toLeak = 0.0
            let pull = { @Sendable (range: Range<Int>, sum: UnsafeMutablePointer<Double>?) in
                rnv_integrator_backward(
                    factor, scale, steps, columns, range.lowerBound, range.upperBound,
                    upstream.buffer.pointer, upstream.stride, result.pointer, initial?.pointer,
                    scalesInput ? source.buffer.pointer : nil, source.stride, isConstant ? 1 : 0,
                    toCurrent.pointer, toState?.pointer, sum)
            }
            if wantsLeak {
                pull(0..<columns, &toLeak)
            } else {
                Parallel.forEachRange(of: columns, grain: 4096) { pull($0, nil) }
            }
            let shape = isConstant ? stateShape : [steps] + stateShape
            return [
                Tensor(shape: shape, dense: toCurrent), wantsLeak ? Tensor(Float(toLeak)) : nil,
                toState.map { Tensor(shape: stateShape, dense: $0) },
            ]
        }
    }
}

extension IntegratorDynamics {
    /// A gradient handed back through an integrator with unit input, `[T, B, …]`, and what of it reaches the membranes before the
    /// first step.
    ///
    ///     back[t] = g[t] + λ back[t+1],     before = λ back[0]
    static func back(_ gradient: Tensor, leak: Float) -> (current: Tensor, before: Tensor) {
        let steps = gradient.shape[0], columns = gradient.shape.dropFirst().reduce(1, *)
        let upstream = gradient.stepBuffer
        let current = FloatBuffer(count: steps * columns), before = FloatBuffer(count: columns)
        Parallel.forEachRange(of: columns, grain: 4096) { range in
            rnv_integrator_backward(
                leak, 1, steps, columns, range.lowerBound, range.upperBound,
                upstream.buffer.pointer, upstream.stride, nil, nil, nil, 0, 0, current.pointer,
                before.pointer, nil)
        }
        return (
            Tensor(shape: gradient.shape, dense: current),
            Tensor(shape: [1] + gradient.shape.dropFirst(), dense: before)
        )
    }
}
