import RanvierLearning
import RanvierNetworks
import RanvierSpikes
import RanvierTensors

/// Sizes of a network that say what a rule of learning moves and keeps.
struct SynapseLoad {
    /// Weights that connect, all layers together; those of a convolution count once.
    private(set) var synapses = 0
    /// Numbers that come out of each layer of synapses for one sample and step, the first layer first.
    private(set) var outputs: [Int] = []
    /// Numbers that go into each.
    private(set) var inputs: [Int] = []
    /// Steps of a sequence.
    let steps: Int

    init(of model: ClockedModel) {
        steps = model.family == .artificial ? 1 : model.encoder.steps
        var shape = model.network.inputShape
        for stage in model.network.stages {
            // A network that was built has shapes that fit.
            guard let next = try? stage.layer.outputShape(for: shape) else { break }
            let own = stage.layer.parameters.map(\.parameter).filter(\.isPrunable)
            if !own.isEmpty {
                synapses += own.reduce(0) { $0 + $1.shape.reduce(1, *) }
                inputs.append(shape.reduce(1, *))
                outputs.append(next.reduce(1, *))
            }
            shape = next
        }
    }

    /// Bytes of the errors of a sample that go from each layer to the one below, in single precision at every step.
    var errorBytes: Double { 4 * Double(outputs.dropFirst().reduce(0, +) * steps) }

    /// Bytes that a neuron keeps so that errors can go back through time: a membrane in single precision and a spike per step.
    var pastBytesPerNeuron: Double { steps > 1 ? Double(steps) * (4 + 0.125) : 4 }
}
