import Foundation
import RanvierSpikes
import RanvierTensors
import Testing

/// Encoders against `surrogate-and-cka/encodings.json`.
///
/// Values there are in double precision, ours in single. Where a value lies so close to a rounding boundary
/// that single precision cannot tell the side, the element is left out, and counted.
@Suite(.reference(.encodings))
struct EncodingReferenceTests {
    private let file: ReferenceValue
    private let values: Tensor
    private let steps: Int

    init() throws {
        file = try ReferenceFile.encodings.value()
        let x = try file["x"].floats
        values = Tensor(x, shape: [x.count])
        steps = try file["T"].int
    }

    @Test func directRepeatsTheValues() throws {
        let sequence = try DirectEncoder(steps: steps, timeStep: 1).encode(values)
        #expect(sequence.storageKind == .constantInTime)
        try expectClose(sequence.scalars, file["direct"])
        #expect(try file["direct"].array.shape == sequence.shape)
    }

    @Test(arguments: PoissonEncoder.Comparison.allCases)
    func poissonComparesUniforms(comparison: PoissonEncoder.Comparison) throws {
        let poisson = try file["poisson"]
        let uniforms = try poisson["uniform"].array
        let key =
            comparison == .less ? "spikesIfUniformLessThanX" : "spikesIfUniformLessOrEqualX"
        let encoder = PoissonEncoder(steps: steps, timeStep: 1, comparison: comparison)
        let spikes = try encoder.encode(
            values, uniforms: Tensor(uniforms.data.map { Float($0) }, shape: uniforms.shape))
        #expect(spikes.storageKind == .spikes)
        let x = try file["x"].numbers
        try expectEqual(spikes, poisson[key]) { index in
            // Equal in double precision is a tie in single precision, too.
            let distance = abs(uniforms.data[index] - x[index % x.count])
            return distance > 0 && distance < 1e-7
        }
    }

    @Test func latencyLinear() throws {
        try checkLatency("latencyLinear", .linear)
    }

    @Test func latencyLogarithmic() throws {
        try checkLatency("latencyLog", .logarithmic)
        // α x + 1 of the paper is what the curve says without it: k = (T − 1) − ln(α x + 1).
        let alpha = try file["latencyLog"]["alpha"].double
        #expect(abs(alpha - (exp(Double(steps - 1)) - 1)) < 1e-9 * alpha)
        let encoder = LatencyEncoder(steps: steps, timeStep: 1, curve: .logarithmic)
        for x in try file["x"].numbers {
            let step = Double(steps - 1) - log(alpha * Double(Float(x)) + 1)
            #expect(abs(encoder.spikeTime(of: Float(x)) - step) < 1e-9)
        }
    }

    private func checkLatency(_ key: String, _ curve: LatencyEncoder.Curve) throws {
        let expected = try file[key]
        let encoder = LatencyEncoder(steps: steps, timeStep: 1, curve: curve)
        let times = values.scalars.map { Float(encoder.spikeTime(of: $0)) }
        try expectClose(times, expected["timeReal"], absolute: 1e-5)
        let spikes = try encoder.encode(values)
        let real = try expected["timeReal"].numbers
        // A tie in double precision is one in single precision if the value is the same in both.
        let isUnclear = zip(real, try file["x"].numbers).map { time, x in
            let tie = abs(time - time.rounded(.down) - 0.5)
            return tie < 1e-5 && (tie > 0 || !isSingle(x))
        }
        try expectEqual(spikes, expected["spikes"]) { isUnclear[$0 % isUnclear.count] }
        let rounded = try expected["timeRounded"].floats
        for (index, step) in spikes.firstSpikeSteps.scalars.enumerated() where !isUnclear[index] {
            #expect(step == rounded[index], "element \(index)")
        }
    }

    @Test func latencyCharging() throws {
        let expected = try file["latencyRC"]
        let threshold = try expected["threshold"].double
        let encoder = LatencyEncoder(
            steps: steps, timeStep: 1,
            curve: .charging(
                timeConstant: try expected["tau"].double, threshold: threshold,
                margin: try expected["epsilon"].double))
        let times = values.scalars.map { Float(encoder.spikeTime(of: $0)) }
        try expectClose(times, expected["timeReal"])
    }

    @Test func phase() throws {
        let expected = try file["phase"]
        let encoder = PhaseEncoder(steps: steps, timeStep: 1, digits: try expected["K"].int)
        let spikes = try encoder.encode(values)
        #expect(encoder.digits == 8 && encoder.resolution == .step(1.0 / 256))
        let scale = Double(1 << encoder.digits)
        // What is coded is the value up to the largest that the digits say.
        let x = try file["x"].numbers
        #expect(try expected["clippedX"].numbers == x.map { min($0, 1 - 1 / scale) })
        let clipped = try expected["clippedX"].numbers.map { $0 * scale }
        let isUnclear = clipped.map { x in
            let distance = abs(x - x.rounded())
            return distance > 0 && distance < 1e-7 * scale
        }
        try expectEqual(spikes, expected["spikes"]) { isUnclear[$0 % isUnclear.count] }
        let weights = try expected["weights"].numbers
        for (weight, expected) in zip(encoder.weights, weights) {
            #expect(Double(weight) == expected)
        }
        guard steps >= encoder.digits else { return }
        let worth = Tensor(encoder.weights, shape: [steps, 1])
        try expectClose(
            (spikes.dense * worth).slice(0..<encoder.digits).sum(axes: [0]).scalars,
            expected["decoded"])
    }

