import Foundation
import RanvierData
import RanvierLearning
import RanvierNetworks
import RanvierSpikes
import RanvierSurrogate
import RanvierTensors
import Testing

/// Measures against numbers that were worked out with NumPy.
@Suite struct MeasureTests {
    /// An evaluation whose answers name some classes with confidence 0.8.
    private func naming(
        _ predictions: [Int], labels: [Int], names: [String] = ["a", "b", "c"]
    ) throws -> Evaluation {
        try Evaluation(
            task: Classification(classNames: names), targets: .classes(labels, names: names),
            answers: predictions.map { prediction in
                let other = 0.2 / Float(names.count - 1)
                return names.indices.map { $0 == prediction ? Float(0.8) : other }
            })
    }

    private func predicting(_ answers: [Float], targets: [Float]) throws -> Evaluation {
        let targets = Targets.values(targets, names: ["y"], units: ["m"])
        let data = try Dataset(
            name: "toy", values: answers, featureShape: [1], targets: targets)
        return try Evaluation(
            task: #require(Regression(of: data)), targets: targets, answers: answers.map { [$0] })
    }

    @Test func classesCountAlike() throws {
        let evaluation = try naming(
            [0, 0, 0, 0, 0, 1, 1, 0, 0, 0], labels: [0, 0, 0, 0, 0, 0, 1, 1, 2, 2])
        let balanced = try #require(evaluation.measures["balanced-accuracy"])
        #expect(abs(balanced.value - 4.0 / 9) < 1e-12)
        #expect(abs((evaluation.measures["macro-f1"]?.value ?? 0) - 0.404_761_904_8) < 1e-9)
        #expect(evaluation.measures["pr-auc"] == nil)
        let interval = try #require(balanced.interval)
        #expect(interval[0] < balanced.value && interval[1] > balanced.value)
        // Wilson: 5/6 in 0.4365…0.9699, 1/2 in 0.0945…0.9055, 0/2 in 0…0.6576; put together.
        #expect(abs(interval[0] - 0.255_328) < 1e-5 && abs(interval[1] - 0.705_964) < 1e-5)
        let perfect = try naming([0, 1, 2], labels: [0, 1, 2])
        #expect((perfect.measures["balanced-accuracy"]?.interval?[0] ?? 1) < 0.6)
        #expect(perfect.measures["macro-f1"]?.interval == nil)

        let matrix = try ConfusionMatrix(
            labels: evaluation.labels, predictions: evaluation.predictions, classes: 4)
        let scores = matrix.scores(names: ["a", "b", "c", "d"])
        #expect(scores.map(\.recall) == [5.0 / 6, 0.5, 0, nil])
        #expect(scores.map(\.precision) == [0.625, 0.5, nil, nil])
        #expect(scores.map(\.f1) == [10.0 / 14, 0.5, 0, nil])
        let json = String(bytes: try JSONEncoder().encode(scores[3]), encoding: .utf8) ?? ""
        #expect(json.contains("\"recall\":null"))
    }

    @Test func precisionOverRecallKeepsTies() throws {
        let scores: [Float] = [0.1, 0.9, 0.8, 0.4, 0.4, 0.3, 0.4, 0.2]
        let labels = [0, 1, 0, 0, 1, 0, 0, 1], names = ["no", "yes"]
        func area(_ labels: [Int], _ answers: [[Float]]) throws -> Measure? {
            try Evaluation(
                task: Classification(classNames: names), targets: .classes(labels, names: names),
                answers: answers
            ).measures["pr-auc"]
        }
        let value = try area(labels, scores.map { [1 - $0, $0] })?.value ?? 0
        #expect(abs(value - 0.609_523_809_5) < 1e-9)
        // The rarer class is the one that is looked for, wherever it stands.
        let turned = try area(labels.map { 1 - $0 }, scores.map { [$0, 1 - $0] })?.value ?? 0
        #expect(abs(turned - value) < 1e-6)
        // Of one class alone there is no area.
        let single = try #require(try area([0, 0], [[0.5, 0.5], [0.5, 0.5]]))
        #expect(single.value.isNaN && single.interval == nil && single.text == "undefined")
    }

    @Test func errorsHaveIntervals() throws {
        let evaluation = try predicting([1, 2, 3, 5], targets: [1, 2, 4, 3])
        #expect(
            abs((evaluation.measures["root-mean-squared-error"]?.value ?? 0) - 1.118_034) < 1e-6)
        #expect(evaluation.measures["mean-absolute-error"]?.value == 0.75)
        #expect(evaluation.measures["mean-absolute-error"]?.unit == "m")
        // Σ e² = 5, Σ (y − 2.5)² = 5.
        #expect(evaluation.measures["explained-variance"]?.value == 0)
        let interval = try #require(evaluation.measures["mean-absolute-error"]?.interval)
        #expect(interval[0] < 0.75 && interval[1] > 0.75 && interval[0] >= 0 && interval[1] <= 2)
        // Targets without spread explain nothing, and no infinity stands for that.
        let flat = try predicting([1, 2], targets: [3, 3])
        #expect(flat.measures["explained-variance"]?.value.isNaN == true)
        #expect(flat.measures["explained-variance"]?.text == "undefined")
    }

