import RanvierAnalysis
import RanvierLearning
import RanvierNetworks
import RanvierSpikes
import RanvierTensors

/// `W5`: training steps of 700 inputs, 256 recurrent neurons and 20 leaky integrators on events, 100 steps,
/// loss the cross-entropy of the mean membrane, Adam. The shape of the Spiking Heidelberg Digits.
public struct RecurrentBench: Workload {
    /// Creates the workload.
    public init() {}

    /// `W5`.
    public let name = "W5"
    /// What is done.
    public let summary = "training step of a recurrent network 700-256-20 on events, batch 256"

    /// The network before training.
    static func network() throws -> Network {
        let dynamics = LIFDynamics.workload
        return try Network(inputShape: [700]) {
            Linear(700, 256, gain: 2)
            RecurrentLIF(
                256, leak: .factor(0.95),
                dynamics: PopulationDynamics(
                    reset: dynamics.reset, detachesReset: true, tie: dynamics.tie,
                    surrogate: dynamics.surrogate), gain: 0.5)
            Linear(256, 20)
            LeakyIntegrator(leak: .factor(0.95))
        }
    }

    /// Runs the steps; `--runs` is the number of timed ones, 16 if not given.
    public func run(_ request: BenchRequest, events: WorkEvents) throws -> BenchResult {
        let batch = request.batch ?? 256
        let network = try Self.network()
        var (input, labels) = BenchData.spoken(count: batch)
        if let density = request.density {
            input = BenchData.events(shape: input.shape, density: density, name: name)
        }
        return try TrainingStepBench(
            name: name, network: network, loss: .crossEntropy(of: .meanMembrane),
            learningRate: 1e-3, runs: 16,
            floor: ClockedFloor(
                neuronSteps: 100 * batch * (256 + 20),
                inputGradientProducts: 100 * batch * 256 * (256 + 20))
        ).run(
            input, labels: labels, request: request,
            events: events)
    }
}
