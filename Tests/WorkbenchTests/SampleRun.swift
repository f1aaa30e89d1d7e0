import Foundation
import RanvierAnalysis
import RanvierExperiments
import RanvierLearning
import RanvierReports

/// A made-up run with realistic numbers, from a small generator with a fixed seed.
struct SampleRun {
    private var state: UInt64

    init(seed: UInt64 = 1) {
        state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
    }

    private mutating func uniform() -> Double {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return Double(state >> 11) / 9_007_199_254_740_992
    }

    mutating func content(
        name: String = "digits-lif", seed: UInt64 = 0, epochs: Int = 30, withBaseline: Bool = true
    ) throws -> ReportContent {
        let predictions = try predictions(samples: 360, classes: 10)
        return ReportContent(
            title: "Handwritten digits with a spiking network",
            command: "ranvier run Examples/digits.yaml --seed \(seed) --threads 2 "
                + "--output runs/\(name)",
            configuration: configuration(name: name, seed: seed),
            datasetDescription: "digits: 1797 images of handwritten digits, 8 × 8 pixels, 10 "
                + "classes; 1294 for training, 143 for validation, 360 for the test. Each image is "
                + "shown as a constant current for 25 steps of 1 ms (direct coding).",
            epochs: learning(epochs: epochs),
            confusion: try predictions.confusionMatrix,
            classNames: (0..<10).map(String.init),
            sample: ReportContent.Sample(
                name: "test sample 17", label: "7", prediction: "7",
                layers: [
                    raster(name: "hidden", neurons: 128, rate: 0.13),
                    raster(name: "output", neurons: 10, rate: 0.06),
                ]),
            reliability: predictions.reliabilityBins(),
            result: result(
                name: name, seed: seed, predictions: predictions, withBaseline: withBaseline),
            warnings: [
                "layer hidden: 14 of 128 neurons never fired on the test set; try a lower threshold"
            ])
    }

    private mutating func predictions(samples: Int, classes: Int) throws -> LabeledPredictions {
        var rows: [[Double]] = []
        var labels: [Int] = []
        for sample in 0..<samples {
            let label = sample % classes
            let confusing = (label * 7 + 3) % classes
            let sureness = 2.5 + 9 * uniform().squareRoot()
            var scores = (0..<classes).map { _ in 1.6 * uniform() }
            scores[label] += sureness
            scores[confusing] += uniform() < 0.12 ? sureness * 1.25 * uniform() + 0.4 : 0
            let sum = scores.reduce(0) { $0 + exp($1) }
            rows.append(scores.map { exp($0) / sum })
            labels.append(label)
        }
        return try LabeledPredictions(probabilities: rows, labels: labels)
    }

    private mutating func learning(epochs: Int) -> [EpochReport] {
        guard epochs > 0 else { return [] }
        return (1...epochs).map { epoch in
            let progress = exp(-Double(epoch) / 4.5)
            var report = EpochReport(
                epoch: epoch,
                training: [
                    "loss": 0.012 + 2.2 * progress + 0.004 * uniform(),
                    "accuracy": min(1 - 0.75 * progress - 0.002 * uniform(), 1),
                ], seconds: 0.31, learningRate: 0.002)
            report.validation = [
                "loss": 0.09 + 2.1 * progress + 0.02 * uniform(),
                "accuracy": 0.978 - 0.72 * progress - 0.008 * uniform(),
            ]
            return report
        }
    }

    private mutating func raster(name: String, neurons: Int, rate: Double) -> LayerRaster {
        var spikes: [LayerRaster.Spike] = []
        for neuron in 0..<neurons {
            let drive = uniform()
            let own = drive < 0.3 ? 0 : rate * 2 * drive
            for step in 0..<25 where step > 1 && uniform() < own {
                spikes.append(LayerRaster.Spike(step: step, neuron: neuron))
            }
        }
        return LayerRaster(
            name: name, neurons: neurons, steps: 25, timeStep: 1e-3, spikes: spikes)
    }

    private mutating func result(
        name: String, seed: UInt64, predictions: LabeledPredictions, withBaseline: Bool
    ) -> RunResult {
        let counts = SampleOperations(
            synaptic: 3874.2 + 300 * uniform(), multiplyAccumulate: 8192, neuronUpdates: 3450)
        let dense = SampleOperations(multiplyAccumulate: 9472)
        let baseline = RunResult(
            method: "surrogate", dataset: "digits", seed: seed, version: "0.1.0", model: "ann",
            name: name + "-ann", test: .init(accuracy: 0.9778, loss: 0.081, samples: 360),
            training: .init(epochs: 30, seconds: 1.7, samplesPerSecond: 22_800),
            activity: .init(spikesPerSample: 0, layers: []),
            operations: .init(dense), energy: .init(EnergyEstimate(of: dense)),
            memory: .init(
                weightBytes: 38_440, stateBytes: 552, peakResidentBytes: 61_000_000),
            latency: .init(secondsPerSample: 9.4e-6),
            calibration: Calibration(
                expectedCalibrationError: 0.0153, negativeLogLikelihood: 0.081, brier: 0.036))
        return RunResult(
            method: "surrogate", dataset: "digits", seed: seed, version: "0.1.0", model: "snn",
            name: name,
            test: .init(
                accuracy: predictions.accuracy, loss: predictions.negativeLogLikelihood,
                samples: predictions.labels.count),
            training: .init(epochs: 30, seconds: 9.6, samplesPerSecond: 4040),
            activity: .init(
                spikesPerSample: 387.4,
                layers: [.init(name: "hidden", rate: 0.121), .init(name: "output", rate: 0.054)]),
            operations: .init(counts), energy: .init(EnergyEstimate(of: counts)),
            memory: .init(
                weightBytes: 38_440, stateBytes: 587, peakResidentBytes: 84_311_000),
            latency: .init(secondsPerSample: 7.3e-5), calibration: predictions.calibration(),
            baseline: withBaseline ? baseline : nil)
    }

    private func configuration(name: String, seed: UInt64) -> String {
        """
        name: \(name)
        method: surrogate
        seed: \(seed)
        data:
          name: digits
          validation: 0.1
          encoding:
            kind: direct
            steps: 25
            timeStep: 0.001
        model:
          kind: snn
          layers:
            - linear: {inputs: 64, outputs: 128}
            - lif: {membraneTimeConstant: 0.02, threshold: 1, surrogate: arctangent}
            - linear: {inputs: 128, outputs: 10}
            - leakyIntegrator: {membraneTimeConstant: 0.02}
        training:
          epochs: 30
          batch: 64
          optimizer: {kind: adam, learningRate: 0.002}
          loss: {kind: crossEntropy, of: meanMembrane}
        baseline: ann
        """
    }
}
