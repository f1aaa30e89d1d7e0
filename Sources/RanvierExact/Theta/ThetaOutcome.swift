import Foundation

/// What a layered network did with a batch.
public struct ThetaOutcome: Sendable {
    /// Number of classes.
    public let classCount: Int
    /// End of the trial.
    public let trial: Double
    /// Loss of each sample.
    public internal(set) var losses: [Double]
    /// `[B][classes]` first spike times of the outputs, ordinary (< T) or pseudo.
    public internal(set) var times: [Double]
    /// `[B][layers]` number of spikes in the trial, and of those before the first output spike.
    public internal(set) var spikes: [UInt32]
    /// As `spikes`, before the first output spike.
    public internal(set) var earlySpikes: [UInt32]
    /// Spikes of each neuron (hidden layers, then outputs) in the trials of all samples.
    public internal(set) var neuronSpikes: [Int]

    /// Whether each neuron (hidden layers, then outputs) fired for any sample.
    public var fired: [Bool] { neuronSpikes.map { $0 > 0 } }

    /// Mean loss.
    public var loss: Double { losses.reduce(0, +) / Double(losses.count) }

    /// Spikes of all hidden neurons per sample.
    public var hiddenSpikes: Double { hiddenMean(spikes) }

    /// Spikes of all hidden neurons per sample before the first output spike.
    public var earlyHiddenSpikes: Double { hiddenMean(earlySpikes) }

    private func hiddenMean(_ counts: [UInt32]) -> Double {
        let layers = counts.count / losses.count
        var sum = 0.0
        for (position, count) in counts.enumerated() where position % layers < layers - 1 {
            sum += Double(count)
        }
        return sum / Double(losses.count)
    }

    /// Mean loss where spikes after the trial count as T.
    public func ordinaryLoss(
        labels: [Int32], earliness: Double, temperature: Double = 1
    ) -> Double {
        var sum = 0.0
        for (sample, label) in labels.enumerated() {
            let row = times[sample * classCount..<(sample + 1) * classCount].map { min($0, trial) }
            let loss = try? FirstSpikeLoss(
                outputs: 0..<classCount, label: Int(label), earliness: earliness,
                temperature: temperature)
            sum += loss?.evaluate(row, trial: trial).value ?? .nan
        }
        return sum / Double(labels.count)
    }

    /// Class of each sample.
    ///
    /// - Parameter ordinaryOnly: replaces times after T by T; of equal times the first class wins.
    public func predictions(ordinaryOnly: Bool = false) -> [Int] {
        losses.indices.map { sample in
            let row = times[sample * classCount..<(sample + 1) * classCount]
            return FirstSpikeLoss.prediction(ordinaryOnly ? row.map { min($0, trial) } : Array(row))
        }
    }

    /// Fraction of samples whose class is named correctly.
    public func accuracy(labels: [Int32], ordinaryOnly: Bool = false) -> Double {
        let right = zip(predictions(ordinaryOnly: ordinaryOnly), labels).count { $0 == Int($1) }
        return Double(right) / Double(labels.count)
    }
}
