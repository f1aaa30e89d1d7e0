import RanvierNetworks

/// What a layer of spiking neurons does, measured on some samples.
///
/// A unit is a neuron, and where features have places a channel: its statistics are over samples and places.
public struct NeuronStatistics: Sendable {
    /// Name of the layer.
    public let layer: String
    /// Neurons of a unit: places of an image.
    public let places: Int
    /// Mean of the membrane before the reset, a row for each step, a number for each unit.
    public let membraneMean: [[Double]]
    /// Its variance.
    public let membraneVariance: [[Double]]
    /// Spikes per neuron and step of each unit.
    public let rates: [Double]
    /// Threshold θ.
    public let threshold: Double
    /// Share β of a membrane that is left a step later: one for all units, or one for each.
    public let leaks: [Double]
    /// Share α of the synaptic current that is left a step later; 0 without one.
    public let synapticLeak: Double
    /// Whether currents enter with the weight 1 − β.
    public let scalesInput: Bool
    /// What happens after a spike.
    public let reset: Reset

    /// Units.
    public var units: Int { rates.count }
    /// Steps.
    public var steps: Int { membraneMean.count }

    /// β of a unit.
    public func leak(of unit: Int) -> Double { leaks[leaks.count > 1 ? unit : 0] }

    /// Weight with which a current enters the membrane of a unit.
    public func inputFactor(of unit: Int) -> Double { scalesInput ? 1 - leak(of: unit) : 1 }

    /// Membranes of a step.
    func membranes(at step: Int) -> [GaussianMembrane] {
        zip(membraneMean[step], membraneVariance[step]).map {
            GaussianMembrane(mean: $0, variance: $1)
        }
    }

    /// Mean and variance over all steps, of units that an output channel drives.
    ///
    /// - Parameter channels: outputs of the synapses; units repeat them, channels last, where places were flattened.
    func pooled(over channels: Int) -> (mean: [Double], variance: [Double]) {
        var mean = [Double](repeating: 0, count: channels), squares = mean
        let count = Double(steps * units / max(channels, 1))
        for row in membraneMean {
            for (unit, value) in row.enumerated() { mean[unit % channels] += value / count }
        }
        for (row, variances) in zip(membraneMean, membraneVariance) {
            for unit in row.indices {
                let apart = row[unit] - mean[unit % channels]
                squares[unit % channels] += (variances[unit] + apart * apart) / count
            }
        }
        return (mean, squares)
    }

    /// Rates of units, pooled over those that an output channel drives.
    func pooledRates(over channels: Int) -> [Double] {
        var sums = [Double](repeating: 0, count: channels)
        for (unit, rate) in rates.enumerated() { sums[unit % channels] += rate }
        return sums.map { $0 * Double(channels) / Double(max(units, 1)) }
    }
}
