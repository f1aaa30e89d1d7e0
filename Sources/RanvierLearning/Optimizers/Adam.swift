import CRanvierKernels
import Foundation
import RanvierNetworks
import RanvierTensors

/// Adam, and AdamW with decoupled weight decay.
///
///     m ← β₁ m + (1 − β₁) g,   v ← β₂ v + (1 − β₂) g²
///     w ← w − η (m / (1 − β₁ᵗ)) / (√(v / (1 − β₂ᵗ)) + ε)
///
/// Source: Kingma & Ba 2015, algorithm 1; decoupled decay `w ← (1 − η λ) w`: Loshchilov & Hutter 2019.
public struct Adam: Optimizer {
    /// How weight decay enters.
    public enum Decay: Sendable, Hashable {
        /// Added to the gradient (L2).
        case coupled(Float)
        /// Shrinks the weights directly (AdamW).
        case decoupled(Float)
    }

    /// Step length η.
    public var learningRate: Float
    /// Decay of the first moment.
    public var beta1: Float
    /// Decay of the second moment.
    public var beta2: Float
    /// Added to the root, against division by 0.
    public var epsilon: Float
    /// Weight decay, for parameters that ``Parameter/decays`` marks.
    public var decay: Decay
    /// Steps taken.
    public private(set) var stepCount = 0
    private var first: [String: Tensor] = [:]
    private var second: [String: Tensor] = [:]

    /// Adam.
    public init(
        learningRate: Float = 1e-3, beta1: Float = 0.9, beta2: Float = 0.999, epsilon: Float = 1e-8,
        decay: Decay = .coupled(0)
    ) {
        self.learningRate = learningRate
        self.beta1 = beta1
        self.beta2 = beta2
        self.epsilon = epsilon
        self.decay = decay
    }

    /// One step.
    public mutating func update(
        _ parameters: [Parameter], gradients: [Tensor], rateFactor: Float
    ) {
        stepCount += 1
        let rate = learningRate * rateFactor
        // Not a copy of the whole optimiser: it would hold the moments and make each a copy.
        let (beta1, beta2, epsilon, decay) = (beta1, beta2, epsilon, decay)
        let correction1 = Float(1 - pow(Double(beta1), Double(stepCount)))
        let correction2 = Float(1 - pow(Double(beta2), Double(stepCount)))
        for (parameter, gradient) in zip(parameters, gradients) {
            let decays = parameter.decays
            let g = gradient.denseBuffer
            var m = first.removeValue(forKey: parameter.name) ?? .zeros(parameter.shape)
            var v = second.removeValue(forKey: parameter.name) ?? .zeros(parameter.shape)
            m.mutateScalars { m in
                v.mutateScalars { v in
                    parameter.mutateScalars(grain: updateGrain) { w, range in
                        let i = range.lowerBound
                        rnv_adam(
                            w.pointer + i, g.pointer + i, m.pointer + i, v.pointer + i,
                            range.count, rate, beta1, beta2, epsilon,
                            correction1, correction2, decays ? decay.coupled : 0,
                            decays ? decay.decoupled : 0)
                    }
                }
            }
            first[parameter.name] = m
            second[parameter.name] = v
        }
    }

    /// Two moments.
    public var valuesPerWeight: Int { 2 }

    /// Both moments by parameter.
    public var state: [String: Tensor] {
        var state: [String: Tensor] = [:]
        for (name, tensor) in first { state["first/" + name] = tensor }
        for (name, tensor) in second { state["second/" + name] = tensor }
        return state
    }

    /// The means of squares.
    public static let nonNegativeState = ["second/"]

    /// Takes over a stored state.
    public mutating func restore(state: [String: Tensor], stepCount: Int) {
        self.stepCount = stepCount
        first = state.entries(under: "first/")
        second = state.entries(under: "second/")
    }
}

extension Adam.Decay {
    fileprivate var coupled: Float { if case .coupled(let rate) = self { rate } else { 0 } }
    fileprivate var decoupled: Float { if case .decoupled(let rate) = self { rate } else { 0 } }
}