    /// The mean of 0, 1, …, 99 has a standard error of 2.887, so that 95 % lie within ± 5.66.
    @Test func resamplingFindsTheStandardError() throws {
        let bootstrap = Bootstrap(samples: 100)
        let interval = try #require(
            bootstrap.interval { weights in
                var sum = 0
                for (index, weight) in weights.enumerated() { sum += index * weight }
                return Double(sum) / 100
            })
        #expect(abs(interval.lowerBound - 43.84) < 1 && abs(interval.upperBound - 55.16) < 1)
        #expect(bootstrap.resamples == 1000 && Bootstrap(samples: 1_000_000).resamples == 400)
        #expect(Bootstrap(samples: 1).interval { _ in 0 } == nil)
        // Blocks cover all samples, each draw as many.
        let many = Bootstrap(samples: 20_000)
        let total = try #require(many.interval { Double($0.reduce(0, +)) })
        #expect(total == 20_000...20_000)
    }

    /// Clopper and Pearson's limits, scaled: 9 of 10, 5 of 5 and 6 of 6 pairs for the first, of 100 samples.
    @Test func pairsDecideWhetherTwoModelsDiffer() throws {
        func interval(_ b: Int, _ c: Int) -> ClosedRange<Double> {
            PairedShares(samples: 100, onlyFirst: b, onlySecond: c).interval ?? 9...9
        }
        #expect(abs(interval(9, 1).lowerBound - 0.010_996_8) < 1e-6)
        #expect(abs(interval(9, 1).upperBound - 0.099_494_3) < 1e-6)
        #expect(abs(interval(5, 0).lowerBound + 0.002_182_4) < 1e-6)
        #expect(abs(interval(6, 0).lowerBound - 0.004_889_0) < 1e-6)
        #expect(interval(0, 0) == 0...0)
        #expect(interval(5000, 4000).lowerBound > 0)
        #expect(PairedShares(samples: 0).interval == nil)
    }

    @Test func differencesSayWhatTheyAreWorth() throws {
        let labels = [Int](repeating: 0, count: 90) + [Int](repeating: 1, count: 10)
        let names = ["good", "bad"]
        let majority = try naming(
            [Int](repeating: 0, count: 100), labels: labels, names: names)
        #expect(
            try majority.differences(from: majority).map(\.verdict) == [
                .withinChance, .withinChance,
            ])
        // Finds 8 of 10 bad ones at the price of 8 false alarms: right as often, and worth more.
        var answers = labels
        for index in 0..<8 { answers[index] = 1 }
        answers[98] = 0
        answers[99] = 0
        let finder = try naming(answers, labels: labels, names: names)
        let differences = try finder.differences(from: majority)
        #expect(differences.map(\.measure) == ["accuracy", "balanced-accuracy"])
        #expect(differences[0].value == 0 && differences[0].verdict == .withinChance)
        let expected = 0.5 * 82.0 / 90 + 0.4 - 0.5
        #expect(abs(differences[1].value - expected) < 1e-9)
        #expect(differences[1].verdict == .better)
        #expect(try majority.differences(from: finder)[1].verdict == .worse)
        // Smaller errors are better.
        let close = try predicting(
            (0..<40).map { Float($0) + 0.1 }, targets: (0..<40).map { Float($0) })
        let far = try predicting(
            (0..<40).map { Float($0) + 2 }, targets: (0..<40).map { Float($0) })
        #expect(try close.differences(from: far).map(\.verdict) == [.better, .better])
    }
}

/// Losses in which classes do not count alike.
@Suite struct ClassWeightTests {
    private let labels = [0, 2, 1, 2]
    private let weights: [Float] = [0.5, 2, 1, 0.25]

    private func output(_ shape: [Int], _ name: String) -> Tensor {
        Tensor(RandomStream(seed: 7, name: name).normal(count: shape.reduce(1, *)), shape: shape)
    }

