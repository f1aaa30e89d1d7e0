import RanvierTensors
import Testing

@testable import RanvierNetworks

/// Spikes and membranes of one neuron under a current without order, computed by the equations outside this project.
@Suite("Neurons by independent numbers")
struct NeuronNumbersTests {
    private static let current: [Float] = [
        0.9, 0.2, 0.7, 1.3, -0.4, 0.6, 0.8, 0.1, 1.6, 0.5, 0.3, -0.2, 1.1, 0.9, 0.4, 0.7, -0.6, 1.2,
        0.8, 0.3,
    ]

    /// A neuron, and what it does.
    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let change: @Sendable (inout PopulationDynamics, inout PopulationParameters) -> Void
        let spikes: [Float]
        let membrane: [Float]
    }

    @Test(arguments: cases)
    func neurons(_ neuron: Case) throws {
        var dynamics = PopulationDynamics()
        var numbers = PopulationParameters(leak: Tensor(0.9))
        neuron.change(&dynamics, &numbers)
        let current = Tensor(Self.current, shape: [Self.current.count, 1, 1])
        let response = dynamics.run(current, numbers, keepsMembrane: true)
        #expect(response.spikes.scalars == neuron.spikes)
        let membrane = try #require(response.membrane).scalars
        for (found, right) in zip(membrane, neuron.membrane) {
            #expect(abs(found - right) < 2e-5)
        }
        #expect(membrane.count == neuron.membrane.count)
    }

    static let cases = [
        Case(
            testDescription: "soft reset", change: { _, _ in },
            spikes: [0, 1, 0, 1, 0, 0, 1, 0, 1, 1, 0, 0, 1, 1, 0, 1, 0, 1, 0, 1],
            membrane: [
                0.9, 1.01, 0.709, 1.9381, 0.44429, 0.99986, 1.69987, 0.72989, 2.2569, 1.63121,
                0.86809, 0.58128, 1.62315, 1.46084, 0.81475, 1.43328, -0.21005, 1.01095, 0.80986,
                1.02887,
            ]),
        Case(
            testDescription: "hard reset", change: { dynamics, _ in dynamics.reset = .hard(to: 0) },
            spikes: [0, 1, 0, 1, 0, 0, 1, 0, 1, 0, 0, 0, 1, 0, 1, 0, 0, 1, 0, 1],
            membrane: [
                0.9, 1.01, 0.7, 1.93, -0.4, 0.24, 1.016, 0.1, 1.69, 0.5, 0.75, 0.475, 1.5275, 0.9,
                1.21, 0.7, 0.03, 1.227, 0.8, 1.02,
            ]),
        Case(
            testDescription: "hard reset below rest",
            change: { dynamics, _ in dynamics.reset = .hard(to: -0.3) },
            spikes: [0, 1, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 1, 0, 0, 1, 0],
            membrane: [
                0.9, 1.01, 0.43, 1.687, -0.67, -0.003, 0.7973, 0.81757, 2.33581, 0.23, 0.507,
                0.2563, 1.33067, 0.63, 0.967, 1.5703, -0.87, 0.417, 1.1753, 0.03,
            ]),
        Case(
            testDescription: "synaptic current",
            change: { _, numbers in numbers.synapticLeak = Tensor(0.7) },
            spikes: [0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1],
            membrane: [
                0.9, 1.64, 1.857, 2.968, 2.90889, 3.11438, 3.68041, 3.7566, 5.0219, 5.89838,
                6.30361, 5.8998, 6.29841, 6.99057, 7.34692, 7.78101, 6.95106, 7.14966, 7.59029,
                7.67017,
            ]),
        Case(
            testDescription: "adaptive threshold",
            change: { _, numbers in numbers.adaptation = (Tensor(0.8), Tensor(0.5)) },
            spikes: [0, 1, 0, 1, 0, 0, 1, 0, 1, 0, 0, 0, 1, 1, 0, 0, 0, 1, 0, 1],
            membrane: [
                0.9, 1.01, 0.709, 1.9381, 0.44429, 0.99986, 1.69987, 0.72989, 2.2569, 1.63121,
                1.76809, 1.39128, 2.35215, 2.11694, 1.40524, 1.96472, 1.16825, 2.25142, 1.92628,
                2.03365,
            ]),
        Case(
            testDescription: "refractory period",
            change: { dynamics, _ in dynamics.refractorySteps = 2 },
            spikes: [0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0, 0, 1, 0, 0, 0, 1],
            membrane: [
                0.9, 1.01, 0.01, 0.01, -0.391, 0.2481, 1.02329, 0.02329, 0.02329, 0.52096, 0.76886,
                0.49198, 1.54278, 0.54278, 0.54278, 1.1885, 0.1885, 0.1885, 0.96965, 1.17269,
            ]),
        Case(
            testDescription: "input scaled",
            change: { dynamics, _ in dynamics.inputScale = .oneMinusLeak },
            spikes: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
            membrane: [
                0.09, 0.101, 0.1609, 0.27481, 0.20733, 0.2466, 0.30194, 0.28174, 0.41357, 0.42221,
                0.40999, 0.34899, 0.42409, 0.47168, 0.46451, 0.48806, 0.37926, 0.46133, 0.4952,
                0.47568,
            ]),
        Case(
            testDescription: "recurrence",
            change: { _, numbers in numbers.coupling = Tensor(-0.5) },
            spikes: [0, 1, 0, 1, 0, 0, 0, 0, 1, 1, 0, 0, 0, 1, 0, 1, 0, 0, 1, 0],
            membrane: [
                0.9, 1.01, 0.209, 1.4881, -0.46071, 0.18536, 0.96682, 0.97014, 2.47313, 1.32582,
                0.09323, -0.11609, 0.99552, 1.79597, 0.61637, 1.25473, -0.87074, 0.41633, 1.1747,
                -0.04277,
            ]),
    ]
}
