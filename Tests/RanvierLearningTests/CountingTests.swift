import Foundation
import Ranvier
import RanvierTestSupport
import Testing

@testable import RanvierAnalysis
@testable import RanvierData
@testable import RanvierExact
@testable import RanvierFormats
@testable import RanvierLearning
@testable import RanvierNetworks
@testable import RanvierSpikes
@testable import RanvierSurrogate
@testable import RanvierTensors

/// Activity and operations as the one ruler tells them: the same for any size of batches, and right for any neuron.
@Suite struct CountingTests {
    private static let count = 21

    /// A data set of `shape`, from draws in 0…1.
    private func data(_ shape: [Int], _ number: (Float) -> Float) throws -> Dataset {
        let size = shape.reduce(1, *)
        let draws = Tensor(
            uniformIn: 0..<1, shape: [Self.count * size],
            from: RandomStream(seed: 1, name: "data"))
        return try Dataset(
            name: "drawn", values: draws.scalars.map(number), featureShape: shape,
            labels: (0..<Self.count).map { $0 % 3 })
    }

    private func evaluations(
        _ layers: [any Layer], _ encoder: any SpikeEncoder, _ data: Dataset, inputs: Int = 6
    ) throws -> [Evaluation] {
        let network = try Network(inputShape: [inputs], seed: 3, layers: layers)
        let task = try #require(Classification(of: data))
        return try [1, 3, 7, 21].map { batch in
            try ClockedModel(
                network: network, encoder: encoder, loss: CrossEntropy(),
                signature: ModelSignature(of: data, task: task),
                batchSize: batch
            ).evaluate(on: data)
        }
    }

