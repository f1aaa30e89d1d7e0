import RanvierExact
import RanvierLearning
import RanvierNetworks
import RanvierSpikes
import RanvierTensors

/// A clocked network of the same neurons, weights and inputs as an event-driven LIF network of one
/// hidden layer, trained by surrogate gradients.
package final class ClockedTwin {
    /// Steps per membrane time constant.
    private static let resolution = 100.0
    /// Membrane time constant in seconds.
    private static let timeConstant = 10e-3

    private let network: Network
    /// `[T, 1, inputs]` input spikes.
    private let input: Tensor
    private let trial: Double
    /// Weights in the order of the synapses of the event-driven network.
    private var weights: [Double]
    private let hiddenWeightCount: Int

    package init(of study: SweptNetwork<LIFNeuron>, inputs: Int, hidden: Int) throws {
        let outputs = study.requests.count
        let neuron = LIFDynamics(reset: .hard, inputScale: .oneMinusLeak)
        network = try Network(
            inputShape: [inputs], timeStep: Self.timeConstant / Self.resolution
        ) {
            Linear(inputs, hidden, hasBias: false)
            LeakyIntegrator(membraneTimeConstant: Self.timeConstant / 2)
            LIF(leak: .timeConstant(Self.timeConstant), dynamics: neuron)
            Linear(hidden, outputs, hasBias: false)
            LeakyIntegrator(membraneTimeConstant: Self.timeConstant / 2)
            LIF(leak: .timeConstant(Self.timeConstant), dynamics: neuron)
        }
        trial = study.trial
        weights = study.network.synapses.map(\.weight)
        hiddenWeightCount = inputs * hidden
        let steps = Int(study.trial * Self.resolution)
        var raster = [Float](repeating: 0, count: steps * inputs)
        for spike in study.inputs {
            raster[min(Int(spike.time * Self.resolution), steps - 1) * inputs + spike.input] = 1
        }
        input = Tensor(spikes: raster, shape: [steps, 1, inputs])
        set(weights)
    }

    /// Trains the first output to spike most, by cross-entropy of spike counts.
    package func train(steps: Int) {
        var optimizer = Adam(learningRate: 0.01)
        let loss = CrossEntropy(of: .spikeCount)
        let context = ForwardContext(timeStep: network.timeStep)
        for _ in 0..<steps {
            let (_, gradients) = network.valueAndGradients {
                loss.value(of: network(input, in: context), labels: [0])
            }
            optimizer.update(network.trainableParameters, gradients: gradients, rateFactor: 1)
        }
        weights = network.trainableParameters.flatMap { parameter in
            Self.transposed(parameter.value.scalars.map(Double.init), rows: parameter.shape[0])
        }
    }

    /// First spike times of the outputs, in time constants, with all weights moved along a direction;
    /// the end of the trial where there is none.
    package func times(along direction: [Double], at distance: Double) -> [Double] {
        set(zip(weights, direction).map { $0 + distance * $1 })
        return network(input).firstSpikeSteps.scalars.map {
            min(Double($0) / Self.resolution, trial)
        }
    }

    private func set(_ weights: [Double]) {
        let parts = [weights.prefix(hiddenWeightCount), weights.dropFirst(hiddenWeightCount)]
        for (parameter, part) in zip(network.trainableParameters, parts) {
            // Synapses are ordered by target, weights of a layer by source.
            let values = Self.transposed(Array(part), rows: parameter.shape[1])
            parameter.value = Tensor(values.map(Float.init), shape: parameter.shape)
        }
    }

    private static func transposed(_ matrix: [Double], rows: Int) -> [Double] {
        let columns = matrix.count / rows
        return (0..<columns).flatMap { column in (0..<rows).map { matrix[$0 * columns + column] } }
    }
}
