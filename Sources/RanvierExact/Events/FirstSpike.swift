import Foundation

/// Closed forms of the first spike of one neuron whose inputs spike once each.
///
/// All three find the causal set, the inputs before the output spike, by adding inputs in order of time
/// until the spike computed from them comes before the next input.
public enum FirstSpike {
    /// A first spike and its derivatives; `time` is `.infinity` where the neuron stays silent.
    public struct Result: Sendable, Equatable {
        /// When the neuron spikes.
        public var time: Double
        /// Derivative by each weight, 0 outside the causal set.
        public var byWeights: [Double]
        /// Derivative by each input time, 0 outside the causal set.
        public var byTimes: [Double]

        static func silent(_ count: Int) -> Result {
            let zeros = [Double](repeating: 0, count: count)
            return Result(time: .infinity, byWeights: zeros, byTimes: zeros)
        }
    }

    /// Current-based LIF neuron with leak g = 1 and τ_m = 2 τ_s.
    ///
    ///     aₙ = Σ w e^(t/(n τ_s)),   x = √(a₂² − 4 a₁ θ),   T = 2 τ_s ln(2 a₁/(a₂ + x))
    ///
    /// Source: Göltz et al., Nat. Mach. Intell. 3, 823 (2021). x → 0 is the grazing singularity.
    public static func goeltzDouble(
        times: [Double], weights: [Double], synapticTimeConstant tau: Double = 1,
        threshold: Double = 1
    ) throws(ExactError) -> Result {
        try validate(times, weights, tau, threshold)
        var a1 = 0.0, a2 = 0.0
        return causal(times) { input, start in
            // Times are taken from the first input, so that exponentials stay small.
            a1 += weights[input] * exp((times[input] - start) / tau)
            a2 += weights[input] * exp((times[input] - start) / (2 * tau))
            let discriminant = a2 * a2 - 4 * a1 * threshold
            guard discriminant > 0 else { return nil }
            let x = discriminant.squareRoot()
            let ratio = 2 * a1 / (a2 + x)
            guard ratio > 0 else { return nil }
            let time = start + 2 * tau * log(ratio)
            return (
                time,
                { i in
                    let e = exp((times[i] - start) / (2 * tau)),
                        z = exp(-(time - start) / (2 * tau))
                    return (
                        -2 * tau / x * e * (1 - z * e), -weights[i] / x * e * (1 - 2 * z * e)
                    )
                }
            )
        }
    }

    /// Current-based LIF neuron with leak g = 1 and τ_m = τ_s.
    ///
    ///     b = Σ w (t/τ_s) e^(t/τ_s),   T = τ_s (b/a₁ − W₀(−(θ/a₁) e^(b/a₁)))
    ///
    /// Source: Göltz et al., Nat. Mach. Intell. 3, 823 (2021).
    public static func goeltzEqual(
        times: [Double], weights: [Double], synapticTimeConstant tau: Double = 1,
        threshold: Double = 1
    ) throws(ExactError) -> Result {
        // V = Σ w (t − tᵢ)/τ e^(−(t − tᵢ)/τ): the alpha kernel with k = 1/τ and weights w/τ.
        var result = try comsa(
            times: times, weights: weights.map { $0 / tau }, decay: 1 / tau, threshold: threshold)
        for i in result.byWeights.indices { result.byWeights[i] /= tau }
        return result
    }

    /// Neuron with alpha kernel, V = Σ w (t − tᵢ) e^(−k (t − tᵢ)).
    ///
    ///     A = Σ w e^(k t),   B = Σ w t e^(k t),   W = W₀(−(k θ/A) e^(k B/A)),   T = B/A − W/k
    ///     ∂T/∂w = e^(k t) (t − B/A + W/k)/(A (1 + W)),   ∂T/∂t = w e^(k t) (k (t − B/A) + W + 1)/(A (1 + W))
    ///
    /// Source: Comsa et al. (2020).
    public static func comsa(
        times: [Double], weights: [Double], decay k: Double = 1, threshold: Double = 1
    ) throws(ExactError) -> Result {
        try validate(times, weights, k, threshold)
        var a = 0.0, b = 0.0
        return causal(times) { input, start in
            let e = exp(k * (times[input] - start))
            a += weights[input] * e
            b += weights[input] * (times[input] - start) * e
            guard a > 0 else { return nil }
            let mean = b / a
            guard let w = lambertW(-k * threshold / a * exp(k * mean)), w > -1 else { return nil }
            let total = a
            return (
                start + mean - w / k,
                { i in
                    let t = times[i] - start
                    let factor = exp(k * t) / (total * (1 + w))
                    return (
                        factor * (t - mean + w / k),
                        weights[i] * factor * (k * (t - mean) + w + 1)
                    )
                }
            )
        }
    }

