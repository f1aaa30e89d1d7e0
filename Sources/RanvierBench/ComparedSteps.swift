import RanvierAnalysis
import RanvierData
import RanvierLearning
import RanvierNetworks
import RanvierSpikes
import RanvierSurrogate
import RanvierTensors

/// Training steps of W2 or W3 in several settings, timed in turns, so that what else the machine does meets all of them.
struct ComparedSteps {
    /// A setting.
    struct Setting {
        let name: String
        /// Which of the settings it is held against; nil for none.
        let against: Int?
        let method: SurrogateGradient
        let sequence: Tensor
        let labels: [Int]

        /// - Parameter change: what is done to the network.
        init(
            _ name: String, against: Int?, isConvolutional: Bool, batch: Int?,
            change: (Network) throws -> Void
        ) throws {
            self.name = name
            self.against = against
            let batch = batch ?? (isConvolutional ? 64 : 128), steps = isConvolutional ? 8 : 25
            let network =
                try isConvolutional
                ? ConvolutionalBench.network() : PerceptronBench.network()
            try change(network)
            let (pixels, labels) = BenchData.strokes(count: batch)
            self.labels = labels
            sequence = Tensor(
                constantInTime: Tensor(
                    pixels, shape: [batch] + (isConvolutional ? [28, 28, 1] : [784])),
                steps: steps)
            method = SurrogateGradient(
                ClockedModel(
                    network: network, encoder: .direct(steps: steps, timeStep: network.timeStep),
                    loss: .crossEntropyOfEachStep),
                optimizer: Adam(learningRate: isConvolutional ? 1e-3 : 5e-4))
        }
    }

    let name: String
    let settings: [Setting]

    /// - Parameter runs: turns of each setting.
    func run(_ request: BenchRequest, runs: Int, events: WorkEvents) throws -> BenchResult {
        var methods = settings.map(\.method)
        let starts = settings.map { $0.method.clockedModel.network.values }
        var seconds = settings.map { _ in [Double]() }, processor = settings.map { _ in [Double]() }
        let turns = max(1, (request.runs ?? runs) / 5)
        for turn in 0..<turns {
            events.progress(
                .init(fraction: Double(turn) / Double(turns), message: "\(name): turn \(turn + 1)"))
            for (index, setting) in settings.enumerated() {
                let targets = Targets.classes(setting.labels, names: [])
                // Training changes how many neurons fire.
                try setting.method.clockedModel.network.restore(starts[index])
                let timed = try StepTimer(warmup: 2).time(runs: 5) {
                    if request.forwardOnly {
                        _ = setting.method.clockedModel.network(setting.sequence).dense
                    } else {
                        _ = try methods[index].takeStep(setting.sequence, targets: targets)
                    }
                }
                seconds[index] += timed.seconds
                processor[index].append(timed.cpuSecondsPerStep)
            }
        }
        // The turns in which the machine did least besides.
        let least = processor.map { $0.min() ?? .nan }
        let results = seconds.map {
            BenchResult(
                workload: name, threads: Parallel.threads, seconds: $0,
                batch: settings[0].labels.count)
        }
        var result = results[0]
        result.forwardOnly = request.forwardOnly
        result.parts = zip(settings, results).enumerated().map { index, pair in
            let (setting, result) = pair
            return .init(
                name: setting.name, medianSeconds: result.medianSeconds,
                cpuSecondsPerStep: least[index],
                ratio: setting.against.map { least[index] / least[$0] })
        }
        return result
    }
}
