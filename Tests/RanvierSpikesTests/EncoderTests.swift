import RanvierSpikes
import RanvierTensors
import RanvierTestSupport
import Testing

@testable import RanvierConfiguration

@Suite struct EncoderTests {
    private let steps = 200

    @Test func poissonRateIsTheValue() throws {
        let values = Tensor([0, 0.1, 0.5, 0.9, 1], shape: [1, 5])
        let encoder = PoissonEncoder(steps: 4000, timeStep: 1e-3)
        let spikes = try encoder.encode(values)
        #expect(spikes.shape == [4000, 1, 5] && spikes.storageKind == .spikes)
        for (count, p) in zip(spikes.sum(axes: [0]).scalars, values.scalars) {
            // Five standard deviations of the binomial.
            let deviation = (4000 * p * (1 - p)).squareRoot()
            #expect(abs(count - 4000 * p) <= 5 * deviation + 1e-3)
        }
    }

    @Test func poissonSampleKeepsItsSpikesInAnyBatch() throws {
        let stream = RandomStream(seed: 7, name: "encoder")
        let values = Tensor(
            RandomStream(seed: 1, name: "x").uniform(count: 3 * 70), shape: [3, 70])
        let encoder = PoissonEncoder(steps: 10, timeStep: 1e-3)
        func encode(_ samples: [Int], epoch: Int) throws -> Tensor {
            try encoder.encode(
                values.gathering(rows: samples),
                at: EncodingPosition(stream: stream, epoch: epoch, samples: samples))
        }
        let whole = try encode([0, 1, 2], epoch: 2)
        let part = try encode([2, 0], epoch: 2)
        #expect(
            part.slice(0..<1, along: 1).scalars == whole.slice(2..<3, along: 1).scalars)
        #expect(
            part.slice(1..<2, along: 1).scalars == whole.slice(0..<1, along: 1).scalars)
        #expect(try encode([0, 1, 2], epoch: 3).scalars != whole.scalars)
        #expect(
            throws: SpikeError.countsDiffer(
                what: "samples of the encoding position", expected: 3, found: 1)
        ) {
            try encoder.encode(
                values, at: EncodingPosition(stream: stream, epoch: 0, samples: [0]))
        }
    }

    @Test func sameSpikesOnOneAndTwoThreads() throws {
        let values = Tensor(
            uniformIn: 0..<1, shape: [2, 9000], from: RandomStream(seed: 2, name: "x"))
        let encoders: [any SpikeEncoder] = [
            .poisson(steps: 3, timeStep: 1e-3), .latency(steps: 3, timeStep: 1e-3),
        ]
        for encoder in encoders {
            let one = try Parallel.withThreads(1) { try encoder.encode(values) }
            let two = try Parallel.withThreads(2) { try encoder.encode(values) }
            #expect(two.scalars == one.scalars)
        }
    }

    @Test func straightThroughGradient() throws {
        let values = Tensor([0.2, 0.7], shape: [1, 2]).tracked()
        let plain = try PoissonEncoder(steps: 3, timeStep: 1).encode(values)
        #expect(!plain.isTracked)
        let through = try PoissonEncoder(steps: 3, timeStep: 1, isStraightThrough: true)
            .encode(values)
        #expect(through.scalars == plain.scalars)
        #expect(through.sum().gradients(for: [values])[0].scalars == [3, 3])
        let direct = DirectEncoder(steps: 4, timeStep: 1)
            .encode(values, at: EncodingPosition(samples: 1))
        #expect(direct.sum().gradients(for: [values])[0].scalars == [4, 4])
    }

    @Test(arguments: [LatencyEncoder.Curve.linear, .logarithmic])
    func latencySpikesOnceAndBrightFirst(curve: LatencyEncoder.Curve) throws {
        let values = Tensor((0...100).map { Float($0) / 100 }, shape: [1, 101])
        let spikes = try LatencyEncoder(steps: steps, timeStep: 1e-3, curve: curve).encode(values)
        #expect(spikes.sum(axes: [0]).scalars.allSatisfy { $0 == 1 })
        let first = spikes.firstSpikeSteps.scalars
        #expect(first[100] == 0 && first[0] == Float(steps - 1))
        #expect(zip(first, first.dropFirst()).allSatisfy { $0 >= $1 })
    }

    @Test func lateAndSmallValues() throws {
        let values = Tensor([0, 0.3, 1], shape: [1, 3])
        let curve = LatencyEncoder.Curve.charging(timeConstant: 10e-3, threshold: 0.1)
        let late = try LatencyEncoder(steps: 20, timeStep: 1e-3, curve: curve).encode(values)
        // t = τ ln(x / (x − θ)): 10 ms · ln 1.5 = 4.05 ms, 10 ms · ln(1/0.9) = 1.05 ms.
        #expect(late.firstSpikeSteps.scalars == [19, 4, 1])
        let times = late.firstSpikeTimes(timeStep: 1e-3).scalars
        #expect(abs(times[1] - 4e-3) < 1e-9)
        let dropped = try LatencyEncoder(
            steps: 20, timeStep: 1e-3, curve: curve, lateSpikes: .dropped
        ).encode(values)
        #expect(dropped.firstSpikeSteps.scalars == [20, 4, 1])
        #expect(dropped.firstSpikeTimes(timeStep: 1e-3).scalars[0] == .infinity)
        let silent = try LatencyEncoder(steps: 20, timeStep: 1e-3, smallestValue: 0.01)
            .encode(values)
        #expect(silent.spikeCount == 2)
    }

    @Test func deltaHasOnAndOffChannels() throws {
        // [B 2, T 3, C 2]
        let values = Tensor(
            [0, 5, 1, 5, 1, 3] + [2, 2, 2, 0, 2, 0.5], shape: [2, 3, 2])
        let encoder = DeltaEncoder(
            steps: 3, timeStep: 1e-3, threshold: 1, valueBeforeFirst: nil)
        let spikes = try encoder.encode(values)
        #expect(spikes.shape == [3, 2, 4])
        #expect(
            spikes.scalars == [
                0, 0, 0, 0, 0, 0, 0, 0,
                1, 0, 0, 0, 0, 0, 0, 1,
                0, 0, 0, 1, 0, 0, 0, 0,
            ])
        #expect(throws: SpikeError.self) { try encoder.encode(values.slice(0..<2, along: 1)) }
    }

    @Test func burstsStartAtOnce() throws {
        let encoder = BurstEncoder(
            steps: 8, timeStep: 1, mostSpikes: 3, shortestInterval: 2, longestInterval: 6)
        let spikes = try encoder.encode(Tensor([0, 0.5, 1], shape: [1, 3]))
        // 0: none; 0.5: two spikes, 4 apart; 1: three, 2 apart.
        #expect(spikes.slice(1..<2, along: 2).scalars == [1, 0, 0, 0, 1, 0, 0, 0])
        #expect(spikes.slice(2..<3, along: 2).scalars == [1, 0, 1, 0, 1, 0, 0, 0])
        #expect(spikes.spikeCount == 5)
    }

    @Test func sequencesTurnTimeToTheFront() throws {
        let values = Tensor([1, 0, 0, 1, 1, 1, 0, 0], shape: [2, 2, 2])
        let encoder = SequenceEncoder(steps: 2, timeStep: 1e-3)
        let spikes = try encoder.encode(values)
        #expect(spikes.storageKind == .spikes && spikes.shape == [2, 2, 2])
        #expect(spikes.scalars == [1, 0, 1, 1, 0, 1, 0, 0])
        #expect(try encoder.encode(values * 0.5).storageKind == .dense)
        #expect(try encoder.featureShape(ofSample: [2, 5, 4]) == [5, 4])
    }

    @Test func recordingsAsTheirMeanFrame() throws {
        let values = Tensor([1, 0, 0, 1, 1, 1, 0, 3], shape: [2, 2, 2])
        let encoder = MeanEncoder(timeStep: 10e-3)
        let frames = try encoder.encode(values)
        #expect(frames.shape == [1, 2, 2] && encoder.steps == 1)
        #expect(frames.scalars == [0.5, 0.5, 0.5, 2])
        #expect(try encoder.featureShape(ofSample: [7, 4, 4, 2]) == [4, 4, 2])
        #expect(throws: SpikeError.self) { try encoder.featureShape(ofSample: [7]) }
    }

    @Test(arguments: [Float.nan, -0.1, 1.5, .infinity])
    func valuesOutsideTheUnitRangeAreNamed(bad: Float) {
        let values = Tensor([0, 1, 0.5, bad], shape: [2, 2])
        let encoders: [any SpikeEncoder] = [
            .poisson(steps: 2, timeStep: 1), .latency(steps: 2, timeStep: 1),
            .phase(steps: 2, timeStep: 1), .burst(steps: 2, timeStep: 1),
            .population(steps: 2, timeStep: 1),
        ]
        for encoder in encoders {
            do {
                _ = try encoder.encode(values)
                Issue.record("\(encoder) accepted \(bad)")
            } catch {
                guard case .valueOutsideRange(_, sample: 1, element: 1, _, _) = error else {
                    Issue.record("\(encoder): \(error)")
                    continue
                }
                #expect(error.description.contains("scaling: range"))
            }
        }
    }

    // MARK: - Encoders as values

    static let registry: Registry = {
        var registry = Registry()
        registry.add(EncoderKind.standard)
        return registry
    }()

    /// Every kind with options at random: what it writes is read as the same, and stands for what is left out.
    @Test(arguments: registry.names(EncoderRole.self))
    func encodersAreReadAsTheSame(name: String) throws {
        let kind = try Self.registry.kind(name, of: EncoderRole.self)
        var random: any RandomNumberGenerator = SeededNumbers(seed: 3)
        var seen: Set<Element> = []
        for _ in 0..<16 {
            let encoder = kind.sample(&random), element = encoder.element
            #expect(element.kind == name)
            seen.insert(element)
            let again = try element.value(of: EncoderRole.self, in: Self.registry, at: "test")
            #expect(again.element == element && type(of: again) == type(of: encoder))
        }
        #expect(seen.count > 4)
        let error = #expect(throws: ConfigurationError.self) {
            try Element(name, .section([.init("stepz", .integer(2))])).value(
                of: EncoderRole.self, in: Self.registry, at: "test")
        }
        #expect(error?.keyPath.hasPrefix(name) == true)
    }

    @Test(arguments: registry.names(EncoderRole.self))
    func anEncoderStandsForMissingKeys(name: String) throws {
        let kind = try Self.registry.kind(name, of: EncoderRole.self)
        var random: any RandomNumberGenerator = SeededNumbers(seed: 3)
        for _ in 0..<16 {
            let encoder = kind.sample(&random)
            var required: [ConfigurationNode.Pair] = []
            while true {
                let section = ConfigurationSection(
                    pairs: required, location: "", keyPath: "", registry: Self.registry)
                do {
                    #expect(try kind.read(section, encoder).element == encoder.element)
                    break
                } catch {
                    guard case .missingKey = error.problem,
                        let option = encoder.configurationValue[error.keyPath]
                    else { throw error }
                    required.append(
                        .init(
                            key: error.keyPath, location: "",
                            value: ConfigurationNode(option, location: "")))
                }
            }
        }
    }
}
