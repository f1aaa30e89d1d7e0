import Testing

@testable import RanvierData
@testable import RanvierLearning
@testable import RanvierNetworks
@testable import RanvierSpikes
@testable import RanvierSurrogate
@testable import RanvierTensors

/// Truncation, recomputation, mixed batches, warm-up and the prediction of memory in a training run.
@Suite struct DepthOptionsTests {
    static let digits = Result { try Digits().train.prefix(240) }

    /// Weights and reports after two epochs.
    private func train(
        loss: any Loss = CrossEntropyOfEachStep(), batches: BatchSizes = 60, truncation: Int? = nil,
        recomputes: Bool = false, schedule: LearningRateSchedule = .constant, epochs: Int = 2,
        encoding: any SpikeEncoder = CourseTests.encoding
    ) throws -> (weights: [[Float]], reports: [EpochReport]) {
        let network = try CourseTests.network()
        network.recomputesStates = recomputes
        var method = SurrogateGradient(
            ClockedModel(network: network, encoder: encoding, loss: loss),
            optimizer: Adam(learningRate: 5e-3), schedule: schedule, batchSizes: batches)
        method.truncation = truncation
        let state = try Course(epochs: epochs).run(&method, on: Self.digits.get())
        return (CourseTests.weights(network), state.reports)
    }

    private func difference(_ a: [[Float]], _ b: [[Float]]) -> Float {
        zip(a.joined(), b.joined()).reduce(0) { max($0, abs($1.0 - $1.1)) }
    }

    @Test func aTruncationOfTheWholeSequenceIsNone() throws {
        let whole = try train()
        #expect(try train(truncation: CourseTests.steps).weights == whole.weights)
        #expect(try train(truncation: 100).weights == whole.weights)
    }

    static let losses: [any Loss] = [
        CrossEntropyOfEachStep(), CrossEntropy(), TemporalEfficientTraining(),
    ]

    @Test(arguments: losses.indices)
    func truncationChangesGradientsAndStillLearns(index: Int) throws {
        let loss = Self.losses[index]
        let whole = try train(loss: loss, epochs: 6),
            cut = try train(
                loss: loss, truncation: 3, epochs: 6)
        #expect(difference(whole.weights, cut.weights) > 1e-4)
        #expect(cut.reports[5].trainingLoss < 0.8 * cut.reports[0].trainingLoss)
        #expect((cut.reports[5].trainingAccuracy ?? 0) > 0.4)
    }

    /// With losses of single steps the first forward pass, and so its loss, is the same.
    @Test func partsAddUpToTheLossOfTheWhole() throws {
        let sequence = Tensor(
            uniformIn: 0..<1, shape: [CourseTests.steps, 4, 64],
            from: RandomStream(seed: 0, name: "x"))
        for loss in [CrossEntropyOfEachStep(), TemporalEfficientTraining()] as [any Loss] {
            let values = try [nil, 1, 3].map { truncation in
                var method = SurrogateGradient(
                    ClockedModel(
                        network: try CourseTests.network(), encoder: CourseTests.encoding,
                        loss: loss), optimizer: SGD(learningRate: 0.1))
                method.truncation = truncation
                return try method.takeStep(
                    sequence, targets: .classes([1, 2, 3, 4], names: [])
                ).loss
            }
            #expect(abs(values[0] - values[1]) < 1e-4 * values[0])
            #expect(abs(values[0] - values[2]) < 1e-4 * values[0])
        }
    }

    @Test func spikesAreCutToo() throws {
        let encoding = PoissonEncoder(steps: CourseTests.steps, timeStep: 1e-3)
        let cut = try train(truncation: 3, encoding: encoding)
        #expect(cut.reports[1].trainingLoss < cut.reports[0].trainingLoss)
    }

    @Test func recomputationChangesNothing() throws {
        let kept = try train()
        let again = try train(recomputes: true)
        #expect(again.weights == kept.weights)
        #expect(again.reports.map(\.trainingLoss) == kept.reports.map(\.trainingLoss))
    }

    @Test func recomputationSavesMemory() throws {
        var layers: [any Layer] = []
        for index in 0..<6 {
            layers += [
                Convolution2D(index == 0 ? 2 : 8, 8, size: 3, padding: 1, hasBias: false),
                BatchNormalization(8), LIF(membraneTimeConstant: 4e-3),
            ]
        }
        layers += [GlobalAveragePool2D(), Linear(8, 3)]
        let network = try Network(inputShape: [12, 12, 2], seed: 1, layers: layers)
        // On one thread: what parts of a loop hold at one time depends on who runs when.
        let kept = Parallel.withThreads(1) { network.predictedMemory(steps: 6) }
        network.recomputesStates = true
        let again = Parallel.withThreads(1) { network.predictedMemory(steps: 6) }
        // A convolution, its normalisation and a membrane for each of six layers; then for one.
        #expect(again.bytesPerSample < 0.5 * kept.bytesPerSample)
    }

    @Test func mixedBatchesTakeTurns() throws {
        let sizes = BatchSizes([30, 60, 120])
        #expect((0..<6).map { sizes.size(epoch: $0, of: 6) } == [30, 30, 60, 60, 120, 120])
        #expect((0..<2).map { sizes.size(epoch: $0, of: 2) } == [30, 60])
        #expect(sizes.largest == 120)
        let small = try train(batches: 30), large = try train(batches: 120)
        let mixed = try train(batches: BatchSizes([30, 120]))
        #expect(mixed.reports[0].trainingLoss == small.reports[0].trainingLoss)
        #expect(mixed.reports[1].trainingLoss != small.reports[1].trainingLoss)
        #expect(difference(mixed.weights, large.weights) > 1e-4)
    }

    @Test func warmUpRisesThenFalls() throws {
        let schedule = LearningRateSchedule.cosine(floor: 0.1, warmUp: 0.25)
        #expect(abs(schedule.factor(epoch: 1, of: 8) - 0.55) < 1e-12)
        #expect(schedule.factor(epoch: 2, of: 8) == 1)
        #expect(abs(schedule.factor(epoch: 5, of: 8) - 0.55) < 1e-12)
        #expect(abs(schedule.factor(epoch: 8, of: 8) - 0.1) < 1e-12)
        #expect(schedule.factor(epoch: 0, of: 8) > 0.1)
        #expect(try train(schedule: schedule).weights != train(schedule: .cosine()).weights)
    }

    @Test func memoryIsPredictedBeforeTheRun() throws {
        // What parts of a loop hold at one time depends on who runs when.
        try Parallel.withThreads(1, predictMemory)
    }

    private func predictMemory() throws {
        let network = try CourseTests.network()
        var method = SurrogateGradient(
            ClockedModel(
                network: network, encoder: CourseTests.encoding, loss: CrossEntropyOfEachStep()),
            optimizer: Adam(learningRate: 5e-3), batchSizes: BatchSizes([10, 1000]))
        let predicted = try #require(try method.predictPeakMemory())
        let (_, peak) = try MemoryMeter.measuring {
            var again = method
            let sequence = Tensor(
                constantInTime: .ones([1000, 64]), steps: CourseTests.steps)
            _ = try again.takeStep(
                sequence, targets: .classes(Array(repeating: 1, count: 1000), names: []))
        }
        #expect(Double(predicted) > 0.6 * Double(peak) && Double(predicted) < 1.7 * Double(peak))
        method.memoryLimit = predicted / 2
        let error = #expect(throws: MemoryError.self) { try method.predictPeakMemory() }
        #expect(error?.batch == 1000)
        #expect(try #require(error?.largestBatch) < 600)
    }
}
