import CRanvierKernels
import RanvierLearning
import RanvierTensors

/// ``AdaBelief`` in vector lanes on the flat parameters of a layered network.
struct ThetaOptimizer<Scalar: ThetaScalar>: Sendable {
    private var mean: AlignedArray<Scalar>
    private var variance: AlignedArray<Scalar>
    private(set) var count = 0

    init(count: Int) {
        mean = AlignedArray(zeros: count)
        variance = AlignedArray(zeros: count)
    }

    /// Both means and the number of steps, to store and to go on from.
    var state: (mean: [Scalar], variance: [Scalar], count: Int) {
        get { (Array(mean), Array(variance), count) }
        set {
            mean = AlignedArray(newValue.mean)
            variance = AlignedArray(newValue.variance)
            count = newValue.count
        }
    }

    /// Takes over the state of another optimiser of the same network without taking memory.
    mutating func copy(from other: ThetaOptimizer) {
        mean.copy(from: other.mean)
        variance.copy(from: other.variance)
        count = other.count
    }

    mutating func update(
        _ network: inout FastThetaNetwork<Scalar>, gradient: UnsafeBufferPointer<Scalar>,
        scale: Double, learningRate: Double, belief: AdaBelief.Belief
    ) {
        count += 1
        let total = mean.count
        let rule = AdaBelief.Rule()
        let corrections = rule.corrections(step: count)
        let step = rnv_exact_adabelief(
            rate: learningRate, beta1: rule.beta1, beta2: rule.beta2,
            correction1: corrections.mean, correction2: corrections.variance,
            epsilon: rule.epsilon, scale: scale,
            previous: belief == .previousMean ? 1 : 0)
        guard let gradient = gradient.baseAddress else { return }
        mean.withMutableBase { mean in
            variance.withMutableBase { variance in
                network.parameters.withMutableBase { parameters in
                    let all = Pointers(
                        gradient: gradient, mean: mean, variance: variance,
                        parameters: parameters)
                    Parallel.forEachRange(of: total, grain: 1 << 14) { range in
                        all.update(range, step)
                    }
                }
            }
        }
    }

    /// Pointers into lists of one length; parts of a loop touch disjoint ranges.
    private struct Pointers: @unchecked Sendable {
        let gradient: UnsafePointer<Scalar>
        let mean: UnsafeMutablePointer<Scalar>
        let variance: UnsafeMutablePointer<Scalar>
        let parameters: UnsafeMutablePointer<Scalar>

        func update(_ range: Range<Int>, _ step: rnv_exact_adabelief) {
            let start = range.lowerBound
            withUnsafePointer(to: step) {
                Scalar.adaBelief(
                    $0, count: range.count, gradient: gradient + start, mean: mean + start,
                    variance: variance + start, parameters: parameters + start)
            }
        }
    }
}
