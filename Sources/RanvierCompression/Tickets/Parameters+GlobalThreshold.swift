import RanvierNetworks
import RanvierTensors

extension Network {
    /// Sets the one threshold of all global score views; see `updateGlobalThreshold()` of their parameters.
    ///
    /// - Throws: ``CompressionError/impossibleValue(what:expected:found:)`` where views disagree about the share.
    public func updateGlobalThreshold() throws(CompressionError) {
        try layerParameters.updateGlobalThreshold()
    }
}

extension Collection<Parameter> {
    /// The score views among what they are seen through.
    var scores: [SubnetworkScores] {
        flatMap { $0.views.compactMap { $0 as? SubnetworkScores } }
    }

    /// Sets the one threshold of all global score views to what keeps their share of all scores together:
    ///
    ///     thr = |S| at place ⌊(1 − k) n + 10⁻⁹⌋ − 1 of the ascending order, or −1;   M = [|S| > thr]
    ///
    /// To be called when the views are set, after each update of the scores, and when the share changes: `Hooks.project` is the
    /// place. Scores that tie with the threshold go, too.
    /// - Throws: ``CompressionError/impossibleValue(what:expected:found:)`` where views disagree about the share.
    public func updateGlobalThreshold() throws(CompressionError) {
        let views = scores.filter(\.isGlobal)
        guard let keep = views.first?.keep else { return }
        if let other = views.first(where: { $0.keep != keep }) {
            throw .impossibleValue(
                what: "share that a global subnetwork keeps", expected: "the same in all layers",
                found: "\(keep) and \(other.keep)")
        }
        // Masks of their own may have taken connections away.
        let masks = compactMap { parameter -> Tensor?? in
            parameter.views.contains { ($0 as? SubnetworkScores)?.isGlobal ?? false }
                ? .some(parameter.mask?.alive) : nil
        }
        let parts = zip(views, masks).map { ($0.scores.value, $1) }
        let count = parts.reduce(0) { $0 + MagnitudeOrder.count($1) }
        let removed = Pruning.count(1 - keep, of: count)
        let threshold =
            removed > 0 ? MagnitudeOrder.size(at: removed - 1, of: parts).size : -1
        for view in views { view.threshold = threshold }
    }
}
