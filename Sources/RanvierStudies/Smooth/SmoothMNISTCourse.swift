import RanvierConfiguration
import RanvierData
import RanvierExact
import RanvierTensors

/// One training of the study `smooth/mnist`, with a test before it and after every epoch.
struct SmoothMNISTCourse {
    /// What a test found.
    struct Test {
        /// Accuracy with pseudospikes, with ordinary spikes only, hidden spikes per neuron and image, the
        /// same until the first output spike, loss with pseudospikes, with ordinary spikes only, and the
        /// share of silent hidden neurons.
        let quantities: [Double]

        init(_ outcome: ThetaOutcome, _ network: FastThetaNetwork<Float>, labels: [Int32]) {
            let hidden = Double(network.hiddenCount)
            let silent = outcome.fired.prefix(network.hiddenCount).count { !$0 }
            quantities = [
                outcome.accuracy(labels: labels),
                outcome.accuracy(labels: labels, ordinaryOnly: true),
                outcome.hiddenSpikes / hidden, outcome.earlyHiddenSpikes / hidden, outcome.loss,
                outcome.ordinaryLoss(labels: labels, earliness: network.earliness),
                Double(silent) / hidden,
            ]
        }
    }

    /// Before training and after every epoch.
    private(set) var tests: [Test]
    /// Wall time of the epochs alone.
    private(set) var trainingSeconds = 0.0

    /// Before training.
    var before: Test { tests[0] }
    /// After the last epoch.
    var after: Test { tests[tests.count - 1] }

    /// Trains. `report` hears of every epoch and may throw to stop.
    init(
        _ schedule: ThetaSchedule, code: LatencyCode, training: ThetaBatch, test: ThetaBatch,
        report: (Int, String) throws -> Void
    ) throws {
        var network = try FastThetaNetwork<Float>(
            sizes: [training.inputs, 100, 100, 10], trial: 2, code: code)
        network.randomize(seed: schedule.seed)
        var trainer = try ThetaTrainer(network, learningRate: schedule.learningRate)
        tests = [Test(try trainer.evaluate(test), network, labels: test.labels)]
        for epoch in 0..<schedule.epochs {
            let clock = ContinuousClock.now
            let summary = try trainer.trainEpoch(epoch, on: training, schedule: schedule)
            trainingSeconds += (ContinuousClock.now - clock) / .seconds(1)
            let outcome = try trainer.evaluate(test)
            tests.append(Test(outcome, trainer.network, labels: test.labels))
            let values = after.quantities
            try report(
                epoch + 1,
                "epoch \(epoch + 1) of \(schedule.epochs), "
                    + "loss \(NumberText.fixed(summary.loss, decimals: 4)), "
                    + "test \(NumberText.percent(values[0], decimals: 2)), "
                    + "ordinary only \(NumberText.percent(values[1], decimals: 2))")
        }
    }
}

extension ThetaBatch {
    /// Images with values from 0 to 1 under a code.
    init(_ data: Dataset, code: LatencyCode) throws {
        let values = data.features(of: Array(0..<data.count)).scalars
        try self.init(
            images: values.map { UInt8(($0 * 255).rounded()) }, labels: data.labels.map(Int32.init),
            inputs: data.featureCount, code: code)
    }
}
