import Foundation
import RanvierExact
import Testing

/// Recurrent networks and their exact gradients against the reference vectors.
@Suite struct SmoothExactGradientNetworkTests {
    private func load(_ file: String) throws -> RecurrentFile? {
        try SmoothExactGradientVectors.load(file, as: RecurrentFile.self)
    }

    @Test(.reference("smooth-exact-gradient", "theta_recurrent.json"))
    func thetaRecurrent() throws {
        guard let file = try load("theta_recurrent.json") else { return }
        for c in file.cases {
            let neuron = try ThetaNeuron(timeConstant: c.tau, drive: try #require(file.I0))
            try checkPhases(neuron, c)
        }
    }

    @Test(.reference("smooth-exact-gradient", "oscillatory_lif_recurrent.json"))
    func oscillatoryLIFRecurrent() throws {
        guard let file = try load("oscillatory_lif_recurrent.json") else { return }
        for c in file.cases {
            let neuron = try OscillatoryLIFNeuron(
                timeConstant: c.tau, drive: try #require(file.I0),
                threshold: try #require(file.V_th))
            try checkPhases(neuron, c)
        }
    }

    private func checkPhases(
        _ neuron: some PhaseNeuron, _ c: RecurrentFile.Case
    ) throws {
        let x0 = try #require(c.x0.first)
        try check(
            neuron, c, initial: x0, tolerance: 1e-9, coordinates: { [$0] },
            adjoint: { i in SIMD2(c.state_coeff[0][i], 0) })
    }

    @Test(.reference("smooth-exact-gradient", "qif_recurrent.json"))
    func qifRecurrent() throws {
        guard let file = try load("qif_recurrent.json") else { return }
        for c in file.cases {
            let states = zip(c.x0[0], c.x0[1]).map { QIFState(voltage: $0, current: $1) }
            try check(
                try QIFNeuron(timeConstant: c.tau), c, initial: states, tolerance: 1e-7,
                coordinates: { [$0.voltage, $0.current] },
                adjoint: { i in
                    #expect(c.state_coeff[0][i] == 0)
                    return SIMD2(0, c.state_coeff[1][i])
                })
        }
    }

    @Test(.reference("smooth-exact-gradient", "lif_recurrent.json"))
    func lifRecurrent() throws {
        guard let file = try load("lif_recurrent.json") else { return }
        for c in file.cases {
            let states = zip(c.x0[0], c.x0[1]).map { LIFState(voltage: $0, current: $1) }
            try check(
                try LIFNeuron(
                    membraneTimeConstant: c.tau, threshold: try #require(file.V_th)),
                c, initial: states, tolerance: 1e-9,
                coordinates: { [$0.voltage, $0.current] },
                adjoint: { i in SIMD2(c.state_coeff[0][i], c.state_coeff[1][i]) })
        }
    }

    private func check<Neuron: EventDrivenNeuron>(
        _ neuron: Neuron, _ c: RecurrentFile.Case, initial: [Neuron.State], tolerance: Double,
        coordinates: (Neuron.State) -> [Double], adjoint: (Int) -> SIMD2<Double>
    ) throws {
        let network = try EventNetwork(neuron, weights: c.W, inputWeights: c.W_in)
        let inputs = zip(c.input_time, c.input_index).map { InputSpike(time: $0, input: $1) }
        let record = try network.simulate(from: initial, inputs: inputs, trial: c.T)
        #expect(record.events.map(\.isInput) == c.events.is_input)
        #expect(record.events.map(\.index) == c.events.index)
        expectClose(record.events.map(\.time), c.events.time, tolerance, "event times")
        var loss = 0.0
        for (coefficient, event) in zip(c.time_coeff, record.events) {
            loss += coefficient * event.time
        }
        let final = record.finalStates.map(coordinates)
        for (row, coefficients) in c.state_coeff.enumerated() {
            for i in 0..<c.N where coefficients[i] != 0 { loss += coefficients[i] * final[i][row] }
        }
        if let expected = c.x_T {
            for (row, values) in expected.enumerated() {
                expectClose(final.map { $0[row] }, values, tolerance, "final states")
            }
        }
        expectClose([loss], [c.loss], tolerance, "loss")
        guard record.events.count == c.time_coeff.count else { return }
        let gradient = record.gradient(
            eventTimes: c.time_coeff, finalStates: (0..<c.N).map(adjoint))
        let expectedWeights = (0..<c.N).flatMap { i in
            (0..<c.N).filter { $0 != i }.map { c.grad_W[i][$0] }
        }
        let expectedInputs = c.grad_W_in.flatMap { $0 }
        expectClose(
            gradient.weights, expectedWeights + expectedInputs, tolerance, "weights")
        expectClose(gradient.inputTimes, c.grad_input_time, tolerance, "input times")
        for (row, values) in c.grad_x0.enumerated() {
            expectClose(
                gradient.initialStates.map { $0[row] }, values, tolerance, "initial states")
        }
    }

    @Test(.reference("smooth-exact-gradient", "qif_target_times.json"))
    func qifTargetTimes() throws {
        guard
            let file = try SmoothExactGradientVectors.load(
                "qif_target_times.json", as: TargetTimesFile.self)
        else { return }
        for c in file.cases {
            let network = try EventNetwork(
                try QIFNeuron(timeConstant: c.tau, softplusScale: c.alpha), weights: c.W,
                inputWeights: c.W_in)
            let loss = try SpikeTrainLoss(c.targets.enumerated().map { ($0.offset, $0.element) })
            let outcome = try network.valueAndGradient(
                of: loss, from: zip(c.x0[0], c.x0[1]).map { QIFState(voltage: $0, current: $1) },
                inputs: zip(c.input_time, c.input_index).map { InputSpike(time: $0, input: $1) },
                trial: c.T)
            #expect(outcome.record.events.map(\.index) == c.events.index)
            expectClose(outcome.times, c.t_out.flatMap { $0 }, 1e-7, "output times")
            expectClose([outcome.loss], [c.loss], 1e-7, "loss")
            let expected = (0..<c.N).flatMap { i in
                (0..<c.N).filter { $0 != i }.map { c.grad_W[i][$0] }
            }
            expectClose(
                Array(outcome.gradient.weights.prefix(expected.count)), expected, 1e-7,
                "weights")
            for (row, values) in c.grad_x0.enumerated() {
                expectClose(
                    outcome.gradient.initialStates.map { $0[row] }, values, 1e-7,
                    "initial states")
            }
        }
    }

    private func expectClose(
        _ found: [Double], _ expected: [Double], _ tolerance: Double, _ what: String
    ) {
        let error = SmoothExactGradientVectors.relativeError(found, expected)
        #expect(error < tolerance, "\(what): relative error \(error)")
    }
}
