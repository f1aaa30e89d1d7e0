import CRanvierKernels
import Foundation
import RanvierTensors

/// AdaBelief on the flat parameters of a layered network.
struct ThetaOptimizer<Scalar: ThetaScalar>: Sendable {
    private var mean: [Scalar]
    private var variance: [Scalar]
    private(set) var count = 0

    init(count: Int) {
        mean = Array(repeating: 0, count: count)
        variance = Array(repeating: 0, count: count)
    }

    /// Both means and the number of steps, to store and to go on from.
    var state: (mean: [Scalar], variance: [Scalar], count: Int) {
        get { (mean, variance, count) }
        set { (mean, variance, count) = newValue }
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
        mean.withUnsafeMutableBufferPointer { mean in
            variance.withUnsafeMutableBufferPointer { variance in
                network.parameters.withUnsafeMutableBufferPointer { parameters in
                    guard let mean = mean.baseAddress, let variance = variance.baseAddress,
                        let parameters = parameters.baseAddress,
                        let gradient = gradient.baseAddress
                    else { return }
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
