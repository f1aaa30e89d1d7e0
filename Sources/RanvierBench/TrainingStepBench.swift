import RanvierAnalysis
import RanvierLearning
import RanvierNetworks
import RanvierSurrogate
import RanvierTensors

/// Training steps of a network on one batch, timed: what W2 to W5 share.
struct TrainingStepBench {
    let name: String
    let network: Network
    let loss: Loss
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
        var trainer = newTrainer()
        let timed = try StepTimer().time(runs: request.runs ?? runs) {
            if request.forwardOnly {
                _ = network(sequence).dense
            } else {
                _ = try trainer.takeStep(sequence, labels: labels)
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

    private func newTrainer() -> Trainer {
        Trainer(network, loss: loss, optimizer: Adam(learningRate: learningRate))
    }

    /// The start and the losses of some training steps, which are then undone.
    private func trace(_ sequence: Tensor, labels: [Int], steps: Int) throws -> BenchTrace {
        var trace = BenchTrace(of: network, input: sequence, labels: labels)
        let start = network.values
        var trainer = newTrainer()
        trace.add(
            losses: try (0..<steps).map { _ in
                try trainer.takeStep(sequence, labels: labels).loss
            })
        try network.restore(start)
        return trace
    }
}
