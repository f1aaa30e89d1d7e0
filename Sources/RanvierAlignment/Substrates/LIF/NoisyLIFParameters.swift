import Foundation
import RanvierTensors

/// Parameters of each neuron of a population of noisy leaky integrate-and-fire neurons; times in seconds.
public struct NoisyLIFParameters: Sendable, Equatable {
    /// τ_m.
    public var membraneTimeConstants: [Double]
    /// τ_s.
    public var synapticTimeConstants: [Double]
    /// μ.
    public var drives: [Double]
    /// σ.
    public var noises: [Double]
    /// θ.
    public var thresholds: [Double]
    /// What each neuron multiplies its input by; 1 unless it has a scale to find.
    public var gains: [Double]

    /// Neurons by their parameters.
    public init(
        membraneTimeConstants: [Double], synapticTimeConstants: [Double], drives: [Double],
        noises: [Double], thresholds: [Double]
    ) {
        self.membraneTimeConstants = membraneTimeConstants
        self.synapticTimeConstants = synapticTimeConstants
        self.drives = drives
        self.noises = noises
        self.thresholds = thresholds
        gains = Array(repeating: 1, count: drives.count)
    }

    /// Neurons that were meant to be all the same.
    ///
    /// - Parameters:
    ///   - mismatch: standard deviation h of the shares by which they differ: h of both time constants and of the noise, h/2 of
    ///     the drive, h/4 of the threshold. Source: section 5, item 5 of the specification.
    ///   - seed: of the device.
    public init(_ neuron: NoisyLIFNeuron, count: Int, mismatch: Double, seed: UInt64) {
        func drawn(_ value: Double, _ spread: Double, _ part: String) -> [Double] {
            Imperfections.factors(
                count, spread: spread * mismatch,
                stream: Imperfections.stream(seed: seed, part: part)
            ).map { value * $0 }
        }
        self.init(
            membraneTimeConstants: drawn(neuron.membraneTimeConstant, 1, "membrane"),
            synapticTimeConstants: drawn(neuron.synapticTimeConstant, 1, "synapse"),
            drives: drawn(neuron.drive, 0.5, "drive"),
            noises: drawn(neuron.noise, 1, "noise"),
            thresholds: drawn(neuron.threshold, 0.25, "threshold"))
    }

    /// Number of neurons.
    public var count: Int { drives.count }

    /// 1 − exp(−dt/τ_m).
    func leaks(_ timeStep: Double) -> [Double] {
        membraneTimeConstants.map { 1 - exp(-timeStep / $0) }
    }
    /// exp(−dt/τ_s).
    func synapticDecays(_ timeStep: Double) -> [Double] {
        synapticTimeConstants.map { exp(-timeStep / $0) }
    }
    /// Standard deviation of the noise of one step, σ √(1 − exp(−2dt/τ_m)).
    public func noisePerStep(_ timeStep: Double) -> [Double] {
        zip(noises, membraneTimeConstants).map { $0 * (1 - exp(-2 * timeStep / $1)).squareRoot() }
    }
}
