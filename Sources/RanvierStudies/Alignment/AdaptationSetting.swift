import Foundation
import Ranvier
import RanvierConfiguration
import RanvierData
import RanvierLearning
import RanvierNetworks
import RanvierSpikes

/// Data and network of the study of adaptation.
struct AdaptationSetting: Sendable {
    /// Its word on the command line.
    let name: String
    /// What is trained, in words.
    let title: String
    /// Rows of a sample; 1 for vectors.
    let rows: Int
    /// Epochs of the training, and of fine-tuning by backpropagation.
    var epochs: Int
    var tuningEpochs: Int
    /// Channels that fail, of which drifts take some.
    let failing: [Int]
    private let hidden: Int

    /// Samples for training and for the test.
    struct Parts {
        var training: Dataset
        var test: Dataset
    }

    static let digits = AdaptationSetting(
        name: "digits", title: "64-128-10 leaky neurons on 8 × 8 digits, 10 steps", rows: 1,
        epochs: 30, tuningEpochs: 20, failing: [27, 36, 20], hidden: 128)
    static let spoken = AdaptationSetting(
        name: "spoken-digits",
        title: "128 leaky neurons on spoken digits, rates of 16 bands in 25 steps", rows: 25,
        epochs: 30, tuningEpochs: 15, failing: [5, 9, 2], hidden: 128)
    static let all = [digits, spoken]

    /// Five drifts, one after another where they come in a row. Offsets are in deviations of all values.
    var drifts: [SensorDrift] {
        [
            SensorDrift(gain: 0.6), SensorDrift(offset: 0.4),
            SensorDrift(missing: failing),
            SensorDrift(gain: 0.6, offset: 0.4, missing: [failing[0]]),
            SensorDrift(gain: 0.4, offset: 0.8, missing: [failing[1]]),
        ]
    }

    /// Fewer epochs.
    var quick: AdaptationSetting {
        var copy = self
        (copy.epochs, copy.tuningEpochs) = (6, 4)
        return copy
    }

    /// Samples as they are measured, in units of their own deviation.
    func parts(_ context: StudyContext) throws -> Parts {
        var parts: Parts
        if rows == 1 {
            let digits = try Digits()
            parts = Parts(training: digits.train, test: digits.test)
        } else {
            let spoken = try FSDD(
                directory: DataDirectory.locate(explicit: context.dataDirectory),
                includes: 0...(context.isQuick ? 13 : 29))
            parts = Parts(
                training: try Self.binned(spoken.train), test: try Self.binned(spoken.test))
        }
        let values = parts.training.values.map(Double.init)
        let mean = values.reduce(0, +) / Double(values.count)
        let deviation =
            (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
            / Double(values.count)).squareRoot()
        for place in [\Parts.training, \Parts.test] {
            let part = parts[keyPath: place]
            parts[keyPath: place] = try part.replacingValues(
                part.values.map { $0 / Float(deviation) })
        }
        return parts
    }

    /// Events of four steps and four channels together: 100 × 64 become 25 × 16 numbers.
    private static func binned(_ data: Dataset) throws -> Dataset {
        let (rows, channels, size) = (data.featureShape[0], data.featureShape[1], 4)
        let width = channels / size, height = rows / size
        var values: [Float] = []
        for sample in 0..<data.count {
            var sums = [Float](repeating: 0, count: height * width)
            for (place, value) in data.values(ofSample: sample).enumerated() where value != 0 {
                let row = place / channels / size, band = place % channels / size
                if row < height { sums[row * width + band] += value }
            }
            values += sums
        }
        return try data.replacingValues(values, featureShape: [height, width])
            .timed(step: data.timeStep.map { $0 * Double(size) })
    }

    /// The network before training, for samples that are scaled already.
    func network(for data: Dataset, seed: UInt64) throws -> ClockedModel {
        let channels = data.featureShape.last ?? 1
        let step = data.timeStep ?? 1e-3
        let leak = rows == 1 ? 10 * step : 5 * step
        let network = try Network(inputShape: [channels], timeStep: step, seed: seed) {
            Linear(channels, hidden, gain: 2)
            LIF(membraneTimeConstant: leak)
            Linear(hidden, hidden / 2, gain: 2)
            LIF(membraneTimeConstant: leak)
            Linear(hidden / 2, data.classCount)
            LeakyIntegrator(membraneTimeConstant: 2 * leak)
        }
        let encoder: any SpikeEncoder =
            rows == 1
            ? DirectEncoder(steps: 10, timeStep: step)
            : SequenceEncoder(steps: rows, timeStep: step)
        return ClockedModel(
            network: network, encoder: encoder, loss: CrossEntropy(),
            signature: ModelSignature(
                of: data, task: Classification(classNames: data.classNames)))
    }
}
