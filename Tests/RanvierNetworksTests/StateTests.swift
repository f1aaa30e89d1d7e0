import Foundation
import RanvierConfiguration
import RanvierTestSupport
import Testing

@testable import RanvierNetworks
@testable import RanvierTensors

/// States by name, and neurons that have several.
@Suite struct StateTests {
    private static func names(
        _ layer: any Layer, input: [Int] = [4]
    ) throws -> (tensors: Set<String>, parts: Set<String>, count: Int) {
        let network = try Network(inputShape: input, layers: [layer.named("layer")])
        let state = network.step(.ones([2] + input)).state
        #expect(state.tensors.isEmpty && Set(state.parts.keys).isSubset(of: ["layer"]))
        let own = state.parts["layer"]
        return (
            Set(own?.tensors.keys.map { $0 } ?? []), Set(own?.parts.keys.map { $0 } ?? []),
            own?.count ?? 0
        )
    }

    @Test func statesHaveNames() throws {
        let refractory = PopulationDynamics(refractorySteps: 2)
        let cases: [(any Layer, Set<String>)] = [
            (LIF(membraneTimeConstant: 5e-3), ["membrane"]),
            (LeakyIntegrator(membraneTimeConstant: 5e-3), ["membrane"]),
            (TernaryLIF(leak: .factor(0.9)), ["membrane"]),
            (GradedLIF(leak: .factor(0.9)), ["membrane"]),
            (IntegrateAndFire(), ["membrane", "spikes"]),
            (IntegrateAndFire(dynamics: refractory), ["membrane", "spikes", "waiting"]),
            (
                SynapticLIF(membraneTimeConstant: 5e-3, synapticTimeConstant: 2e-3),
                ["membrane", "spikes", "synapse"]
            ),
            (
                AdaptiveLIF(membraneTimeConstant: 5e-3, adaptationTimeConstant: 9e-3, strength: 1),
                ["membrane", "spikes", "adaptation"]
            ),
            (RecurrentLIF(4, leak: .factor(0.5)), ["membrane", "spikes"]),
            (DelayedLinear(4, 2, maximumDelay: 3e-3, timeStep: 1e-3), ["pending"]),
            (FirstStep(Linear(4, 2)), ["answer"]),
            (BatchNormalization(4, variant: .perStep(steps: 3)), ["step"]),
            (Neurons(Resonator()), ["membrane", "recovery"]),
            (DescribedNeurons(Resonator()), ["membrane", "recovery"]),
            (BatchNormalization(4), []), (Linear(4, 2), []), (Dropout(0.5), []),
        ]
        for (layer, expected) in cases {
            let found = try Self.names(layer)
            #expect(found.tensors == expected && found.parts.isEmpty, "\(type(of: layer).kind)")
        }
    }

    @Test func layersInsideHaveTheirPart() throws {
        let lif = { LIF(membraneTimeConstant: 5e-3) }
        let network = try Network(inputShape: [4]) {
            Linear(4, 4, gain: 4)
            lif()
            Sequential {
                Linear(4, 4, gain: 4)
                lif().named("spikes")
            }.named("head")
            Residual(body: [lif()], shortcut: [Linear(4, 4)])
            Recomputed { lif() }
        }
        let x = LIFTests.random([3, 2, 4], "x", in: 0..<2)
        let state = network.step(x.step(at: 0)).state
        // Layers that remember nothing have none.
        #expect(Set(state.parts.keys) == ["lif2", "head", "residual4", "recomputed5"])
        #expect(state.parts["lif2"]?["membrane"]?.shape == [2, 4])
        #expect(state.parts["lif2"]?["spikes"] == nil)
        #expect(state.parts["head"]?.parts.keys.sorted() == ["spikes"])
        #expect(state.parts["head"]?.parts["spikes"]?["membrane"]?.shape == [2, 4])
        #expect(state.parts["residual4"]?.parts["body"]?.parts["lif1"]?["membrane"] != nil)
        #expect(state.parts["recomputed5"]?.parts["lif1"]?["membrane"] != nil)
        // Two samples of what one sample keeps.
        #expect(network.stateCount == 16 && state.count == 2 * network.stateCount)
    }

    /// A state can be read and written by name.
    @Test func aMembraneIsSetByItsName() throws {
        let network = try Network(inputShape: [3]) {
            LIF(leak: .factor(0.5), dynamics: LIFDynamics())
        }
        var state = LayerState()
        state.parts["lif1"] = LayerState(["membrane": Tensor([0.5, 1.9, 2.5], shape: [1, 3])])
        let response = network.step(.zeros([1, 3]), state: state)
        #expect(response.output.scalars == [0, 0, 1])
        #expect(response.state.parts["lif1"]?["membrane"]?.scalars == [0.25, 0.95, 0.25])
        let tracked = LayerState(["membrane": Tensor([1], shape: [1]).tracked()], parts: [:])
        #expect(tracked["membrane"]?.isTracked == true)
        #expect(tracked.detached["membrane"]?.isTracked == false)
    }

