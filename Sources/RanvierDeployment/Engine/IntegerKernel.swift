/// How a stage of an engine is computed. All ways give the same numbers.
public enum IntegerKernel: String, Sendable, Hashable, CaseIterable {
    /// Whole rows of weights of the inputs that spiked are added, a vector at a time.
    case rows
    /// Weights that are not 0 are listed for each input.
    case lists
    /// Spikes and weights are counted bit by bit: `pop(S & P) − pop(S & N)`. For the codes −1, 0 and 1 alone.
    case planes
    /// Numbers times rows of weights.
    case products
    /// One synapse after the other, into sums of later steps.
    case delayed
    /// Each spike or number through the window, all channels of a place at once.
    case scatter
    /// Windows of an image.
    case pooling
    /// Membranes of 16 bits, sums of 16 bits where none can leave them.
    case sixteen = "neurons of 16 bits"
    /// Membranes of 32 bits.
    case thirtyTwo = "neurons of 32 bits"
    /// One neuron after the other in 64 bits: levels, and products of wide membranes.
    case single = "neurons one by one"
}

/// How all-to-all synapses that hear spikes are to be computed.
public enum IntegerKernelChoice: String, Sendable, Hashable, CaseIterable {
    /// By counted operations on this processor, for the weights of each layer and the spikes of each step.
    case counted
    /// Rows, always.
    case rows
    /// Lists, always.
    case lists
    /// Bit planes wherever codes are −1, 0 and 1; rows elsewhere.
    case planes
}
