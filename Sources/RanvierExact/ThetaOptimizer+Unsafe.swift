import CRanvierKernels
import Foundation
import RanvierTensors

/// AdaBelief on the flat parameters of a layered network.
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
        _ network: inout ThetaClassifier<Scalar>, gradient: UnsafeBufferPointer<Scalar>,
        scale: Double, learningRate: Double, belief: AdaBelief.Belief
    ) {
        count += 1
        let total = mean.count
        let step = rnv_exact_adabelief(
            rate: learningRate, beta1: 0.9, beta2: 0.999,
            correction1: 1 - pow(0.9, Double(count)),
            correction2: 1 - pow(0.999, Double(count)), epsilon: 1e-16, scale: scale,
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
