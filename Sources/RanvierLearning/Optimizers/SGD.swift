import CRanvierKernels
import RanvierNetworks
import RanvierTensors

/// Stochastic gradient descent with momentum and weight decay.
///
///     g' = g + λ w,   m ← μ m + g',   w ← w − η m          (Nesterov: w ← w − η (g' + μ m))
///
/// Decay applies to parameters that ``Parameter/decays`` marks.
public struct SGD: Optimizer {
    /// Step length η.
    public var learningRate: Float
    /// Momentum μ.
    public var momentum: Float
    /// Weight decay λ.
    public var weightDecay: Float
    /// Whether the step looks ahead.
    public var isNesterov: Bool
    /// Steps taken.
    public private(set) var stepCount = 0
    private var velocity: [String: Tensor] = [:]

    /// Gradient descent; plain without momentum.
    public init(
        learningRate: Float, momentum: Float = 0, weightDecay: Float = 0, isNesterov: Bool = false
    ) {
        self.learningRate = learningRate
        self.momentum = momentum
        self.weightDecay = weightDecay
        self.isNesterov = isNesterov
    }

    /// One step.
    public mutating func update(
        _ parameters: [Parameter], gradients: [Tensor], rateFactor: Float
    ) {
        stepCount += 1
        let rate = learningRate * rateFactor, momentum = momentum, isNesterov = isNesterov
        for (parameter, gradient) in zip(parameters, gradients) {
            let decay = parameter.decays ? weightDecay : 0
            let g = gradient.denseBuffer
            var speed = velocity.removeValue(forKey: parameter.name) ?? .zeros(parameter.shape)
            speed.mutateScalars { m in
                parameter.mutateScalars { w in
                    Parallel.forEachRange(of: w.count, grain: updateGrain) { range in
                        let i = range.lowerBound
                        rnv_sgd(
                            w.pointer + i, g.pointer + i, m.pointer + i, range.count, rate,
                            momentum,
                            decay, isNesterov ? 1 : 0)
                    }
                }
            }
            velocity[parameter.name] = speed
        }
    }

    /// The velocity.
    public var valuesPerWeight: Int { 1 }

    /// Velocities by parameter.
    public var state: [String: Tensor] {
        Dictionary(uniqueKeysWithValues: velocity.map { ("velocity/" + $0, $1) })
    }

    /// Takes over a stored state.
    public mutating func restore(state: [String: Tensor], stepCount: Int) {
        self.stepCount = stepCount
        velocity = state.entries(under: "velocity/")
    }
}

extension [String: Tensor] {
    /// The tensors whose names begin with `prefix`, under the rest of the name.
    func entries(under prefix: String) -> [String: Tensor] {
        var found: [String: Tensor] = [:]
        for (name, tensor) in self where name.hasPrefix(prefix) {
            found[String(name.dropFirst(prefix.count))] = tensor
        }
        return found
    }
}
