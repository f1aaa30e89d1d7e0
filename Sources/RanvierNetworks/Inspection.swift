/// What layers tell of a forward pass to whoever asks for more than an observer hears.
///
/// It costs a potential for each neuron and step, and is worked out only where ``ForwardContext/inspector`` is set.
public enum Inspection {
    /// What comes into the synapses of a layer.
    case input(SynapseRecord)
    /// The spikes of the step before that a layer of neurons hears of itself through its recurrent weights.
    case recurrentInput(SynapseRecord)
    /// The membranes of a layer of neurons.
    case membranes(MembraneRecord)
}
