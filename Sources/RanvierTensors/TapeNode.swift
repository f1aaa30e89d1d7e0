import Synchronization

/// What the tape remembers of one result: where its inputs come from and how to pull a gradient back.
///
/// Nodes form a chain as long as the computation, so they are released in a loop and not by recursion.
package final class TapeNode: @unchecked Sendable {
    /// Larger than that of every input.
    let sequence: UInt64
    /// The layer under which the operation ran, for messages.
    let layer: String
    private(set) var inputs: [TapeNode?]
    /// From the gradient of the result to the gradient of each input (nil: none).
    private(set) var adjoint: (@Sendable (Tensor) -> [Tensor?])?

    private static let counter = Atomic<UInt64>(0)

    // Axes of the gradient; one less than the tensor's where it is constant in time.
    private let gradientRank: Int

    init(
        inputs: [TapeNode?], layer: String, gradientRank: Int,
        adjoint: (@Sendable (Tensor) -> [Tensor?])?
    ) {
        self.gradientRank = gradientRank
        sequence = Self.counter.wrappingAdd(1, ordering: .relaxed).newValue
        self.layer = layer
        self.inputs = inputs
        self.adjoint = adjoint
    }

    /// Whether a gradient still has the time axis that this constant sequence shares.
    func sums(_ gradient: Tensor) -> Bool { gradient.rank > gradientRank }

    deinit {
        var chain = inputs.compactMap { $0 }
        inputs = []
        while var node = chain.popLast() {
            guard isKnownUniquelyReferenced(&node) else { continue }
            chain.append(contentsOf: node.inputs.compactMap { $0 })
            node.inputs = []
        }
    }
}