    @Test func neuronsOfYourOwnMayHaveSeveralStates() throws {
        let network = try Network(inputShape: [5], timeStep: 2e-3, seed: 3) {
            Linear(5, 7, gain: 4)
            Neurons(Resonator())
            Linear(7, 2)
        }
        #expect(network.stateCount == 2 * 7)
        #expect(network.trainableParameters.map(\.name).contains("neurons2.coupling"))
        #expect(network.values["neurons2.coupling"]?.scalar == 0.2)
        let x = LIFTests.random([8, 3, 5], "x", in: -0.5..<2)
        var spikes = 0
        let context = ForwardContext(timeStep: 2e-3) { _, observation in
            if case .spikes(let tensor) = observation { spikes += tensor.spikeCount }
        }
        let sequence = network(x, in: context)
        #expect(spikes > 5 && spikes < 8 * 3 * 7)
        var state: LayerState?
        for t in 0..<8 {
            let response = network.step(x.step(at: t), state: state)
            state = response.state
            #expect(response.output.scalars == sequence.step(at: t).scalars)
        }
        #expect(state?.parts["neurons2"]?.tensors.keys.sorted() == ["membrane", "recovery"])
        #expect(state?.count == 3 * network.stateCount)
        var part: LayerState?, outputs: [Tensor] = []
        for steps in [0..<3, 3..<4, 4..<8] {
            let response = network.run(x.slice(steps), state: part)
            part = response.state
            outputs.append(response.output)
        }
        #expect(Tensor.concatenate(outputs).scalars == sequence.scalars)
        #expect(
            part?.parts["neurons2"]?["recovery"]?.scalars
                == state?.parts["neurons2"]?["recovery"]?.scalars)
    }

    @Test func aParameterOfYourOwnIsTrained() throws {
        let neurons = Neurons(Resonator())
        let network = try Network(inputShape: [5], timeStep: 2e-3, seed: 3, layers: [neurons])
        let x = LIFTests.random([8, 3, 5], "x", in: -0.5..<2)
        let (_, gradients) = network.valueAndGradients { network(x).squared().sum() }
        #expect(gradients.count == 1 && gradients[0].shape == [] && gradients[0].scalar != 0)
        let before = network(x).scalars
        neurons.model.coupling.value = Tensor(0.9)
        #expect(network(x).scalars != before)
        // The step has a length.
        let longer = ForwardContext(timeStep: 8e-3)
        #expect(network(x, in: longer).scalars != network(x).scalars)
    }

    /// The derivative by a parameter, where no spike is in the way.
    @Test func theGradientOfAParameterMatchesCentralDifferences() {
        let model = Resonator()
        let error = GradientCheck().largestError(at: [Tensor(0.3), LIFTests.random([4, 2], "x")]) {
            v in
            var state = LayerState(["membrane": .zeros([4, 2]), "recovery": .ones([4, 2])])
            var sum = Tensor(0)
            for _ in 0..<3 {
                let next = model.charge(v[1], state, coupling: v[0], timeStep: 2e-3)
                sum = sum + next.membrane.squared().sum()
                state = LayerState(["membrane": next.membrane, "recovery": next.recovery])
            }
            return sum
        }
        #expect(error < 1e-2)
    }
}

/// A neuron of one's own with a membrane, a recovery that pulls it back, and one trained number.
///
///     u[t] = β v[t−1] + I[t] − c w[t−1],   s[t] = Θ(u[t] − 1),   v[t] = u[t] (1 − s[t])
///     w[t] = 0.8 w[t−1] + 0.1 u[t] + s[t]
struct Resonator: DescribedNeuron {
    struct Options: Configurable {
        var timeConstant = 10e-3
        static let schema = Schema<Options> {
            Field.number("time-constant", \.timeConstant, in: .positive)
        }
    }

    static let kind = "resonator"
    static let states = ["membrane", "recovery"]
    let options: Options
    let coupling = Parameter(shape: [], initialization: .constant(0.2), decays: false)

    init() { options = Options() }
    init(_ options: Options, at site: LayerSite) { self.options = options }

    var parameters: [(name: String, parameter: Parameter)] { [("coupling", coupling)] }

    func step(
        _ current: Tensor, _ state: LayerState, timeStep: Double
    ) -> (spikes: Tensor, state: LayerState) {
        let (u, w) = charge(current, state, coupling: coupling.tensor, timeStep: timeStep)
        let s = spike(u - 1, surrogate: .triangular)
        return (s, LayerState(["membrane": u * (1 - s.detached), "recovery": w + s]))
    }

    func charge(
        _ current: Tensor, _ state: LayerState, coupling: Tensor, timeStep: Double
    ) -> (membrane: Tensor, recovery: Tensor) {
        let v = state["membrane"] ?? .zeros(current.shape)
        let w = state["recovery"] ?? .zeros(current.shape)
        let leak = Float(exp(-timeStep / options.timeConstant))
        let u = leak * v + current - coupling * w
        return (u, 0.8 * w + 0.1 * u)
    }
}
