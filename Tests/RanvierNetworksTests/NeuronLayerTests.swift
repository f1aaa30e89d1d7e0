import Foundation
import Testing

@testable import RanvierNetworks
@testable import RanvierTensors

/// Closed forms of each neuron, and its layer step by step.
@Suite struct NeuronLayerTests {
    static var context: ForwardContext { ForwardContext(timeStep: 1e-3) }

    /// Membranes of a single neuron under a given current.
    func membranes(
        _ current: [Float], _ numbers: PopulationParameters,
        _ dynamics: PopulationDynamics = PopulationDynamics()
    ) throws -> (membrane: [Float], spikes: [Float]) {
        let response = dynamics.run(
            Tensor(current, shape: [current.count, 1, 1]), numbers, keepsMembrane: true)
        return (try #require(response.membrane).scalars, response.spikes.scalars)
    }

    /// Without a leak, n inputs of I make ⌊n I / θ⌋ spikes.
    @Test func integrateAndFireCountsItsInput() {
        let x = Tensor(repeating: 0.25, shape: [100, 1, 1])
        let spikes = IntegrateAndFire().callAsFunction(x, in: Self.context)
        // The layer's threshold gets its value when a network is built.
        #expect(spikes.spikeCount == 100)
        let numbers = PopulationParameters(leak: Tensor(1))
        #expect(PopulationDynamics().run(x, numbers).spikes.spikeCount == 25)
    }

    /// Each channel decays by its own leak: `u[t] = β_c^t` after one input of 1 below threshold.
    @Test func channelsDecayByTheirOwnLeak() throws {
        let leaks: [Float] = [0.5, 0.8, 0.95]
        let current = Tensor([1, 1, 1] + [Float](repeating: 0, count: 12), shape: [5, 1, 3])
        let numbers = PopulationParameters(leak: Tensor(leaks, shape: [3]), threshold: Tensor(2))
        let response = PopulationDynamics().run(current, numbers, keepsMembrane: true)
        let u = try #require(response.membrane)
        for t in 0..<5 {
            for (c, leak) in leaks.enumerated() {
                #expect(abs(u[at: t, 0, c] - Float(pow(Double(leak), Double(t)))) < 1e-6)
            }
        }
    }

    /// One input: `u[t] = (α^{t+1} − β^{t+1}) / (α − β)`, a difference of two exponentials.
    @Test func synapticCurrentRisesAndFalls() throws {
        let (alpha, beta) = (0.6, 0.9)
        var numbers = PopulationParameters(leak: Tensor(Float(beta)), threshold: Tensor(9))
        numbers.synapticLeak = Tensor(Float(alpha))
        let u = try membranes([1] + [Float](repeating: 0, count: 15), numbers).membrane
        for t in 0..<16 {
            let n = Double(t + 1)
            let exact = (pow(alpha, n) - pow(beta, n)) / (alpha - beta)
            #expect(abs(Double(u[t]) - exact) < 1e-5)
        }
    }

    /// A neuron at rest that is driven to u = 1 at each step (β = 0): after a spike the threshold is `θ + b ρ^k`.
    @Test func thresholdRisesAndFallsBack() throws {
        let (rho, b): (Float, Float) = (0.8, 0.5)
        var numbers = PopulationParameters(leak: Tensor(0), threshold: Tensor(0.75))
        numbers.adaptation = (Tensor(rho), Tensor(b))
        let spikes = try membranes([Float](repeating: 1, count: 9), numbers).spikes
        // It fires at 0; then at the first k with 0.75 + 0.5 · 0.8^(k−1) ≤ 1, that is k = 5 (0.8^4 = 0.41).
        #expect(spikes[0..<6] == [1, 0, 0, 0, 0, 1])
    }

    /// Under a current above threshold at each step the period is one step and the refractory ones.
    @Test(arguments: [0, 1, 3]) func refractoryPeriodSetsTheRate(steps: Int) throws {
        let numbers = PopulationParameters(leak: Tensor(0.5))
        let spikes = try membranes(
            [Float](repeating: 5, count: 24), numbers,
            PopulationDynamics(reset: .hard, refractorySteps: steps)
        ).spikes
        #expect(spikes == (0..<24).map { $0 % (steps + 1) == 0 ? 1 : 0 })
    }

    /// A ring: each neuron excites the next, so one spike travels around.
    @Test func aSpikeTravelsAroundARing() {
        let n = 5
        var ring = [Float](repeating: 0, count: n * n)
        for i in 0..<n { ring[i * n + (i + 1) % n] = 1 }
        var numbers = PopulationParameters(leak: Tensor(0))
        numbers.recurrence = Tensor(ring, shape: [n, n])
        var start = [Float](repeating: 0, count: 12 * n)
        start[0] = 1
        let spikes = PopulationDynamics().run(Tensor(start, shape: [12, 1, n]), numbers).spikes
        for t in 0..<12 {
            #expect(spikes.step(at: t).scalars == (0..<n).map { $0 == t % n ? 1 : 0 })
        }
    }

    /// A neuron that excites itself enough never stops, one that inhibits itself fires every second step.
    @Test func selfConnectionsKeepOrStopFiring() {
        var numbers = PopulationParameters(leak: Tensor(0))
        numbers.coupling = Tensor([1, -1], shape: [2])
        let pulse = Tensor([1, 1] + [Float](repeating: 0, count: 10), shape: [6, 1, 2])
        let spikes = PopulationDynamics().run(pulse, numbers).spikes
        for t in 0..<6 { #expect(spikes.step(at: t).scalars == [1, t == 0 ? 1 : 0]) }
        let drive = Tensor(repeating: 1, shape: [6, 1, 2])
        let driven = PopulationDynamics().run(drive, numbers).spikes
        for t in 0..<6 { #expect(driven[at: t, 0, 1] == (t % 2 == 0 ? 1 : 0)) }
    }

    @Test func signedSpikesMirrorTheirInput() {
        let layer = TernaryLIF(leak: .factor(0.9))
        let x = LIFTests.random([12, 2, 9], "x", in: -1..<1)
        let y = layer(x, in: Self.context)
        #expect(Set(y.scalars) == [-1, 0, 1])
        #expect(layer(-x, in: Self.context).scalars == y.scalars.map { -$0 })
        // A constant current I below θ makes one spike of its sign every n steps, u = I (1 − βⁿ)/(1 − β).
        let weak = Tensor(repeating: -0.4, shape: [9, 1, 1])
        #expect(layer(weak, in: Self.context).scalars == [0, 0, -1, 0, 0, -1, 0, 0, -1])
    }

    @Test func gradedSpikesCarryTheMembrane() {
        let layer = GradedLIF(leak: .factor(0.5))
        let x = Tensor([0.8, 0.8, 3, 0.1], shape: [4, 1, 1])
        // u: 0.8, 1.2 (fires, reset), 3 (fires), 0.1
        let y = layer(x, in: Self.context).scalars
        #expect(zip(y, [0, 1.2, 3, 0]).allSatisfy { abs($0 - Float($1)) < 1e-6 })
        // d(u Θ)/du = Θ + u σ′: far above threshold with a narrow surrogate just 1.
        let variable = Tensor([5], shape: [1, 1, 1]).tracked()
        let narrow = GradedLIF(leak: .factor(0.5), surrogate: .triangular)
        let slope = narrow(variable, in: Self.context).sum().gradients(for: [variable])[0].scalar
        #expect(slope == 1)
    }

    /// Layers of all kinds between two linear ones: one step, parts, and the sequence agree to the bit.
    @Test(arguments: 0..<9) func stepsAndPartsEqualTheSequence(kind: Int) throws {
        let dynamics = PopulationDynamics(refractorySteps: kind % 2)
        let layer: any Layer = [
            IntegrateAndFire(threshold: 0.7, dynamics: dynamics),
            ParametricLIF(leak: .factor(0.7), channels: 20, dynamics: dynamics),
            SynapticLIF(
                membraneTimeConstant: 8e-3, synapticTimeConstant: 4e-3, dynamics: dynamics),
            AdaptiveLIF(
                membraneTimeConstant: 8e-3, adaptationTimeConstant: 30e-3, strength: 0.3,
                dynamics: dynamics, learns: true),
            RecurrentLIF(20, leak: .factor(0.8), dynamics: dynamics, learnsLeak: true, gain: 3),
            RecurrentLIF(
                20, connection: .oneToOne, leak: .factor(0.8), synapticLeak: .factor(0.5),
                adaptation: .init(leak: .factor(0.9), strength: 0.2), dynamics: dynamics),
            TernaryLIF(leak: .factor(0.9)), GradedLIF(leak: .factor(0.9)),
            LIF(membraneTimeConstant: 8e-3),
        ][kind]
        let network = try Network(
            inputShape: [8], seed: 4, layers: [Linear(8, 20, gain: 4), layer, Linear(20, 3)])
        let input = LIFTests.random([9, 2, 8], "input")
        let sequence = network(input)
        #expect(sequence.scalars.contains { $0 != sequence.scalars[0] })
        var state: LayerState?, partState: LayerState?
        var worst: Float = 0
        for t in 0..<9 {
            let response = network.step(input.step(at: t), state: state)
            state = response.state
            let difference =
                zip(response.output.scalars, sequence.step(at: t).scalars)
                .map { abs($0 - $1) }.max() ?? 1
            worst = max(worst, difference)
        }
        for part in [0..<4, 4..<5, 5..<9] {
            let response = network.run(input.slice(part), state: partState)
            partState = response.state
            let difference =
                zip(response.output.scalars, sequence.slice(part).scalars)
                .map { abs($0 - $1) }.max() ?? 1
            worst = max(worst, difference)
        }
        #expect(worst < 1e-6)
        let (_, gradients) = network.valueAndGradients { network(input).squared().sum() }
        for (parameter, gradient) in zip(network.trainableParameters, gradients) {
            #expect(gradient.scalars.contains { $0 != 0 }, "\(parameter.name)")
        }
    }

    @Test func recurrentSpikesAreCounted() throws {
        let network = try Network(
            inputShape: [8], seed: 4,
            layers: [Linear(8, 20, gain: 4), RecurrentLIF(20, leak: .factor(0.8))])
        let input = LIFTests.random([9, 2, 8], "input")
        func tally(_ body: (ForwardContext) -> Void) -> (operations: Int, spikes: [Int]) {
            var operations = 0, spikes: [Int] = []
            body(
                ForwardContext(timeStep: 1e-3) { layer, observation in
                    switch observation {
                    case .operations(let count): operations += count.synaptic
                    case .spikes(let tensor): spikes.append(tensor.spikeCount)
                    case .values, .spikeCounts, .tally: break
                    }
                })
            return (operations, spikes)
        }
        let whole = tally { _ = network(input, in: $0) }
        let steps = tally { context in
            var state: LayerState?
            for t in 0..<9 {
                state = network.step(input.step(at: t), state: state, in: context).state
            }
        }
        let total = steps.spikes.reduce(0, +)
        #expect(whole.spikes == [total] && total > 0)
        // Spikes of the last step are heard by nobody.
        #expect(whole.operations == (total - (steps.spikes.last ?? 0)) * 20)
        #expect(steps.operations == whole.operations)
    }

    @Test func statesAreCounted() throws {
        let network = try Network(inputShape: [6, 6, 2]) {
            Convolution2D(2, 4, size: 3)  // 4 × 4 × 4 neurons
            Residual(body: [
                SynapticLIF(membraneTimeConstant: 8e-3, synapticTimeConstant: 4e-3)
            ])
            Sequential {
                GlobalAveragePool2D()
                RecurrentLIF(4, leak: .factor(0.5))
            }
            DelayedLinear(4, 3, maximumDelay: 5e-3, timeStep: 1e-3)
        }
        #expect(network.stateCount == 64 * 2 + 4 * 2 + 5 * 3)
    }
}
