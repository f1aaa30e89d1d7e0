import Foundation
import RanvierExact
import Testing

/// Neuron models against the reference vectors.
@Suite struct SmoothExactGradientNeuronTests {
    private func check(_ found: Double, _ expected: Double, _ tolerance: Double, _ what: String) {
        let error = SmoothExactGradientVectors.relativeError([found], [expected], floor: 1)
        #expect(error <= tolerance, "\(what): found \(found), expected \(expected)")
    }

    private func checkPhaseMap(
        _ file: ReferenceFile, _ tolerance: Double,
        make: (PhaseMapFile.Group) throws -> (neuron: any PhaseNeuron, voltage: (Double) -> Double)
    ) throws {
        for group in try file.decoded(as: PhaseMapFile.self).groups {
            let (neuron, voltage) = try make(group)
            check(neuron.period, group.period, tolerance, "period")
            for c in group.cases {
                let h = neuron.transfer(c.phi, weight: c.w)
                let where_ = "phi \(c.phi), w \(c.w)"
                check(voltage(c.phi), c.V, tolerance, "V at \(where_)")
                check(h.phase, c.H, tolerance, "H at \(where_)")
                check(h.byPhase, c.dH_dphi, tolerance, "dH/dphi at \(where_)")
                check(h.byWeight, c.dH_dw, tolerance, "dH/dw at \(where_)")
            }
        }
    }

    @Test(.reference(.thetaPhaseMap))
    func thetaPhaseMap() throws {
        try checkPhaseMap(.thetaPhaseMap, 1e-9) {
            let neuron = try ThetaNeuron(timeConstant: $0.tau, drive: $0.I0)
            return (neuron, neuron.voltage(at:))
        }
    }

