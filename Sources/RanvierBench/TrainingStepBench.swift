import RanvierAnalysis
import RanvierData
import RanvierLearning
import RanvierNetworks
import RanvierSpikes
import RanvierSurrogate
import RanvierTensors

/// Training steps of a network on one batch, timed: what W2 to W5 share.
struct TrainingStepBench {
    let name: String
    let network: Network
    let loss: any Loss
    let learningRate: Float
    let runs: Int
    let floor: ClockedFloor

    func run(
        _ sequence: Tensor, labels: [Int], request: BenchRequest, events: WorkEvents
    ) throws -> BenchResult {
        if let file = request.trace {
            try trace(sequence, labels: labels, steps: request.traceSteps).write(to: file)
        }
        events.progress(.init(fraction: 0, message: "\(name): timing training steps"))
        let first = loss.value(of: network(sequence), labels: labels).scalar
        let targets = Targets.classes(labels, names: [])
        var method = newMethod(steps: sequence.shape[0])
        let timed = try StepTimer().time(runs: request.runs ?? runs) {
            if request.forwardOnly {
                _ = network(sequence).dense
            } else {
                _ = try method.takeStep(sequence, targets: targets)
            }
        }
        var result = BenchResult(
            workload: name, batch: labels.count, timed: timed, initialLoss: Double(first))
        result.forwardOnly = request.forwardOnly
        if !request.forwardOnly {
            result.floor = floor.value(of: network, input: sequence, trains: true)
        }
        return result
    }

    private func newMethod(steps: Int) -> SurrogateGradient {
        SurrogateGradient(
            ClockedModel(
                network: network, encoder: .direct(steps: steps, timeStep: network.timeStep),
                loss: loss), optimizer: Adam(learningRate: learningRate))
    }

    /// The start and the losses of some training steps, which are then undone.
    private func trace(_ sequence: Tensor, labels: [Int], steps: Int) throws -> BenchTrace {
        var trace = BenchTrace(of: network, input: sequence, labels: labels)
        let start = network.values
        let targets = Targets.classes(labels, names: [])
        var method = newMethod(steps: sequence.shape[0])
        trace.add(
            losses: try (0..<steps).map { _ in
                try method.takeStep(sequence, targets: targets).loss
            })
        try network.restore(start)
        return trace
    }
}