    /// −Σ w log softmax / B with w = (0.5, 2): of even scores over two classes, 1.25 ln 2.
    @Test func crossEntropyIsWeighted() {
        let even = Tensor.zeros([2, 2]).crossEntropy(labels: [0, 1], weights: [0.5, 2])
        #expect(abs(even.scalar - 1.25 * Float(log(2.0))) < 1e-6)
        let scores = output([3, 4, 3], "scores")
        let plain = scores.crossEntropy(labels: labels, smoothing: 0.1)
        #expect(
            plain.scalar
                == scores.crossEntropy(labels: labels, smoothing: 0.1, weights: [1, 1, 1, 1])
                .scalar)
    }

    @Test(arguments: [
        CrossEntropy(of: .meanMembrane, labelSmoothing: 0.1) as any Loss,
        CrossEntropyOfEachStep(), TemporalEfficientTraining(lambda: 0.2), RateError(),
    ])
    func gradientsAreThoseOfTheWeightedLoss(loss: any Loss) throws {
        let targets = Targets.classes(labels, names: ["a", "b", "c"])
        let scores = output([3, 4, 3], "scores")
        let error = GradientCheck(stepSize: 1e-2).largestError(at: [scores]) {
            loss.value(of: $0[0], targets: targets, weights: weights) ?? Tensor(.nan)
        }
        #expect(error < 2e-3, "\(type(of: loss).kind): \(error)")
        // Weights of 1 are no weights, others are.
        let plain = loss.value(of: scores, targets: targets).scalar
        let ones = try #require(
            loss.value(of: scores, targets: targets, weights: [1, 1, 1, 1])?.scalar)
        let other = try #require(loss.value(of: scores, targets: targets, weights: weights)?.scalar)
        #expect(abs(ones - plain) <= 1e-6 * abs(plain) && abs(other - plain) > 1e-3)
        // Parts of a sequence add up.
        let parts = [0..<1, 1..<3].map { range in
            loss.value(
                ofPart: scores.slice(range), of: 3, targets: targets, weights: weights)?.scalar
                ?? .nan
        }
        if loss is CrossEntropyOfEachStep {
            #expect(abs(parts[0] + parts[1] - other) < 1e-4)
        }
    }

    @Test func factorsHaveMeanOne() throws {
        let data = try Dataset(
            name: "toy", values: [Float](repeating: 0, count: 10), featureShape: [1],
            labels: [0, 0, 0, 0, 0, 0, 0, 0, 1, 1], classNames: ["a", "b", "c"])
        // n / (K n_c) = 10/16 and 10/4; class c has no samples.
        #expect(try ClassWeights.balanced.factors(for: data) == [0.625, 2.5, 1])
        #expect(try ClassWeights.none.factors(for: data) == nil)
        // (8 · 1 + 2 · 6) / 10 = 2.
        #expect(try ClassWeights.factors([1, 6, 9]).factors(for: data) == [0.5, 3, 1])
        #expect(throws: TrainingError.self) { try ClassWeights.factors([1, 2]).factors(for: data) }
        #expect(throws: TrainingError.self) {
            try ClassWeights.factors([0, 0, 1]).factors(for: data)
        }
        let values = try Dataset(
            name: "toy", values: [0, 1], featureShape: [1],
            targets: .values([0, 1], names: ["y"], units: [""]))
        #expect(throws: TrainingError.self) { try ClassWeights.balanced.factors(for: values) }
    }

    /// Nine of ten samples are of one class and inputs overlap: without weights the rare one is hardly ever named.
    @Test func weightsMoveTheBorder() throws {
        let count = 200
        let noise = RandomStream(seed: 5, name: "overlap").normal(count: count)
        let labels = (0..<count).map { $0 % 10 == 0 ? 1 : 0 }
        let data = try Dataset(
            name: "overlap", values: (0..<count).map { noise[$0] + Float(labels[$0]) },
            featureShape: [1], labels: labels)
        func named(_ weights: ClassWeights) throws -> Int {
            let network = try Network(inputShape: [1], timeStep: 1e-3, seed: 0) {
                Linear(1, 2)
                LeakyIntegrator(membraneTimeConstant: 2e-3)
            }
            var method = SurrogateGradient(
                ClockedModel(
                    network: network, encoder: DirectEncoder(steps: 2, timeStep: 1e-3),
                    loss: CrossEntropy()), optimizer: Adam(learningRate: 0.05))
            method.classWeights = weights
            try Course(epochs: 15).run(&method, on: data)
            return try method.model.evaluate(on: data).predictions.count { $0 == 1 }
        }
        #expect(try named(.none) < 10)
        #expect(try named(.balanced) > 40)
    }
}
