import RanvierAnalysis

/// What came of a network of the grid.
struct SparseOutcome: Codable, Sendable {
    /// How it came about.
    enum Kind: String, Codable, Sendable, CaseIterable {
        case dense, ticket
        case random, reinitialized
        case earlyBird = "early-bird"
        case earlyTime = "early-time"
        case subnetwork
        case binarySubnetwork = "binary-subnetwork"
        case quantized
        case quantizedTicket = "quantized-ticket"
    }

    /// How it came about.
    var kind: Kind
    /// Share of the connections that is gone.
    var sparsity: Double
    /// Bits of a weight.
    var bits: Int
    /// Shares of samples that are answered rightly.
    var validation: Double
    /// The same of the test samples, seen once.
    var test: Double
    /// Bytes of weights with the indices of what is left.
    var weightBytes: Int
    /// Bytes of a field update: which connections there are, their weights, both.
    var update: UpdateSize
    /// Earth mover's distance of firing rates to the dense network, mean over layers; nil where there is none to compare with.
    var rateDistance: Double?
    /// Spikes and synaptic operations of a sample.
    var spikes: Double
    /// Synaptic operations of a sample.
    var operations: Double
    /// Energy of a decision at the width of the weights, without and with memory traffic, in picojoules.
    var picojoules: Double
    /// The same with memory traffic.
    var picojoulesWithMemory: Double
    /// Similarity to the dense network, layer by layer (linear CKA, unbiased, validation samples).
    var similarity: [Double]
    /// Epochs of its training, and of the search before.
    var epochs: Int
    /// Seconds of its training, and of the search before.
    var seconds: Double
    /// Further numbers: steps that an early choice of time took, predicted and measured speed.
    var notes: [String: Double] = [:]
}
