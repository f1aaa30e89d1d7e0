import RanvierSpikes
import RanvierTensors
import Testing

/// Encoders of series and of populations against values worked out by hand.
@Suite struct SeriesEncoderTests {
    /// Rises minus falls of the one channel of a sample.
    private func events(_ spikes: Tensor) -> [Int] {
        let numbers = spikes.scalars
        return (0..<spikes.shape[0]).map { Int(numbers[2 * $0]) - Int(numbers[2 * $0 + 1]) }
    }

    private func crossings(
        _ signal: [Float], threshold: Double = 0.1, mostEvents: Int = 1, before: Double? = nil
    ) throws -> Tensor {
        try LevelCrossingEncoder(
            steps: signal.count, timeStep: 1e-3, threshold: threshold, mostEvents: mostEvents,
            valueBeforeFirst: before
        ).encode(Tensor(signal, shape: [1, signal.count]))
    }

    /// A drift of 0.04 a step is told every third step, though no two steps differ by the threshold; `delta` is silent.
    @Test func slowDriftsAreTold() throws {
        let drift = (0..<9).map { 0.04 * Float($0) }
        #expect(try events(crossings(drift)) == [0, 0, 0, 1, 0, 1, 0, 0, 1])
        let delta = DeltaEncoder(
            steps: 9, timeStep: 1e-3, threshold: 0.1, valueBeforeFirst: nil)
        #expect(try delta.encode(Tensor(drift, shape: [1, 9])).spikeCount == 0)
    }