    @Test(.reference(.oscillatoryLIFPhaseMap))
    func oscillatoryLIFPhaseMap() throws {
        try checkPhaseMap(.oscillatoryLIFPhaseMap, 1e-9) {
            let neuron = try OscillatoryLIFNeuron(
                timeConstant: $0.tau, drive: $0.I0, threshold: try #require($0.V_th))
            return (neuron, neuron.voltage(at:))
        }
    }

    /// Rows of ∂(state after)/∂(V, I) from the adjoint of the flow.
    @Test(.reference(.qifFlow))
    func qifFlow() throws {
        let file = try ReferenceFile.qifFlow.decoded(as: FlowFile.self)
        let neuron = try QIFNeuron(timeConstant: file.tau)
        for c in file.cases {
            let state = QIFState(voltage: c.V, current: c.I)
            let name = "V \(c.V), I \(c.I)"
            // The reference perturbs I by 1e-6 where it is exactly 0.
            let tolerance = c.I == 0 ? 1e-5 : 1e-7
            let time = neuron.timeToSpike(from: state)
            check(time, c.dt_to_spike ?? .infinity, 1e-7, "time to spike from \(name)")
            if let expected = c.d_dt_spike, time.isFinite {
                // t_spike falls by τ per unit of α at the spike.
                let adjoint = neuron.parameterAdjoint(
                    neuron.flowAdjoint(SIMD2(-file.tau, 0), from: state, for: time), at: state)
                #expect(
                    SmoothExactGradientVectors.relativeError([adjoint.x, adjoint.y], expected)
                        < tolerance, "derivative of the spike time from \(name)")
            }
            let after = neuron.flow(state, for: c.dt)
            check(after.voltage, c.V_after, 1e-7, "V after \(name)")
            check(after.current, c.I_after, 1e-7, "I after \(name)")
            let byAlpha = SIMD2(1 / (after.q * after.q), 0.0)
            let rowV = neuron.parameterAdjoint(
                neuron.flowAdjoint(byAlpha, from: state, for: c.dt), at: state)
            let rowI = neuron.parameterAdjoint(
                neuron.flowAdjoint(SIMD2(0, 1), from: state, for: c.dt), at: state)
            #expect(
                SmoothExactGradientVectors.relativeError(
                    [rowV.x, rowV.y, rowI.x, rowI.y], c.jacobian.flatMap { $0 }) < tolerance,
                "jacobian from \(name)")
        }
    }

    @Test(.reference(.lifFlow))
    func lifFlow() throws {
        let file = try ReferenceFile.lifFlow.decoded(as: FlowFile.self)
        let neuron = try LIFNeuron(
            membraneTimeConstant: file.tau, threshold: try #require(file.V_th))
        // The general solver, taken by a ratio of time constants next to 2, must agree as well.
        let nearby = try LIFNeuron(
            membraneTimeConstant: file.tau, synapticTimeConstant: file.tau / 2 * (1 + 1e-12),
            threshold: try #require(file.V_th))
        for c in file.cases {
            let state = LIFState(voltage: c.V, current: c.I)
            let name = "V \(c.V), I \(c.I)"
            let time = neuron.timeToSpike(from: state)
            check(time, c.dt_to_spike ?? .infinity, 1e-9, "time to spike from \(name)")
            check(nearby.timeToSpike(from: state), time, 1e-8, "general solver from \(name)")
            if let expected = c.d_dt_spike, time.isFinite {
                let atSpike = neuron.flow(state, for: time)
                let spike = neuron.spikeAdjoint(.zero, at: atSpike, time: 1)
                let adjoint = neuron.flowAdjoint(spike.state, from: state, for: time)
                #expect(
                    SmoothExactGradientVectors.relativeError([adjoint.x, adjoint.y], expected)
                        < 1e-8, "derivative of the spike time from \(name)")
            }
            let after = neuron.flow(state, for: c.dt)
            check(after.voltage, c.V_after, 1e-9, "V after \(name)")
            check(after.current, c.I_after, 1e-9, "I after \(name)")
            let rowV = neuron.flowAdjoint(SIMD2(1, 0), from: state, for: c.dt)
            let rowI = neuron.flowAdjoint(SIMD2(0, 1), from: state, for: c.dt)
            #expect(
                SmoothExactGradientVectors.relativeError(
                    [rowV.x, rowV.y, rowI.x, rowI.y], c.jacobian.flatMap { $0 }) < 1e-9,
                "jacobian from \(name)")
        }
    }

    @Test(.reference(.qifPseudospike))
    func qifPseudospikes() throws {
        let file = try ReferenceFile.qifPseudospike.decoded(as: PseudospikeFile.self)
        let neuron = try QIFNeuron(timeConstant: file.tau, softplusScale: file.alpha)
        for c in file.cases {
            let state = QIFState(voltage: c.V, current: c.I)
            let name = "V \(c.V), I \(c.I), input \(c.input), k \(c.k)"
            let spike = neuron.pseudospike(state, input: c.input, number: c.k)
            let rate = neuron.pseudoRate(state, input: c.input)
            check(c.T + spike.value, c.t_pseudo, 1e-9, "time at \(name)")
            let byState = neuron.parameterAdjoint(spike.state, at: state)
            check(byState.x, c.grad_V, 1e-9, "dt/dV at \(name)")
            check(byState.y, c.grad_I, 1e-9, "dt/dI at \(name)")
            check(spike.input, c.grad_input, 1e-9, "dt/da at \(name)")
            check(rate.value, c.rate, 1e-9, "rate at \(name)")
            check(
                neuron.parameterAdjoint(rate.state, at: state).x, c.rate_grad_V, 1e-9,
                "derivative of the rate at \(name)")
        }
    }

    @Test(.reference(.adaBelief))
    func adaBelief() throws {
        let file = try ReferenceFile.adaBelief.decoded(as: AdaBeliefFile.self)
        var parameters = try #require(file.parameters.first)
        var optimizer = try FlatAdaBelief(
            parameterCount: parameters.count, learningRate: file.lr, beta1: file.b1,
            beta2: file.b2, epsilon: file.eps, varianceEpsilon: file.eps_root)
        for (step, gradient) in file.gradients.enumerated() {
            optimizer.learningRate =
                file.lr * pow(file.decay_factor, Double(step) / file.decay_steps)
            optimizer.update(&parameters, gradient: gradient)
            let error = SmoothExactGradientVectors.relativeError(
                parameters, file.parameters[step + 1])
            #expect(error < 1e-7, "step \(step)")
        }
    }
}