    /// Neuron without leak, exponential currents of time constant 1, in z = e^t.
    ///
    ///     z_out = Σ w z/(Σ w − θ),   ∂z_out/∂w = (z − z_out)/(Σ w − θ),   ∂z_out/∂z = w/(Σ w − θ)
    ///
    /// The derivatives returned are those of the time t_out = ln z_out by weights and times.
    /// Source: Mostafa (2017). Needs Σ w > θ in the causal set.
    public static func mostafa(
        times: [Double], weights: [Double], threshold: Double = 1
    ) throws(ExactError) -> Result {
        try validate(times, weights, 1, threshold)
        var sum = 0.0, moment = 0.0
        return causal(times) { input, start in
            sum += weights[input]
            moment += weights[input] * exp(times[input] - start)
            let excess = sum - threshold
            guard excess > 0, moment > 0 else { return nil }
            let zOut = moment / excess
            return (
                start + log(zOut),
                { i in
                    let z = exp(times[i] - start)
                    return ((z - zOut) / (excess * zOut), weights[i] * z / (excess * zOut))
                }
            )
        }
    }

    /// Principal branch of Lambert's W, w e^w = x; nil below −1/e.
    ///
    /// Halley's iteration; relative error of a few ulp, less next to the branch point −1/e.
    public static func lambertW(_ x: Double) -> Double? {
        guard x >= -exp(-1), x.isFinite else { return nil }
        if x == 0 { return 0 }
        let p = max(2 * (M_E * x + 1), 0).squareRoot()
        var w = x < 0.5 ? -1 + p - p * p / 3 + 11 * p * p * p / 72 : log1p(x) * 0.7
        for _ in 0..<60 {
            let e = exp(w), f = w * e - x
            guard f != 0, w > -1 else { break }
            let step = f / (e * (w + 1) - (w + 2) * f / (2 * w + 2))
            w -= step
            if abs(step) <= 1e-16 * abs(w) { break }
        }
        return w
    }

    // MARK: - Causal set

    private typealias Candidate = (time: Double, derivatives: (Int) -> (Double, Double))

    /// Adds inputs in order; `add` returns the spike from all inputs so far, measured with `start` as
    /// origin of the exponentials.
    private static func causal(
        _ times: [Double], add: (_ input: Int, _ start: Double) -> Candidate?
    ) -> Result {
        let order = times.indices.filter { times[$0] < .infinity }.sorted {
            (times[$0], $0) < (times[$1], $1)
        }
        guard let first = order.first else { return .silent(times.count) }
        for (position, input) in order.enumerated() {
            let next = position + 1 < order.count ? times[order[position + 1]] : .infinity
            guard let candidate = add(input, times[first]), candidate.time <= next,
                candidate.time >= times[input]
            else { continue }
            var result = Result.silent(times.count)
            result.time = candidate.time
            for i in order[...position] {
                (result.byWeights[i], result.byTimes[i]) = candidate.derivatives(i)
            }
            return result
        }
        return .silent(times.count)
    }

    private static func validate(
        _ times: [Double], _ weights: [Double], _ constant: Double, _ threshold: Double
    ) throws(ExactError) {
        try ExactError.require("weights", count: weights.count, equals: times.count)
        try ExactError.require("time constant", constant, above: 0)
        try ExactError.require("threshold", threshold, above: 0)
        for (i, time) in times.enumerated() {
            guard time >= 0 else {
                throw .invalidParameter(
                    name: "time of input \(i)", value: time, expected: "0 or more")
            }
            try ExactError.requireFinite("weight of input \(i)", weights[i])
        }
    }
}
