import RanvierConfiguration
import RanvierTensors

extension Network {
    /// Makes a network from its description and its stored tensors.
    ///
    /// - Throws: as ``init(_:seed:in:)``; ``NetworkError/parameters(expected:found:)`` where the tensors are not those of
    ///   the network.
    public convenience init(
        _ description: ClockedDescription, tensors: [String: Tensor], in registry: Registry
    ) throws {
        try self.init(description, drawsWeights: false, in: registry)
        var plain = tensors.filter { !$0.key.contains("/") }
        // Before anything of the shapes that the description claims is made.
        try Self.requireShapes(of: plain, as: parameters)
        var views = tensors.filter { $0.key.contains("/") }
        try restoreViews(description.views, from: &views, in: registry)
        // What belongs to no view is refused with the rest.
        plain.merge(views) { first, _ in first }
        try restore(plain)
    }
}
