import CRanvierKernels
import RanvierConfiguration
import RanvierLearning
import RanvierNetworks
import RanvierTensors

/// Spikes before an epoch that weights are inferred from.
struct SpikeTimingInferenceAligner: FeedbackAligner {
    let rule: SpikeTimingInference
    let seed: UInt64
    /// Estimates by the name of the forward weights, `[upper, lower]`, before they are brought to size.
    private var estimates: [String: Tensor] = [:]
    /// Thresholds of upper neurons.
    private var thresholds: [String: Tensor] = [:]

    init(rule: SpikeTimingInference, seed: UInt64) {
        self.rule = rule
        self.seed = seed
    }

    mutating func align(
        _ stack: inout [FeedbackLayer], epoch: Int
    ) throws -> [String: ConfigurationValue] {
        let stream = RandomStream(seed: seed, name: "stdwi").substream(epoch)
        func kept(_ timeConstant: Double) -> Float {
            Float(Leak.timeConstant(timeConstant).factor(timeStep: rule.timeStep))
        }
        var spikes: [ConfigurationValue.Entry] = []
        for index in stack.indices {
            let layer = stack[index], own = stream.substream(index)
            let lower = layer.weights.shape[0], upper = layer.weights.shape[1]
            var estimate = estimates[layer.name] ?? .zeros([upper, lower])
            var threshold = thresholds[layer.name] ?? .ones([upper])
            let probe = rnv_stdwi_t(
                lower: lower, upper: upper, steps: Int((rule.duration / rule.timeStep).rounded()),
                block: max(Int((rule.block / rule.timeStep).rounded()), 1),
                active: max(Int((rule.activeShare * Double(lower)).rounded()), 1),
                spike: Float(rule.inputRate * rule.timeStep),
                keep_fast: kept(rule.fastTimeConstant),
                keep_slow: kept(rule.slowTimeConstant),
                jump_slow: Float(rule.fastTimeConstant / rule.slowTimeConstant),
                keep_synapse: kept(5e-3),
                keep_membrane: kept(10e-3),
                target: Float(rule.outputRate * rule.timeStep), adaptation: 0.02,
                rate: rule.rate, decay: rule.decay, seed: own.seed, stream: own.stream)
            let weights = layer.weights.denseBuffer
            var count: Int = 0
            withExtendedLifetime(weights) {
                estimate.mutateScalars { estimate in
                    threshold.mutateScalars { threshold in
                        var probe = probe
                        count = Int(
                            rnv_stdwi(
                                &probe, weights.pointer, estimate.pointer, threshold.pointer))
                    }
                }
            }
            estimates[layer.name] = estimate
            thresholds[layer.name] = threshold
            stack[index].feedback = estimate.transposed([1, 0])
            spikes.append(.init(layer.name, .integer(count)))
        }
        return ["probeSpikes": .section(spikes)]
    }

    var state: [String: Tensor] {
        var state: [String: Tensor] = [:]
        for (name, tensor) in estimates { state["estimate/" + name] = tensor }
        for (name, tensor) in thresholds { state["threshold/" + name] = tensor }
        return state
    }

    mutating func restore(_ state: [String: Tensor], for stack: [FeedbackLayer]) throws {
        (estimates, thresholds) = ([:], [:])
        var expected: [String: [Int]] = [:]
        for layer in stack where state["estimate/" + layer.name] != nil {
            let shape = layer.weights.shape
            guard shape.count == 2 else { continue }
            expected["estimate/" + layer.name] = [shape[1], shape[0]]
            expected["threshold/" + layer.name] = [shape[1]]
        }
        try TrainingStateError.require(
            state.mapValues(\.shape), as: expected, what: "tensor of the alignment")
        for layer in stack {
            estimates[layer.name] = state["estimate/" + layer.name]
            thresholds[layer.name] = state["threshold/" + layer.name]
        }
    }
}

/// Spikes before an epoch whose effects are found.
struct RegressionDiscontinuityAligner: FeedbackAligner {
    let rule: RegressionDiscontinuity
    let seed: UInt64
    /// `[lower, upper, 4]`: c₁ and c₂ where the neuron fired, then where it did not.
    private var fits: [String: Tensor] = [:]

    init(rule: RegressionDiscontinuity, seed: UInt64) {
        self.rule = rule
        self.seed = seed
    }

    mutating func align(
        _ stack: inout [FeedbackLayer], epoch: Int
    ) throws -> [String: ConfigurationValue] {
        let stream = RandomStream(seed: seed, name: "rdd").substream(epoch)
        func kept(_ timeConstant: Double) -> Float {
            Float(Leak.timeConstant(timeConstant).factor(timeStep: rule.timeStep))
        }
        let keepSynapse = kept(rule.synapticTimeConstant)
        let keepMembrane = kept(rule.membraneTimeConstant)
        var windows: [ConfigurationValue.Entry] = []
        for index in stack.indices {
            let layer = stack[index], own = stream.substream(index)
            let lower = layer.weights.shape[0], upper = layer.weights.shape[1]
            var fit = fits[layer.name] ?? .zeros([lower, upper, 4])
            let probe = rnv_rdd_t(
                lower: lower, upper: upper, steps: Int((rule.duration / rule.timeStep).rounded()),
                window: max(Int((rule.window / rule.timeStep).rounded()), 2),
                refractory: Int((rule.refractoryPeriod / rule.timeStep).rounded()),
                keep_synapse: keepSynapse, keep_membrane: keepMembrane, margin: rule.margin,
                drive: rule.drive,
                noise: rule.noise * Self.whitening(keepSynapse, keepMembrane), rate: rule.rate,
                seed: own.seed, stream: own.stream)
            let weights = layer.weights.denseBuffer
            var effects = Tensor.zeros([lower, upper])
            var count = 0
            withExtendedLifetime(weights) {
                fit.mutateScalars { fit in
                    effects.mutateScalars { effects in
                        var probe = probe
                        count = Int(
                            rnv_rdd(&probe, weights.pointer, fit.pointer, effects.pointer))
                    }
                }
            }
            fits[layer.name] = fit
            stack[index].feedback = effects
            windows.append(.init(layer.name, .integer(count)))
        }
        return ["probeWindows": .section(windows)]
    }

    /// Deviation of white noise that leaves a membrane, behind a synapse, with a deviation of 1.
    ///
    /// Of `x ← d x + ξ`, `u ← m u + (1 − m) x` the variance of u is `(1−m)² (1 + m d) / ((1 − m²)(1 − d²)(1 − m d))`.
    static func whitening(_ d: Float, _ m: Float) -> Float {
        let variance =
            (1 - m) * (1 - m) * (1 + m * d) / ((1 - m * m) * (1 - d * d) * (1 - m * d))
        return 1 / variance.squareRoot()
    }

    var state: [String: Tensor] {
        var state: [String: Tensor] = [:]
        for (name, tensor) in fits { state["fit/" + name] = tensor }
        return state
    }

    mutating func restore(_ state: [String: Tensor], for stack: [FeedbackLayer]) throws {
        fits = [:]
        var expected: [String: [Int]] = [:]
        for layer in stack where state["fit/" + layer.name] != nil {
            expected["fit/" + layer.name] = layer.weights.shape + [4]
        }
        try TrainingStateError.require(
            state.mapValues(\.shape), as: expected, what: "tensor of the alignment")
        for layer in stack { fits[layer.name] = state["fit/" + layer.name] }
    }
}
