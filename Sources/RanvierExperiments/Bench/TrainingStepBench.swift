import RanvierNetworks
import RanvierTensors
import RanvierTraining

/// Training steps of a network on one batch, timed: what W2 to W5 share.
struct TrainingStepBench {
    let name: String
    let network: Network
    let loss: Loss
    let learningRate: Float
    let runs: Int

    func run(
        _ sequence: Tensor, labels: [Int], request: BenchRequest, events: CommandEvents
    ) throws -> BenchResult {
        events.progress(.init(fraction: 0, message: "\(name): timing training steps"))
        let first = loss.value(of: network(sequence), labels: labels).scalar
        var trainer = Trainer(network, loss: loss, optimizer: Adam(learningRate: learningRate))
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
        return result
    }

    /// Classes drawn at random.
    static func labels(count: Int, classes: Int) -> [Int] {
        RandomStream(seed: 0, name: "labels").words(count: count).map { Int($0) % classes }
    }
}
