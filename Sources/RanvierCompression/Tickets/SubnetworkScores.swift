import RanvierConfiguration
import RanvierNetworks
import RanvierTensors

/// A view that finds a subnetwork among frozen weights: a score for each, of which the largest decide what is there.
///
///     M = 1 for the share k of largest |S|, else 0        (ties: the smaller index goes first)
///     real    ŵ = W ⊙ M
///     binary  ŵ = α sign(W) ⊙ M,   α = Σ|W ⊙ M| / Σ M
///     ∂L/∂S = ∂L/∂ŵ ⊙ W ⊙ sign(S)            by weights
///     ∂L/∂S = ∂L/∂ŵ ⊙ α sign(W) ⊙ sign(S)    by the gain
///
/// The stored weights keep their first values; scores learn with any optimiser. α is the gain of least squares and follows from
/// each mask anew. Sources: Ramanujan et al. 2020 (edge-popup); Diffenderfer & Kailkhura 2021 (binary, multi-prize tickets);
/// for spiking networks Cheng et al. 2023, whose rule is the one by the gain.
///
/// Deviation: the published binary code divides by `⌊k n⌋`, which may differ by one from what its mask keeps; here it is the count.
public struct SubnetworkScores: ParameterView {
    /// What is seen of the weights that are there.
    public enum Gain: String, Sendable, Hashable, CaseIterable, Codable {
        /// The weights.
        case real
        /// Their signs, times their mean size.
        case binary
    }

    /// How a gradient reaches the scores.
    public enum Rule: String, Sendable, Hashable, CaseIterable, Codable {
        /// By the real weights, whatever is seen of them.
        case weights
        /// By the gain and the signs.
        case gain
    }

    /// `subnetwork-scores`.
    public static let kind = "subnetwork-scores"
    /// Between masks and quantisers.
    public static let rank = 10

    /// What is seen of the weights.
    public let gain: Gain
    /// How a gradient reaches the scores.
    public let rule: Rule
    /// Whether one threshold holds for all layers of the network; see ``RanvierNetworks/Network/updateGlobalThreshold()``.
    public let isGlobal: Bool
    /// One score for each weight.
    public let scores: Parameter
    /// The share k, one number that a schedule may change.
    private let keepParameter: Parameter
    /// What the size of a score must lie above where the choice is global, one number.
    private let thresholdParameter: Parameter

    /// A view with given first scores.
    ///
    /// - Parameters:
    ///   - scores: of the weights' shape.
    ///   - keep: share of the connections that are there, 0 < k ≤ 1.
    public init(
        scores: Tensor, keep: Double, gain: Gain = .real, rule: Rule = .weights,
        isGlobal: Bool = false
    ) {
        self.gain = gain
        self.rule = rule
        self.isGlobal = isGlobal
        self.scores = Parameter(value: scores, isPrunable: false)
        keepParameter = Parameter(
            value: Tensor([1], shape: [1]), isTrainable: false, decays: false)
        thresholdParameter = Parameter(
            value: Tensor([-1], shape: [1]), isTrainable: false, decays: false)
        self.keep = keep
    }

    /// Share of the connections that are there, 0 < k ≤ 1.
    public var keep: Double {
        get { keepParameter.value.scalars[0].inShortest }
        nonmutating set {
            precondition(
                newValue > 0 && newValue <= 1, "a subnetwork keeps 0 to 1, not \(newValue)")
            keepParameter.value = Tensor([Float(newValue)], shape: [1])
        }
    }

    /// What the size of a score must lie above where the choice is global.
    public internal(set) var threshold: Float {
        get { thresholdParameter.value.scalars[0] }
        nonmutating set { thresholdParameter.value = Tensor([newValue], shape: [1]) }
    }

    /// `scores`, `keep`, and `threshold` where the choice is global.
    public var parameters: [(name: String, parameter: Parameter)] {
        [("scores", scores), ("keep", keepParameter)]
            + (isGlobal ? [("threshold", thresholdParameter)] : [])
    }

    /// A share that is none.
    public func refusal(of values: [String: Tensor]) -> String? {
        let keep = values["keep"]?.scalars.first ?? 0
        return keep > 0 && keep <= 1 ? nil : "a share 'keep' of \(keep)"
    }

    /// False: weights are frozen.
    public var trainsStored: Bool { false }
    /// One for binary weights.
    public var bits: Int? { gain == .binary ? 1 : nil }
    /// True.
    public var removesConnections: Bool { true }

    /// The connections that are there.
    ///
    /// - Parameter alive: those that a mask leaves, among which k of them is sought; nil for all.
    public func mask(among alive: Tensor? = nil) -> Tensor {
        let values = scores.value
        if isGlobal {
            let kept = values.absoluteValue().isGreater(than: Tensor(threshold))
            return alive.map { kept * $0 } ?? kept
        }
        let part = (values, alive)
        let removed = Pruning.count(1 - keep, of: MagnitudeOrder.count(part))
        return MagnitudeOrder.masks(removing: removed, of: [part])[0]
    }

    /// Those of the mask.
    public func connections(of alive: Tensor?) -> Tensor? { mask(among: alive) }

    /// The mean size α of the weights that are there.
    public func scale(of weights: Tensor, mask: Tensor) -> Float {
        (weights.detached.absoluteValue() * mask).sum().scalar / max(mask.sum().scalar, 1)
    }

    /// The weights of the subnetwork.
    public func seen(_ stored: Tensor) -> Tensor { seen(stored, alive: nil) }

    /// The weights of the subnetwork among the connections that are there.
    public func seen(_ stored: Tensor, alive: Tensor?) -> Tensor {
        let weights = stored.detached, scores = scores.tensor
        let mask = mask(among: alive)
        let needsScale = gain == .binary || (rule == .gain && scores.isTracked)
        let signed =
            needsScale ? weights.sign() * scale(of: weights, mask: mask) : weights
        let effective = (gain == .binary ? signed : weights) * mask
        let direction = (rule == .gain ? signed : weights)
        let signs = scores.detached
        return Tape.record(effective, inputs: [scores]) { gradient in
            let moved = gradient * direction * signs.sign()
            return [alive.map { moved * $0 } ?? moved]
        }
    }

    /// `gain`, `rule` and `global`.
    public var options: ConfigurationValue {
        .section([
            .init("gain", .string(gain.rawValue)), .init("rule", .string(rule.rawValue)),
            .init("global", .boolean(isGlobal)),
        ])
    }

    /// What makes a stored view again; its numbers are restored with those of the network.
    static let viewKind = ViewKind(view: kind) { section, _, shape in
        SubnetworkScores(
            scores: .zeros(shape), keep: 1, gain: try section.choice("gain", default: .real),
            rule: try section.choice("rule", default: .weights),
            isGlobal: try section.boolean("global", default: false))
    }
}
