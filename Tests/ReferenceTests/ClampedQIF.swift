import RanvierExact

/// The extended QIF neuron as the reference computes it: V goes on from −`clamp` after a spike, not from −∞.
///
/// Networks and training make small differences grow; beside the exact neuron it tells what is the clamp's.
struct ClampedQIF: PseudospikingNeuron {
    let exact: QIFNeuron
    let clamp: Double

    /// - Parameter epsilon: one over the clamp; the default is that of all files that do not state another.
    init(_ exact: QIFNeuron, epsilon: Double = 1e-10) {
        self.exact = exact
        clamp = 1 / epsilon
    }

    func reset(_ state: QIFState) -> QIFState {
        QIFState(voltage: -clamp, current: state.current)
    }

    /// The angle leaves −`clamp` with speed (p² − p q + I q²)/τ, not with the 1/τ it has at −∞.
    func spikeAdjoint(
        _ adjoint: SIMD2<Double>, at state: QIFState, time: Double
    ) -> SpikeAdjoint {
        let after = reset(state)
        let speed = after.p * (after.p - after.q) + after.current * after.q * after.q
        return exact.spikeAdjoint(
            SIMD2(speed * adjoint.x, adjoint.y), at: state, time: time)
    }

    // All else is the neuron's own.

    static var parameterCount: Int { QIFNeuron.parameterCount }
    var rateDependsOnInput: Bool { exact.rateDependsOnInput }

    func flow(_ state: QIFState, for duration: Double) -> QIFState {
        exact.flow(state, for: duration)
    }

    func timeToSpike(from state: QIFState) -> Double { exact.timeToSpike(from: state) }

    func pulse(_ state: QIFState, weight: Double) -> QIFState { exact.pulse(state, weight: weight) }

    func flowAdjoint(
        _ adjoint: SIMD2<Double>, from state: QIFState, for duration: Double
    ) -> SIMD2<Double> {
        exact.flowAdjoint(adjoint, from: state, for: duration)
    }

    func pulseAdjoint(
        _ adjoint: SIMD2<Double>, at state: QIFState, weight: Double
    ) -> PulseAdjoint {
        exact.pulseAdjoint(adjoint, at: state, weight: weight)
    }

    func parameterAdjoint(_ adjoint: SIMD2<Double>, at state: QIFState) -> SIMD2<Double> {
        exact.parameterAdjoint(adjoint, at: state)
    }

    func parameters(of state: QIFState) -> SIMD2<Double> { exact.parameters(of: state) }

    func state(with parameters: SIMD2<Double>) -> QIFState { exact.state(with: parameters) }

    func validate(initialState state: QIFState) throws(ExactError) {
        try exact.validate(initialState: state)
    }

    func pseudospike(_ state: QIFState, input: Double, number: Int) -> StaticResponse {
        exact.pseudospike(state, input: input, number: number)
    }

    func pseudoRate(_ state: QIFState, input: Double) -> StaticResponse {
        exact.pseudoRate(state, input: input)
    }
}
