import RanvierNetworks
import RanvierTensors

/// A change that may be worth training: connections that go, bits that are left, or both.
public struct CompressionCandidate: Sendable, Hashable, Codable, CustomStringConvertible {
    /// Share of the living connections that go.
    public var rate: Double
    /// Bits of a weight; nil for as many as there are.
    public var bits: Int?

    /// A candidate.
    public init(rate: Double = 0, bits: Int? = nil) {
        self.rate = rate
        self.bits = bits
    }

    /// `rate 0.5, 4 bits`.
    public var description: String {
        [rate > 0 || bits == nil ? "rate \(rate)" : nil, bits.map { "\($0) bits" }]
            .compactMap { $0 }.joined(separator: ", ")
    }

    /// The prunable weights as layers would see them, by name; the network stays as it is.
    ///
    /// Connections go by global exact count; bits are those of a ``RanvierNetworks/SymmetricQuantizer`` on what is left, which
    /// rounds what is seen now: quantisers that are there act before.
    ///
    /// - Parameters:
    ///   - criterion: which connections are worth least.
    ///   - layers: what it needs to know; weights and masks if left out.
    /// - Throws: ``CompressionError`` for a rate outside 0 … 1, bits outside 2 … 16, and what the criterion lacks.
    public func weights(
        of network: Network, by criterion: any PruningCriterion = MagnitudeCriterion(),
        layers: [PruningLayer]? = nil
    ) throws(CompressionError) -> [String: Tensor] {
        if let bits, !(2...16).contains(bits) {
            throw .impossibleValue(
                what: "bits of a weight", expected: "2 to 16", found: "\(bits)")
        }
        let parameters = network.prunableParameters
        let layers =
            layers
            ?? parameters.map {
                PruningLayer(name: $0.name, weights: $0.value, alive: $0.mask?.alive)
            }
        guard layers.map(\.name) == parameters.map(\.name) else {
            throw .mismatch(
                layer: layers.first?.name ?? "", what: "layers",
                expected: parameters.map(\.name).joined(separator: ", "),
                found: layers.map(\.name).joined(separator: ", "))
        }
        let masks = try criterion.prune(layers, by: Pruning(.global(rate: rate))).masks
        var changed: [String: Tensor] = [:]
        for (parameter, mask) in zip(parameters, masks) {
            let left = parameter.seen.dense * mask
            changed[parameter.name] =
                bits.map { SymmetricQuantizer(bits: $0).seen(left, alive: mask).detached } ?? left
        }
        return changed
    }
}