    /// After a rise the signal must fall by a whole level below it; levels of decimal fractions are reached.
    @Test func levelsHaveHysteresis() throws {
        #expect(
            try events(crossings([0.5, 0.6, 0.55, 0.51, 0.6, 0.5, 0.4])) == [0, 1, 0, 0, 0, -1, -1])
        let steady: [Float] = [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1]
        #expect(try events(crossings(steady)) == [0] + [Int](repeating: 1, count: 10))
        #expect(try events(crossings(steady.reversed())) == [0] + [Int](repeating: -1, count: 10))
        #expect(try crossings([3, 3, 3]).spikeCount == 0)
        #expect(try events(crossings([0.3, 0.3], before: 0)) == [1, 1])
    }

    /// A jump of five levels: one event a step and the rest made up, or up to three at once as their number.
    @Test func jumpsAreMadeUp() throws {
        let jump: [Float] = [0, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5]
        let single = try crossings(jump)
        #expect(single.storageKind == .spikes && single.shape == [7, 1, 2])
        #expect(try events(crossings(jump)) == [0, 1, 1, 1, 1, 1, 0])
        let several = try crossings(jump, mostEvents: 3)
        #expect(several.storageKind == .dense)
        #expect(events(several) == [0, 3, 2, 0, 0, 0, 0])
        // What has come back by then is not made up.
        #expect(try events(crossings([0, 0.5, 0.1, 0.1])) == [0, 1, 0, 0])
    }

    /// The signal that the events tell lies within a level of the signal where steps are small enough.
    @Test(arguments: [1, 3]) func theSignalIsFollowedToWithinALevel(mostEvents: Int) throws {
        let draws = RandomStream(seed: 4, name: "walk").uniform(count: 400)
        let threshold = 0.25
        var walk: [Float] = [2]
        for draw in draws {
            walk.append(walk[walk.count - 1] + (2 * draw - 1) * Float(mostEvents) * 0.249)
        }
        let events = events(try crossings(walk, threshold: threshold, mostEvents: mostEvents))
        var told = Double(walk[0]), worst = 0.0
        for (value, count) in zip(walk, events) {
            told += Double(count) * threshold
            worst = max(worst, abs(Double(value) - told))
        }
        #expect(worst < threshold + 1e-5 && worst > threshold / 2)
        #expect(events.map(abs).max() == mostEvents)
    }

    /// Two samples of two channels: rises of both, then falls of both.
    @Test func channelsStandApart() throws {
        let values = Tensor([0, 5, 1, 5, 1, 3] + [2, 2, 2, 0, 2, 0.5], shape: [2, 3, 2])
        let encoder = LevelCrossingEncoder(steps: 3, timeStep: 1e-3, threshold: 1)
        let spikes = try encoder.encode(values)
        #expect(spikes.shape == [3, 2, 4])
        #expect(
            spikes.scalars == [
                0, 0, 0, 0, 0, 0, 0, 0,
                1, 0, 0, 0, 0, 0, 0, 1,
                0, 0, 0, 1, 0, 0, 0, 0,
            ])
        #expect(throws: SpikeError.self) { try encoder.encode(values.slice(0..<2, along: 1)) }
        #expect(throws: SpikeError.self) { try encoder.encode(values * .infinity) }
    }

    /// Four neurons over 0…1: centres half a distance of 0.5 outside, σ = 1/3; `exp(−1.125)` = 0.3247, `exp(−4.5)` = 0.0111.
    @Test func populationsRespond() throws {
        let encoder = PopulationEncoder(steps: 11, timeStep: 1e-3, neurons: 4)
        #expect(encoder.centers == [-0.25, 0.25, 0.75, 1.25])
        #expect(abs(encoder.width - 1.0 / 3) < 1e-12)
        let expected = [0.324_652, 1, 0.324_652, 0.011_109]
        #expect(zip(encoder.responses(to: 0.25), expected).allSatisfy { abs($0 - $1) < 1e-6 })
        // (1 − 0.3247) · 10 = 6.75; 0.0111 lies below the cutoff.
        let spikes = try encoder.encode(Tensor([0.25, 0.75], shape: [1, 2]))
        #expect(spikes.shape == [11, 1, 8])
        #expect(spikes.firstSpikeSteps.scalars == [7, 0, 7, 11, 11, 7, 0, 7])
        #expect(try encoder.featureShape(ofSample: [5, 3]) == [5, 12])
        let all = PopulationEncoder(steps: 11, timeStep: 1e-3, neurons: 4, cutoff: 0)
        #expect(
            try all.encode(Tensor([0.25], shape: [1, 1])).firstSpikeSteps.scalars == [7, 0, 7, 10])
    }

    @Test func responsesAreShownAsTheyAre() throws {
        let encoder = PopulationEncoder(
            steps: 5, timeStep: 1e-3, neurons: 3, range: -2...2, beta: 1, code: .direct)
        // Centres −2 − 2, 0, 2 + 2 with σ = 4: x = 2 gives exp(−36/32), exp(−4/32), exp(−4/32).
        #expect(encoder.centers == [-4, 0, 4])
        let sequence = try encoder.encode(Tensor([2, -2], shape: [2, 1]))
        #expect(sequence.shape == [5, 2, 3] && sequence.storageKind == .constantInTime)
        let expected: [Float] = [0.324_652, 0.882_497, 0.882_497, 0.882_497, 0.882_497, 0.324_652]
        #expect(
            zip(sequence.scalars, (0..<5).flatMap { _ in expected })
                .allSatisfy { abs($0 - $1) < 1e-6 })
        let error = #expect(throws: SpikeError.self) {
            try encoder.encode(Tensor([0, 2.5], shape: [2, 1]))
        }
        #expect(error?.description.contains("a value from -2 to 2") == true)
    }

    /// Two rows of two values by latency in three steps each.
    @Test func rowsAreCodedOneAfterTheOther() throws {
        let encoder = EachRowEncoder(rows: 2, encoder: .latency(steps: 3, timeStep: 1e-3))
        #expect(encoder.steps == 6 && abs((encoder.rowDuration ?? 0) - 3e-3) < 1e-12)
        let spikes = try encoder.encode(Tensor([1, 0.5, 0, 1], shape: [1, 2, 2]))
        #expect(spikes.storageKind == .spikes && spikes.shape == [6, 1, 2])
        #expect(spikes.scalars == [1, 0, 0, 1, 0, 0] + [0, 1, 0, 0, 1, 0])
        let population = EachRowEncoder(
            rows: 2, encoder: .population(steps: 1, timeStep: 1e-3, neurons: 3, code: .direct))
        #expect(try population.featureShape(ofSample: [2, 5]) == [15])
        #expect(
            try population.encode(Tensor([0, 0.5, 1, 1], shape: [1, 2, 2])).shape == [2, 1, 6])
        #expect(throws: SpikeError.self) { try encoder.featureShape(ofSample: [3, 2]) }
        guard
            case .valueOutsideRange(_, sample: 1, element: 3, value: 2, _)? =
                #expect(
                    throws: SpikeError.self,
                    performing: {
                        try encoder.encode(Tensor([0, 1, 0, 1, 0, 1, 0, 2], shape: [2, 2, 2]))
                    })
        else {
            Issue.record("the value is not named")
            return
        }
    }

    /// Rate coding of a series draws each row anew, with the row's values as probabilities.
    @Test func ratesOfASeries() throws {
        let encoder = EachRowEncoder(rows: 3, encoder: .poisson(steps: 500, timeStep: 1e-4))
        let spikes = try encoder.encode(Tensor([0.1, 0.5, 0.5], shape: [1, 3]))
        let counts = (0..<3).map { spikes.slice($0 * 500..<($0 + 1) * 500).sum().scalar }
        for (count, p) in zip(counts, [Float(0.1), 0.5, 0.5]) {
            #expect(abs(count - 500 * p) < 5 * (500 * p * (1 - p)).squareRoot())
        }
        #expect(
            spikes.slice(500..<1000).scalars != spikes.slice(1000..<1500).scalars)
    }

    // MARK: - Row by row

    static let streaming: [any SpikeEncoder] = [
        .sequence(steps: 12, timeStep: 1e-3),
        .delta(steps: 12, timeStep: 1e-3, threshold: 0.2),
        DeltaEncoder(steps: 12, timeStep: 1e-3, threshold: 0.2, valueBeforeFirst: nil),
        .levelCrossing(steps: 12, timeStep: 1e-3, threshold: 0.2),
        .levelCrossing(steps: 12, timeStep: 1e-3, threshold: 0.05, mostEvents: 4),
        .eachRow(12, .poisson(steps: 2, timeStep: 1e-3)),
        .eachRow(12, .latency(steps: 4, timeStep: 1e-3)),
        .eachRow(12, .population(steps: 1, timeStep: 1e-3, code: .direct)),
    ]

    @Test(arguments: streaming.indices) func rowsGiveTheSequence(index: Int) throws {
        let encoder = Self.streaming[index]
        let values = Tensor(
            uniformIn: 0..<1, shape: [1, 12, 3], from: RandomStream(seed: 6, name: "rows"))
        let whole = try encoder.encode(
            values,
            at: EncodingPosition(
                stream: RandomStream(seed: 0, name: "evaluation"), epoch: 0, samples: [0]))
        var rows = try #require(encoder.rowEncoder())
        var parts: [Tensor] = []
        for row in 0..<12 {
            parts.append(
                try rows.encode(values.slice(row..<row + 1, along: 1).reshaped(to: [1, 3])))
        }
        let joined = Tensor.concatenate(parts.map(\.dense))
        #expect(joined.shape == whole.shape && joined.scalars == whole.scalars)
        #expect(whole.scalars.contains { $0 != 0 })
    }

    @Test func wholeSampleCodesHaveNoRows() {
        let encoders: [any SpikeEncoder] = [
            .poisson(steps: 3, timeStep: 1), .latency(steps: 3, timeStep: 1),
            .population(steps: 3, timeStep: 1), MeanEncoder(timeStep: 1),
        ]
        for encoder in encoders { #expect(encoder.rowEncoder() == nil) }
    }

    // MARK: - Resolution and range

    @Test func everyCodeTellsItsResolution() {
        let expected: [(any SpikeEncoder, EncodingResolution)] = [
            (.direct(steps: 5, timeStep: 1), .exact), (.sequence(steps: 5, timeStep: 1), .exact),
            (.poisson(steps: 25, timeStep: 1), .deviation(0.1)),
            (.latency(steps: 11, timeStep: 1), .step(0.1)),
            (.latency(steps: 1, timeStep: 1), .nothing),
            (LatencyEncoder(steps: 11, timeStep: 1, smallestValue: 0.5), .step(0.5)),
            (.phase(steps: 8, timeStep: 1, digits: 4), .step(1.0 / 16)),
            // Only the first three digits are shown.
            (.phase(steps: 3, timeStep: 1, digits: 8), .step(1.0 / 8)),
            // Up to 1/5 there is one spike, whatever the value.
            (.burst(steps: 25, timeStep: 1), .step(0.2)), (.burst(steps: 1, timeStep: 1), .nothing),
            (.delta(steps: 5, timeStep: 1, threshold: 0.25), .change(0.25)),
            (.levelCrossing(steps: 5, timeStep: 1, threshold: 0.3), .level(0.3)),
            (.population(steps: 5, timeStep: 1, neurons: 12), .centers(0.1)),
            (.eachRow(4, .latency(steps: 6, timeStep: 1)), .step(0.2)),
        ]
        for (encoder, resolution) in expected {
            #expect(encoder.resolution == resolution, "\(encoder)")
            #expect(encoder.resolution?.description.isEmpty == false)
        }
    }

    /// The widest range of equal codes, found by trying many values, is what curved and burst codes tell.
    @Test func resolutionsAreThoseOfTheCode() throws {
        let encoders: [any SpikeEncoder] = [
            LatencyEncoder(steps: 9, timeStep: 1e-3, curve: .logarithmic),
            LatencyEncoder(
                steps: 9, timeStep: 1e-3, curve: .charging(timeConstant: 3e-3, threshold: 0.2)),
            LatencyEncoder(
                steps: 9, timeStep: 1e-3, curve: .charging(timeConstant: 3e-3, threshold: 0.2),
                lateSpikes: .dropped),
            BurstEncoder(steps: 9, timeStep: 1e-3, mostSpikes: 3, shortestInterval: 2),
            BurstEncoder(steps: 9, timeStep: 1e-3, longestInterval: 30),
        ]
        let count = 4000
        let values = Tensor((0...count).map { Float($0) / Float(count) }, shape: [count + 1, 1])
        for encoder in encoders {
            let numbers = try encoder.encode(values).scalars
            func code(_ index: Int) -> [Float] {
                (0..<encoder.steps).map { numbers[$0 * (count + 1) + index] }
            }
            var widest = 0, since = 0
            for index in 1...count {
                if code(index) != code(index - 1) { since = index }
                widest = max(widest, index - since)
            }
            guard case .step(let told)? = encoder.resolution else {
                Issue.record("\(encoder) tells \(String(describing: encoder.resolution))")
                continue
            }
            #expect(abs(told - Double(widest) / Double(count)) < 2e-3, "\(encoder)")
        }
    }

    @Test func whatIsAccepted() {
        #expect(AcceptedValues.unit.contains(0) && AcceptedValues.unit.contains(1))
        #expect(!AcceptedValues.unit.contains(1.000_001) && !AcceptedValues.unit.contains(.nan))
        #expect(AcceptedValues.counts.contains(3) && !AcceptedValues.counts.contains(0.5))
        #expect(!AcceptedValues.counts.contains(-1) && !AcceptedValues.all.contains(.infinity))
        let encoders: [any SpikeEncoder] = [
            .poisson(steps: 2, timeStep: 1), .latency(steps: 2, timeStep: 1),
            .phase(steps: 2, timeStep: 1), .burst(steps: 2, timeStep: 1),
            .eachRow(2, .poisson(steps: 1, timeStep: 1)),
        ]
        for encoder in encoders { #expect(encoder.accepts == .unit) }
        #expect(DirectEncoder(steps: 2, timeStep: 1).accepts == .all)
        #expect(SequenceEncoder(steps: 2, timeStep: 1).accepts == .all)
    }
}