    @Test func signedAndGradedSpikesAreSpikes() throws {
        let data = try data([6]) { 2 * $0 - 1 }
        for neuron: any Layer in [TernaryLIF(leak: .factor(0.5)), GradedLIF(leak: .factor(0.5))] {
            let layers: [any Layer] = [Linear(6, 8, gain: 4), neuron, Linear(8, 3)]
            let encoder = DirectEncoder(steps: 5, timeStep: 1e-3)
            let network = try Network(inputShape: [6], seed: 3, layers: layers)
            var signs: Set<Float> = [], spikes = 0
            var silent = Set(0..<8)
            _ = network(
                try encoder.encode(data.features(of: Array(0..<Self.count))),
                in: ForwardContext(timeStep: 1e-3) { _, observation in
                    guard case .spikes(let heard) = observation else { return }
                    for (place, value) in heard.scalars.enumerated() where value != 0 {
                        spikes += 1
                        signs.insert(value < 0 ? -1 : 1)
                        silent.remove(place % 8)
                    }
                })
            #expect(signs.count == (neuron is TernaryLIF ? 2 : 1))
            let all = try evaluations(layers, encoder, data)
            for found in all {
                #expect(found.activity.count == 1)
                #expect(
                    abs(found.activity[0].spikesPerSample * Double(Self.count) - Double(spikes))
                        < 1e-6)
                #expect(found.activity[0].silentNeurons == Double(silent.count) / 8)
                #expect(found.operations == all[0].operations)
                #expect(found.layerOperations == all[0].layerOperations)
            }
            let records = all[0].layerOperations.map {
                LayerOperationsRecord($0, samples: Self.count)
            }
            #expect(records.map(\.name) == ["linear1", "linear3"])
            #expect(records[0].input == .analog && records[0].multiplyAccumulate == 48)
            #expect(records[1].input == (neuron is TernaryLIF ? .spikes : .gradedSpikes))
        }
    }

    /// Sequences of events are told from sequences of values by the whole data set, not by what is in a batch.
    @Test func sequencesOfEventsAndOfValues() throws {
        let encoder = SequenceEncoder(steps: 5, timeStep: 1e-3)
        let layers: [any Layer] = [
            Linear(6, 8), LIF(leak: .factor(0.5), dynamics: LIFDynamics()), Linear(8, 3),
        ]
        // Counts of events: few batches hold more than one at a place.
        let counts = try data([5, 6]) { $0 < 0.02 ? 3 : $0 < 0.3 ? 1 : 0 }
        for found in try evaluations(layers, encoder, counts) {
            let first = found.layerOperations[0].operations
            #expect(first.synaptic == 8 * counts.values.count { $0 == 1 })
            #expect(first.multiplyAccumulate == 8 * counts.values.count { $0 == 3 })
            #expect(first.analog == 0 && first.payload > 0)
        }
        // Measured values, of which some happen to be 0 or 1.
        let values = try data([5, 6]) { $0 < 0.4 ? 0 : $0 < 0.8 ? 1 : $0 }
        for found in try evaluations(layers, encoder, values) {
            let first = found.layerOperations[0].operations
            #expect(first == OperationCount(multiplyAccumulate: Self.count * 5 * 48))
        }
    }

    /// A delay of 0 does what no delay does, and a constant input is multiplied once.
    @Test func aDelayOfNothingCountsAsNone() throws {
        let data = try data([6]) { $0 }
        let encoder = DirectEncoder(steps: 20, timeStep: 1e-3)
        func operations(_ first: any Layer) throws -> OperationCount {
            let all = try evaluations(
                [first, LIF(leak: .factor(0.9), dynamics: LIFDynamics()), Linear(8, 3)], encoder,
                data)
            for found in all { #expect(found.layerOperations[0] == all[0].layerOperations[0]) }
            return all[0].layerOperations[0].operations
        }
        let plain = try operations(Linear(6, 8))
        #expect(plain == OperationCount(multiplyAccumulate: Self.count * 48))
        for delay in [0.0, 3e-3] {
            let layer = DelayedLinear(6, 8, maximumDelay: delay, timeStep: 1e-3)
            #expect(try operations(layer) == plain)
        }
    }

    @Test func layersThatSayNothingAreToldAtTheEnd() throws {
        let data = try data([6]) { $0 }
        let encoder = DirectEncoder(steps: 5, timeStep: 1e-3)
        let linear = Linear(6, 3)
        let silent = try evaluations(
            [linear, LIF(leak: .factor(0.5), threshold: 1e6, dynamics: LIFDynamics())], encoder,
            data)
        #expect(silent[0].doubts.count == 1 && silent[0].doubts[0].contains("'lif2' is silent"))
        let ones = Linear(weights: .ones([6, 3]), bias: .ones([3]) * 9)
        let full = try evaluations(
            [ones, LIF(leak: .factor(0.5), dynamics: LIFDynamics())], encoder, data)
        #expect(full[0].doubts.count == 1 && full[0].doubts[0].contains("'lif2' is saturated"))
        // Opposite signs are no silence.
        let odd = Linear(weights: Tensor([Float](repeating: 9, count: 18), shape: [6, 3]))
        let signed = try self.data([6]) { 2 * $0 - 1 }
        #expect(
            try evaluations([odd, TernaryLIF(leak: .factor(0.5))], encoder, signed)[0].doubts
                .allSatisfy { !$0.contains("silent") })
    }

    // MARK: - Batches of one

    @Test func aRestTooSmallJoinsTheBatchBefore() throws {
        let data = try data([6]) { $0 }  // 21 samples
        for (size, smallest, sizes) in [
            (4, 1, [4, 4, 4, 4, 4, 1]), (4, 2, [4, 4, 4, 4, 5]), (10, 2, [10, 11]),
            (8, 2, [8, 8, 5]), (21, 2, [21]), (30, 2, [21]), (19, 3, [21]),
        ] {
            let batches = Batches(data, size: size, seed: 4, smallest: smallest)
            #expect(batches.map(\.count) == sizes)
            #expect(batches.flatMap(\.indices).sorted() == Array(0..<21))
            // In the order that they would have had.
            #expect(batches.flatMap(\.indices) == Batches(data, size: size, seed: 4).order)
        }
        #expect(
            Batches(data, size: 4, dropsPartialBatch: true, smallest: 2).map(\.count) == [
                4, 4, 4, 4, 4,
            ])
    }

    @Test func theRunningVarianceIsThatOfTheSamples() throws {
        let data = try data([6]) { $0 }
        let linear = Linear(6, 8, hasBias: false), norm = BatchNormalization(8)
        let network = try Network(
            inputShape: [6], seed: 3,
            layers: [linear, norm, LIF(leak: .factor(0.5), dynamics: LIFDynamics()), Linear(8, 3)])
        // 21 samples leave a last batch of one.
        var method = SurrogateGradient(
            ClockedModel(
                network: network, encoder: DirectEncoder(steps: 6, timeStep: 1e-3),
                loss: CrossEntropy()), optimizer: SGD(learningRate: 0), batchSizes: 20)
        try Course(epochs: 60).run(&method, on: data)
        let values = data.features(of: Array(0..<Self.count)).matrixProduct(linear.weights.value)
            .scalars
        for channel in 0..<8 {
            let own = stride(from: channel, to: values.count, by: 8).map { Double(values[$0]) }
            let mean = own.reduce(0, +) / Double(own.count)
            let variance =
                own.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(own.count - 1)
            let ratio = Double(norm.runningVariance.value.scalars[channel]) / variance
            #expect(abs(ratio - 1) < 0.06, "\(ratio)")
        }
        method.batchSizes = 1
        let error = try #require(throws: TrainingError.self) {
            try Course(epochs: 1).run(&method, on: data)
        }
        #expect(error.description.contains("'batch-norm2'"))
    }

    // MARK: - Numbers that are none

    @Test func storedNumbersThatAreNoneAreRefused() throws {
        let folder = try TemporaryFolder()
        let network = try Network(inputShape: [6], seed: 3) {
            Linear(6, 8)
            LIF(leak: .factor(0.5), dynamics: LIFDynamics())
            Linear(8, 3)
        }
        let data = try data([6]) { $0 }
        let model = ClockedModel(
            network: network, encoder: DirectEncoder(steps: 5, timeStep: 1e-3),
            loss: CrossEntropy(),
            signature: ModelSignature(of: data, task: try #require(Classification(of: data))))
        for broken in [Float.nan, .infinity, -.infinity] {
            try model.save(to: folder.url)
            _ = try Model.load(folder.url, registry: .standard)
            let file = folder.url.appending(path: Model.tensorsFile)
            for (place, name) in [("parameters", "linear3.weights"), ("optimizer", "first/x")] {
                var checkpoint = TrainingCheckpoint(parameters: model.parameters)
                var numbers = [Float](repeating: 0.5, count: 24)
                numbers[7] = broken
                let tensor = Tensor(numbers, shape: [8, 3])
                if place == "parameters" {
                    checkpoint.parameters[name] = tensor
                } else {
                    var state = TrainingState()
                    state.optimizerState[name] = tensor
                    checkpoint.state = state
                }
                try checkpoint.write(to: file)
                let error = try #require(throws: CheckpointError.self) {
                    _ = try TrainingCheckpoint(contentsOf: file)
                }
                #expect(error.tensor == "\(place)/\(name)")
                #expect(error.description.contains("index 7"))
                #expect(throws: CheckpointError.self) {
                    _ = try Model.load(folder.url, registry: .standard)
                }
            }
        }
    }
}
