import Foundation

/// The scale of each neuron from what it knows of itself, over blocks of time.
///
///     R̄ ← λ R̄ + R,   Ā ← λ Ā + A,   N̄ ← λ N̄ + N
///     ρ = c_in (c / σ_step) R̄ / max(Ā, 0.02 N̄ + 10⁻⁹),   within ρ*/5 and 5 ρ*; ρ* where N̄ < 50
///
/// With a probe of probability P and weight w: `ρ = Q̄ / (P w max(Ā, …))`. No number of another neuron enters. Source: section
/// 3.2 of the specification.
public struct LocalScaleEstimator: Sendable {
    /// How it is done.
    public internal(set) var options: LocalScale
    /// c_k, from a kick of the membrane to a spike of a synapse: `(1 − e^{−dt/τ_m}) D_y / (1 − e^{−dt/τ_s} D_y)`.
    public let responseFactors: [Double]
    /// Standard deviation of the noise of one step.
    public let noisePerStep: [Double]
    private let probe: Double

    /// R̄.
    public private(set) var answers: [Double]
    /// Ā.
    public private(set) var fluctuations: [Double]
    /// N̄.
    public private(set) var spikes: [Double]
    /// Q̄.
    public private(set) var probed: [Double]

    /// Before the first block.
    public init(
        _ options: LocalScale, parameters: NoisyLIFParameters, timeStep: Double, traces: LIFTraces
    ) {
        self.options = options
        let decay = exp(-timeStep / traces.response)
        responseFactors = zip(
            parameters.leaks(timeStep), parameters.synapticDecays(timeStep)
        ).map { $0 * decay / (1 - $1 * decay) }
        noisePerStep = parameters.noisePerStep(timeStep)
        probe = traces.probeProbability * traces.probeWeight
        answers = Array(repeating: 0, count: parameters.count)
        fluctuations = answers
        spikes = answers
        probed = answers
    }

    /// Adds the sums of a block, and forgets of those before.
    public mutating func absorb(_ sums: NoisyLIFSums) {
        func add(_ block: [Double], to own: inout [Double]) {
            for k in own.indices { own[k] = options.forgetting * own[k] + block[k] }
        }
        add(sums.answers, to: &answers)
        add(sums.fluctuations, to: &fluctuations)
        add(sums.spikes, to: &spikes)
        add(sums.probed, to: &probed)
    }

    /// Scales as they are measured, without bounds; not a number without a spike or pulse.
    public func rawScales(gains: [Double]) -> [Double] {
        answers.indices.map { k in
            let fluctuation = max(
                fluctuations[k], options.fluctuationFloor * spikes[k] + 1e-9)
            switch options.estimator {
            case .noise:
                return gains[k] * responseFactors[k] / noisePerStep[k] * answers[k] / fluctuation
            case .probe: return probed[k] / (probe * fluctuation)
            }
        }
    }

    /// Scales within their bounds.
    public func scales(gains: [Double]) -> [Double] {
        let target = options.target
        return zip(rawScales(gains: gains), spikes).map { raw, spikes in
            spikes < options.minimumSpikes || raw.isNaN
                ? target : min(max(raw, target / options.clip), target * options.clip)
        }
    }

    /// Gains after a step towards the scale that is meant, `c_in ← clip(c_in (ρ*/ρ)^k_g)`.
    public func gains(after gains: [Double], scales: [Double]) -> [Double] {
        zip(gains, scales).map { gain, scale in
            let moved = gain * pow(options.target / scale, options.gainRate)
            return min(max(moved, options.smallestGain), options.largestGain)
        }
    }

    /// Feedback weights `[lower, upper]` as they are read, `B_ab ρ_a / ρ_b`.
    public static func readOut(
        _ weights: [Double], lower: [Double], upper: [Double]
    ) -> [Double] {
        weights.indices.map { weights[$0] * lower[$0 / upper.count] / upper[$0 % upper.count] }
    }
}
