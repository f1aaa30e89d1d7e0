import RanvierTensors

/// Takes away what has the smallest scores.
///
///     let outcome = try Pruning(.global(rate: 0.25)).masks(of: [
///         ScoredLayer(name: "hidden", scores: weights, alive: mask)
///     ])
///
/// Aliveness is in the masks and not in the weights: a trained weight can be exactly zero. Several layers count as one list in
/// their order. Complexity: O(n), by counting digits. Source: Han et al. 2015; global scope with rewinding: Frankle et al.
/// 2019; for spiking networks: Kim et al. 2022.
public struct Pruning: Sendable, Hashable {
    /// Among which weights, and how many.
    public var scope: PruningScope
    /// What happens at the edge.
    public var rule: PruningRule
    /// Whether a layer that would lose everything keeps its one largest; it is named in the outcome.
    public var guardsLayers: Bool

    /// Pruning by an exact count unless chosen.
    public init(_ scope: PruningScope, rule: PruningRule = .exactCount, guardsLayers: Bool = true) {
        self.scope = scope
        self.rule = rule
        self.guardsLayers = guardsLayers
    }

    /// `⌊r n + 10⁻⁹⌋`: without the guard, 0.29 of 100 would be 28.
    public static func count(_ rate: Double, of n: Int) -> Int {
        min(n, Int((rate * Double(n) + 1e-9).rounded(.down)))
    }

    /// What stays of some layers.
    ///
    /// - Throws: ``CompressionError`` for rates outside 0 … 1, scores that are not finite, masks of another shape.
    public func masks(of layers: [ScoredLayer]) throws(CompressionError) -> PruningOutcome {
        for layer in layers { try Self.check(layer) }
        var outcome: PruningOutcome
        switch scope {
        case .global(let rate):
            try Self.check(rate: rate)
            outcome = prune(layers, rate: rate)
        case .layerWise(let rate):
            try Self.check(rate: rate)
            outcome = joined(layers.map { prune([$0], rate: rate) })
        case .densities(let densities):
            guard densities.count == layers.count else {
                throw .impossibleValue(
                    what: "densities", expected: "one for each of \(layers.count) layers",
                    found: "\(densities.count)")
            }
            var parts: [PruningOutcome] = []
            for (layer, density) in zip(layers, densities) {
                try Self.check(rate: density)
                // What is gone already counts towards what shall be gone.
                let total = layer.scores.count, living = MagnitudeOrder.count(layer.part)
                let wanted = total - Self.count(1 - density, of: total)
                let rate = living > wanted ? Double(living - wanted) / Double(living) : 0
                parts.append(prune([layer], rate: rate))
            }
            outcome = joined(parts)
        }
        if guardsLayers { keepLargest(of: layers, in: &outcome) }
        return outcome
    }

    private func joined(_ parts: [PruningOutcome]) -> PruningOutcome {
        PruningOutcome(
            masks: parts.flatMap(\.masks), thresholds: parts.flatMap(\.thresholds),
            removed: parts.reduce(0) { $0 + $1.removed }, guarded: [])
    }

    private func prune(_ layers: [ScoredLayer], rate: Double) -> PruningOutcome {
        let parts = layers.map(\.part)
        let living = parts.reduce(0) { $0 + MagnitudeOrder.count($1) }
        let count = Self.count(rate, of: living)
        func outcome(below threshold: Double?) -> PruningOutcome {
            let removed =
                threshold.map { MagnitudeOrder.count(below: $0, of: parts) } ?? living
            return PruningOutcome(
                masks: MagnitudeOrder.masks(removing: removed, of: parts),
                thresholds: [threshold], removed: removed, guarded: [])
        }
        switch rule {
        case .exactCount:
            return PruningOutcome(
                masks: MagnitudeOrder.masks(removing: count, of: parts), thresholds: [nil],
                removed: count, guarded: [])
        case .thresholdStrict:
            return outcome(
                below: count < living
                    ? Double(MagnitudeOrder.size(at: count, of: parts).size) : nil)
        case .percentile:
            // By way of percent, whose rounding decides at edges as in the published code.
            return outcome(below: MagnitudeOrder.quantile(100 * rate / 100, of: parts))
        }
    }

    private func keepLargest(of layers: [ScoredLayer], in outcome: inout PruningOutcome) {
        for (index, layer) in layers.enumerated() {
            let mask = outcome.masks[index]
            guard MagnitudeOrder.count((mask, mask)) == 0,
                let kept = MagnitudeOrder.largest(of: layer.part)
            else { continue }
            outcome.masks[index].mutateScalars { $0.pointer[kept] = 1 }
            outcome.removed -= 1
            outcome.guarded.append(layer.name)
        }
    }

    private static func check(rate: Double) throws(CompressionError) {
        guard (0...1).contains(rate) else {
            throw .impossibleValue(
                what: "a share of weights", expected: "0 to 1", found: "\(rate)")
        }
    }

    private static func check(_ layer: ScoredLayer) throws(CompressionError) {
        guard layer.scores.isFinite else { throw .notFinite(layer: layer.name, what: "scores") }
        guard let alive = layer.alive else { return }
        guard alive.shape == layer.scores.shape else {
            throw .mismatch(
                layer: layer.name, what: "the mask", expected: "shape \(layer.scores.shape)",
                found: "shape \(alive.shape)")
        }
    }
}
