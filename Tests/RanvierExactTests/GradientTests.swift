import RanvierExact
import RanvierNetworks
import Testing

/// Exact gradients of random networks of every model against central differences.
@Suite struct GradientTests {
    struct Plan {
        var recurrent = true
        var delays = false
        var trial = 6.0
        var weight = 2.0
        /// Mean weight over `weight`; excitation that feeds itself has no end of spikes.
        var bias = 0.4
    }

    /// A random network with a loss of first and second spikes, ordinary or pseudo, all of it trained.
    private func problem<Neuron: PseudospikingNeuron>(
        _ neuron: Neuron, _ plan: Plan, seed: UInt64, state: (inout SplitMix64) -> Neuron.State
    ) throws -> EventProblem<Neuron, SpikeTrainLoss> {
        var random = SplitMix64(seed: seed)
        let n = 5, inputs = 3
        var synapses: [Synapse] = []
        func add(_ source: Synapse.Source, _ target: Int) {
            synapses.append(
                Synapse(
                    from: source, to: target,
                    weight: plan.weight * (2 * random.nextUnit() - 1 + plan.bias),
                    delay: plan.delays ? 0.1 + random.nextUnit() : 0))
        }
        for i in 0..<n {
            for c in 0..<inputs { add(.input(c), i) }
            for j in 0..<n where plan.recurrent ? j != i : j < i { add(.neuron(j), i) }
        }
        var network = try EventGraph(
            neuron, neuronCount: n, inputCount: inputs, synapses: synapses)
        network.eventLimit = 2000
        let spikes = (0..<12).map { _ in
            InputSpike(
                time: plan.trial * random.nextUnit(), input: Int(3 * random.nextUnit()))
        }
        let loss = try SpikeTrainLoss([(n - 1, [2, 5, 7]), (n - 2, [1, 3.5, 8])])
        var problem = EventProblem(
            network, from: (0..<n).map { _ in state(&random) }, inputs: spikes,
            trial: plan.trial, loss: loss)
        problem.trained.weights = Array(synapses.indices)
        problem.trained.delays = plan.delays ? Array(synapses.indices) : []
        problem.trained.inputTimes = Array(spikes.indices)
        problem.trained.initialStates = Array(0..<n)
        return problem
    }

    private func check<Neuron: PseudospikingNeuron>(
        _ neuron: Neuron, _ plan: Plan, tolerance: Double = 2e-5,
        state: (inout SplitMix64) -> Neuron.State
    ) throws {
        var compared = 0
        for seed in UInt64(1)...6 {
            let problem = try problem(neuron, plan, seed: seed, state: state)
            let check = try ExactGradientCheck(of: problem, directions: 4, step: 1e-6, seed: seed)
            #expect(check.worstError < tolerance, "seed \(seed): \(check)")
            compared += check.compared
        }
        #expect(compared >= 20)
    }

    @Test(arguments: [(true, false), (false, false), (true, true), (false, true)])
    func qif(recurrent: Bool, delays: Bool) throws {
        try check(try QIFNeuron(), Plan(recurrent: recurrent, delays: delays, weight: 4)) {
            QIFState(voltage: $0.nextUnit(), current: $0.nextUnit())
        }
    }

    @Test(arguments: [(true, false), (false, false), (true, true), (false, true)])
    func theta(recurrent: Bool, delays: Bool) throws {
        try check(try ThetaNeuron(), Plan(recurrent: recurrent, delays: delays)) {
            1 + 4 * $0.nextUnit()
        }
    }

    @Test(arguments: [(2.0, false), (1.0, false), (1.0, true), (0.7, true), (3.1, true)])
    func lif(ratio: Double, delays: Bool) throws {
        let neuron = try LIFNeuron(membraneTimeConstant: 1, synapticTimeConstant: 1 / ratio)
        try check(neuron, Plan(delays: delays, weight: 3, bias: -0.3), tolerance: 1e-3) {
            LIFState(voltage: 0.5 * $0.nextUnit(), current: $0.nextUnit())
        }
    }

    @Test(arguments: [false, true])
    func oscillatoryLIF(delays: Bool) throws {
        try check(
            try OscillatoryLIFNeuron(), Plan(recurrent: false, delays: delays, weight: 0.2),
            tolerance: 1e-3
        ) { 0.1 + $0.nextUnit() }
    }

    /// A spike that crosses T between the two sides of a difference is noticed and still compared.
    @Test func spikeAtTheEndOfTheTrial() throws {
        let network = try EventGraph(
            try ThetaNeuron(), weights: [[0, 0], [1.5, 0]], inputWeights: [[], []])
        // Neuron 0 fires at 3 = T; neuron 1 hears it.
        var problem = EventProblem(
            network, from: [3, 1], inputs: [], trial: 3,
            loss: try TargetTimesLoss(neuron: 1, targets: [4]))
        problem.trained.weights = [0, 1]
        problem.trained.initialStates = [0, 1]
        let check = try ExactGradientCheck(of: problem, directions: 6)
        #expect(check.crossings == 6)
        #expect(check.compared == 6)
        #expect(check.worstError < 1e-4)
    }

    /// A wrong gradient must not pass.
    @Test func checkNoticesAKink() throws {
        let network = try EventGraph(
            try LIFNeuron(), weights: [[0]], inputWeights: [[4.0000001]])
        var problem = EventProblem(
            network, from: [LIFState()], inputs: [InputSpike(time: 0.5, input: 0)], trial: 3,
            loss: try TargetTimesLoss(targets: [1]))
        problem.trained.weights = [0]
        // Next to grazing the derivative is of order 10³ and changes within the step.
        #expect(try ExactGradientCheck(of: problem, step: 1e-3).worstError > 0.01)
    }

    /// With everything silent the gradient still reaches the first layer.
    @Test func silentNetworksLearn() throws {
        var network = try FastThetaNetwork<Double>(sizes: [20, 8, 8, 3], trial: 2)
        network.randomize(seed: 5)
        let batch = try ThetaBatch(
            pixels: (0..<60).map { UInt8($0 % 3 == 0 ? 0 : 1) }, labels: [0, 1, 2], inputs: 20)
        let (outcome, gradient) = try network.valueAndGradient(of: batch)
        #expect(outcome.spikes.allSatisfy { $0 == 0 })
        #expect(gradient.weights.allSatisfy { $0.contains { $0.contains { $0 != 0 } } })
        network.pseudospikes = false
        let without = try network.valueAndGradient(of: batch).gradient
        #expect(without.weights.allSatisfy { $0.allSatisfy { $0.allSatisfy { $0 == 0 } } })
    }
}
