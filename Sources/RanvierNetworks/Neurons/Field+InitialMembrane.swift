import RanvierConfiguration
import RanvierTensors

extension Field {
    /// `initial-membrane`: the potential before the first step.
    static func initialMembrane(_ place: Place<Value, Float>) -> Field {
        .number("initial-membrane", place, in: Unbounded<Double>(), drawn: -0.5...0.5)
    }

    /// Neurons must start below the threshold, or all would fire whatever comes in.
    static func initialBelowThreshold(
        _ initial: Place<Value, Float>, _ threshold: Place<Value, Float>
    ) -> Field {
        .refusing("initial-membrane", "threshold") {
            $0[keyPath: initial] != 0 && $0[keyPath: initial] >= $0[keyPath: threshold]
        } because: {
            "an initial membrane of \($0[keyPath: initial]) is not below the threshold of "
                + "\($0[keyPath: threshold]); half of the threshold is usual"
        } settle: {
            $0[keyPath: initial] = 0
        }
    }
}

extension Float {
    /// Membranes `[B, …]` of this potential for a current `[T, B, …]`; nil for 0, from where neurons start by themselves.
    func firstState(for current: Tensor) -> Tensor? {
        self == 0 ? nil : Tensor(repeating: self, shape: Array(current.shape.dropFirst()))
    }

    /// The same; where each channel has a threshold of its own, the part of it that this potential is of the least one.
    ///
    /// - Parameters:
    ///   - thresholds: `[]` or `[C]`.
    ///   - threshold: what the potential stands beside in the options.
    func firstState(for current: Tensor, thresholds: Tensor, beside threshold: Float) -> Tensor? {
        guard thresholds.count > 1, self != 0 else { return firstState(for: current) }
        return Tensor.zeros(Array(current.shape.dropFirst()))
            + thresholds.detached * (self / threshold)
    }
}
