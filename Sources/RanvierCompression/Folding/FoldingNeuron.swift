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
    /// The layer, where its neurons hear each other.
    var recurrent: RecurrentLIF?
    /// The same neurons with other numbers: codes of thresholds and initial membranes, one for each channel; the leak; levels.
    var make: (_ numbers: FoldedNumbers) -> any Layer

    /// Nil for a layer that is none of the neurons that can be folded.
    ///
    /// - Throws: ``FoldingError`` for neurons that could be, with options that cannot.
    init?(_ layer: any Layer, timeStep: Double, name: String) throws(FoldingError) {
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
        case let layer as RecurrentLIF:
            let dynamics = layer.dynamics, options = layer.options
            if let what = options.synapticLeak != nil
                ? "a synaptic leak, whose current would be a second membrane"
                : options.adaptationStrength > 0 ? "an adaptation, whose threshold moves" : nil
            {
                throw .layer(
                    name: name, kind: RecurrentLIF.kind,
                    reason: "it has \(what); train without it for whole numbers")
            }
            let numbers = layer.populationParameters(timeStep: timeStep)
            (leak, hasLeak) = (Double(numbers.leak.detached.scalar), true)
            thresholds = layer.thresholds.scalars.map { Double($0) }
            recurrent = layer
            make = { numbers in
                var own = dynamics
                (own.inputScale, own.membrane) = (.unit, numbers.levels)
                return RecurrentLIF(
                    weights: numbers.recurrence ?? layer.weights.seen,
                    thresholds: numbers.thresholds, leak: .factor(numbers.leak), dynamics: own)
            }
            note(dynamics.reset, dynamics.inputScale, dynamics.membrane)
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
    /// The leak, `1 − 2^−k`, `m / 4096` or 1.
    var leak: Double
    /// Levels of the membrane; nil where it needs no rounding.
    var levels: MembraneLevels?
    /// Recurrent weights; nil for neurons without any.
    var recurrence: Tensor?
}
