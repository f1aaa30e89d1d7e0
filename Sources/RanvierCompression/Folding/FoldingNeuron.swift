import RanvierNetworks
import RanvierTensors

/// What folding has to know of spiking neurons, and how it makes them again.
struct FoldingNeuron {
    /// Factor β of a step; 1 for neurons that forget nothing.
    var leak: Double
    /// Whether β is left to be rounded to a shift; neurons without a leak have none.
    var hasLeak: Bool
    /// θ, one, or one for each channel.
    var thresholds: [Double]
    /// The part of its threshold that a membrane begins with.
    var initialShare: Float = 0
    /// With which weight currents enter.
    var inputScale = 1.0
    /// What the leak adds at every step.
    var drift = 0.0
    /// Where a hard reset ends; nil for the others.
    var resetPotential: Double?
    /// Whether θ is subtracted a step late.
    var isDelayed = false
    /// Levels of the membrane.
    var levels: MembraneLevels?
    /// Whether the layer hands on membranes.
    var givesMembrane = false
    /// The same neurons with other numbers: codes of thresholds and initial membranes, one for each channel; the leak; levels.
    var make: (_ numbers: FoldedNumbers) -> any Layer

    /// Nil for a layer that is none of the neurons that can be folded.
    init?(_ layer: any Layer, timeStep: Double) {
        switch layer {
        case let layer as IntegrateAndFire:
            let dynamics = layer.dynamics
            (leak, hasLeak) = (1, false)
            thresholds = layer.thresholds.scalars.map { Double($0) }
            make = { numbers in
                var own = dynamics
                (own.inputScale, own.membrane) = (.unit, numbers.levels)
                return IntegrateAndFire(
                    thresholds: numbers.thresholds, initialShare: numbers.initialShare,
                    dynamics: own)
            }
            initialShare = layer.options.initialMembrane / layer.options.threshold
            note(dynamics.reset, dynamics.inputScale, dynamics.membrane)
        case let layer as LIF:
            let dynamics = layer.dynamics, output = layer.output
            (leak, hasLeak) = (Double(layer.leakFactor(timeStep: timeStep).detached.scalar), true)
            thresholds = layer.thresholds.scalars.map { Double($0) }
            make = { numbers in
                var own = dynamics
                (own.inputScale, own.membrane) = (.unit, numbers.levels)
                own.leakTarget = .zero
                return LIF(
                    leak: .factor(numbers.leak), thresholds: numbers.thresholds,
                    initialShare: numbers.initialShare, dynamics: own, output: output)
            }
            initialShare = layer.options.initialMembrane / layer.options.threshold
            note(dynamics.reset, dynamics.inputScale, dynamics.membrane)
            givesMembrane = output == .membrane
            if dynamics.leakTarget == .reset { drift = (1 - leak) * (resetPotential ?? 0) }
        default: return nil
        }
    }

    private mutating func note(_ reset: Reset, _ scale: InputScale, _ membrane: MembraneLevels?) {
        if case .hard(let potential) = reset { resetPotential = Double(potential) }
        isDelayed = reset == .softDelayed
        inputScale = scale == .oneMinusLeak ? 1 - leak : 1
        levels = membrane
    }
}

/// The numbers of neurons in whole numbers.
struct FoldedNumbers {
    /// Codes of θ, one for each channel.
    var thresholds: [Float]
    /// The part of its threshold that a membrane begins with.
    var initialShare: Float
    /// The leak, `1 − 2^−k` or 1.
    var leak: Double
    /// Levels of the membrane; nil where it needs no rounding.
    var levels: MembraneLevels?
}
