import RanvierConfiguration
import RanvierLearning
import RanvierNetworks
import RanvierTensors

/// What changes feedback weights while the forward ones learn, step by step.
protocol FeedbackFollower: Sendable {
    /// Hears of the beginning of an epoch.
    mutating func begin(_ feedback: inout [String: Tensor], beside weights: [Parameter])

    /// Hears of an update of the forward weights.
    ///
    /// - Parameters:
    ///   - weights: those that the rule concerns.
    ///   - before: their values before the update, in order.
    ///   - rate: length of the step.
    mutating func follow(
        _ feedback: inout [String: Tensor], beside weights: [Parameter], from before: [Tensor],
        rate: Float)

    /// What there is to tell of an epoch.
    var told: [String: ConfigurationValue] { get }
}

/// The same update for both, and the same decay.
///
///     W ← W + ΔW − η λ W,   B ← B + ΔW − η λ B,   so that   W − B ← (1 − η λ) (W − B)
///
/// with whatever change `ΔW` the optimiser makes: momentum, Adam and clipping are in it, and the contraction is exact for all of
/// them. Source: Kolen & Pollack 1994; Akrout et al. 2019. Deviation: the decay stands outside of the momentum.
struct KolenPollackFollower: FeedbackFollower {
    /// λ.
    let decay: Float

    mutating func begin(_ feedback: inout [String: Tensor], beside weights: [Parameter]) {}

    mutating func follow(
        _ feedback: inout [String: Tensor], beside weights: [Parameter], from before: [Tensor],
        rate: Float
    ) {
        let share = rate * decay
        for (parameter, old) in zip(weights, before) {
            guard let own = feedback[parameter.name] else { continue }
            let new = parameter.value
            feedback[parameter.name] = own + (new - old) - own * share
            parameter.value = new - old * share
        }
    }

    var told: [String: ConfigurationValue] { [:] }
}

/// Copies of the forward weights, taken now and then.
struct CopyFollower: FeedbackFollower {
    /// Steps between copies; nil for once in an epoch.
    let every: Int?
    /// Share of `|W|` by which feedback weights may be off before they are copied; nil for copies by the clock alone.
    let distance: Double?
    private var steps = 0
    private var copies = 0

    init(every: Int?, distance: Double?) {
        self.every = every
        self.distance = distance
    }

    mutating func begin(_ feedback: inout [String: Tensor], beside weights: [Parameter]) {
        (steps, copies) = (0, 0)
        refresh(&feedback, beside: weights, all: distance == nil)
    }

    mutating func follow(
        _ feedback: inout [String: Tensor], beside weights: [Parameter], from before: [Tensor],
        rate: Float
    ) {
        steps += 1
        let isDue = every.map { steps % $0 == 0 } ?? false
        if isDue || distance != nil { refresh(&feedback, beside: weights, all: isDue) }
    }

    private mutating func refresh(
        _ feedback: inout [String: Tensor], beside weights: [Parameter], all: Bool
    ) {
        for parameter in weights {
            guard let own = feedback[parameter.name] else { continue }
            // What memory holds, not what a device makes of it.
            let value = parameter.value
            if !all, let distance {
                let off = GradientClipping.norm(of: [value - own])
                guard off > distance * GradientClipping.norm(of: [value]) else { continue }
            }
            feedback[parameter.name] = value
            copies += 1
        }
    }

    var told: [String: ConfigurationValue] { ["feedbackCopies": .integer(copies)] }
}
