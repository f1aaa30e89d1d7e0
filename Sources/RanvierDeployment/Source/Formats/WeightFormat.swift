/// How the weights of a layer lie in flash.
public enum WeightFormat: String, Sendable, Hashable, CaseIterable {
    /// All codes, in as few bits as hold them: ``PackedCodes``.
    case packed
    /// A bit for each place and the values of those there: ``WeightMap``.
    case map
    /// A list of columns and values for each row: ``WeightLists``.
    case lists
    /// Lists whose entries of 16 bits hold column and sign: weights of −1 and 1.
    case signedLists = "signed-lists"
    /// Values after runs of zeros of four bits: ``WeightRuns``.
    case runs
    /// Blocks of neighbours: ``WeightBlocks``.
    case blocks
    /// A plane of bits for +1 and one for −1, or one alone where no weight is 0: ``BitPlanes``.
    case planes
}

/// How the sums of a layer are made.
public enum SynapseKernel: String, Sendable, Hashable, CaseIterable {
    /// Each input that is not 0 adds its weights to the outputs that it reaches.
    case scatter
    /// Each output (of images each position) asks its inputs.
    case gather
    /// Each output counts bits of spikes and weights at once.
    case bitParallel = "bit-parallel"
}
