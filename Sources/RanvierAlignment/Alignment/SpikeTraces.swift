import Foundation

/// Traces of the spikes of some neurons, and what they say about pairs, step by step: the form that a synapse can know.
///
///     x ← x exp(−1 / τ);   m_ij += s_i x_j;   x ← x + s
///
/// so that `Σ K` of the synapse from j to i is `m_ji − m_ij`. Equal to ``SpikeTimingKernel/sum(post:pre:)`` up to rounding.
public struct SpikeTraces: Sendable {
    /// What is kept of pairs.
    public let kernel: SpikeTimingKernel
    /// One trace for each neuron, with the spikes of the last step; of triangular windows as they were before the last step.
    public private(set) var traces: [Double]
    /// `[neurons, neurons]`: at the spikes of i the traces of j.
    public private(set) var sums: [Double]
    private var step = 0
    /// Spikes that still count, for windows that are no exponential of everything.
    private var recent: [[Int]]

    /// Traces of silent neurons.
    public init(of neurons: Int, kernel: SpikeTimingKernel) {
        self.kernel = kernel
        traces = [Double](repeating: 0, count: neurons)
        sums = [Double](repeating: 0, count: neurons * neurons)
        recent = [[Int]](repeating: [], count: neurons)
    }

    /// Takes in the neurons that fire in a step.
    public mutating func advance(_ spikes: [Int]) {
        let decay = exp(-1 / kernel.timeConstant)
        for neuron in traces.indices {
            traces[neuron] =
                kernel.window == .exponential && kernel.pairing == .all
                ? traces[neuron] * decay : recent[neuron].reduce(0) { $0 + weight(of: $1) }
        }
        let count = traces.count
        for neuron in spikes {
            for other in traces.indices { sums[neuron * count + other] += traces[other] }
        }
        for neuron in spikes {
            switch (kernel.window, kernel.pairing) {
            case (.exponential, .all): traces[neuron] += 1
            case (_, .nearest): recent[neuron] = [step]
            default:
                recent[neuron] = recent[neuron].filter { weight(of: $0) > 0 } + [step]
            }
        }
        step += 1
    }

    private func weight(of spike: Int) -> Double {
        kernel.takes(step - spike)
            ? kernel.window.weight(
                atLag: Double(step - spike), timeConstant: kernel.timeConstant) : 0
    }

    /// `Σ K` of the synapse between two neurons.
    public func sum(post: Int, pre: Int) -> Double {
        sums[pre * traces.count + post] - sums[post * traces.count + pre]
    }
}