    @Test func burst() throws {
        let expected = try file["burst"]
        let encoder = BurstEncoder(
            steps: steps, timeStep: 1, mostSpikes: try expected["Nmax"].int,
            shortestInterval: try expected["Tmin"].int, longestInterval: try expected["Tmax"].int)
        let counts = try expected["spikeCount"].ints
        let intervals = try expected["interval"].ints
        let range = Double(encoder.longestInterval - encoder.shortestInterval)
        for (index, x) in try file["x"].numbers.enumerated() {
            let value = Float(x)
            if !isNearInteger(Double(encoder.mostSpikes), times: x) {
                #expect(encoder.spikeCount(of: value) == counts[index], "element \(index)")
            }
            if !isNearInteger(range, times: x) {
                #expect(encoder.interval(of: value) == intervals[index], "element \(index)")
            }
        }
    }

    @Test func delta() throws {
        let expected = try file["delta"]
        let signal = try expected["signal"].floats
        let encoder = DeltaEncoder(
            steps: signal.count, timeStep: 1, threshold: try expected["threshold"].float,
            valueBeforeFirst: try expected["previousOfFirst"].float)
        let spikes = try encoder.encode(Tensor(signal, shape: [1, signal.count]))
        #expect(spikes.shape == [signal.count, 1, 2])
        #expect(encoder.resolution == .change(Double(try expected["threshold"].float)))
        #expect(encoder.valueBeforeFirst == 0)
        // Changes of the signal by hand, in double precision.
        let changes = zip(
            [try expected["previousOfFirst"].double] + (try expected["signal"].numbers),
            try expected["signal"].numbers
        ).map { $1 - $0 }
        let least = try expected["threshold"].double
        #expect(try expected["onSpikes"].ints == changes.map { $0 >= least ? 1 : 0 })
        #expect(try expected["offSpikes"].ints == changes.map { $0 <= -least ? 1 : 0 })
        let threshold = try expected["threshold"].double
        let numbers = [try expected["previousOfFirst"].double] + (try expected["signal"].numbers)
        let isUnclear = zip(numbers, numbers.dropFirst()).map { before, now in
            let distance = abs(abs(now - before) - threshold)
            let isExact = distance == 0 && [before, now, threshold].allSatisfy(isSingle)
            return distance < 1e-6 * max(1, abs(before), abs(now)) && !isExact
        }
        for (channel, key) in ["onSpikes", "offSpikes"].enumerated() {
            let found = spikes.slice(channel..<channel + 1, along: 2)
            try expectEqual(
                found.reshaped(to: [signal.count]), expected[key]
            ) { isUnclear[$0] }
        }
    }

    /// Whether rounding a product up in single precision may differ from double precision.
    private func isNearInteger(_ factor: Double, times x: Double) -> Bool {
        let product = factor * x, distance = abs(product - product.rounded())
        return distance < 1e-6 * max(1, factor) && (distance > 0 || !isSingle(x))
    }

    /// Whether a number is the same in single precision.
    private func isSingle(_ x: Double) -> Bool { Double(Float(x)) == x }

    private func expectClose(
        _ found: [Float], _ expected: ReferenceValue, relative: Double = 1e-4,
        absolute: Double = 1e-6, sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let numbers = try expected.numbers
        try #require(found.count == numbers.count, sourceLocation: sourceLocation)
        for (index, (a, b)) in zip(found, numbers).enumerated() {
            #expect(
                abs(Double(a) - b) <= max(relative * abs(b), absolute),
                "\(expected.place)[\(index)]: \(a), expected \(b)", sourceLocation: sourceLocation)
        }
    }

    private func expectEqual(
        _ spikes: Tensor, _ expected: ReferenceValue,
        sourceLocation: SourceLocation = #_sourceLocation, except isUnclear: (Int) -> Bool
    ) throws {
        let (shape, numbers) = try expected.array
        try #require(spikes.shape == shape, sourceLocation: sourceLocation)
        var compared = 0
        for (index, (a, b)) in zip(spikes.scalars, numbers).enumerated() where !isUnclear(index) {
            compared += 1
            #expect(Double(a) == b, "\(expected.place)[\(index)]", sourceLocation: sourceLocation)
        }
        #expect(compared * 2 > numbers.count, "too few comparable", sourceLocation: sourceLocation)
    }
}
