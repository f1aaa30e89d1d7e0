import RanvierData
import RanvierFormats
import RanvierTensors
import Testing

@Suite struct SensorDriftTests {
    private func data() throws -> Dataset {
        try Dataset(
            name: "toy", values: [1, 2, 3, 4, 5, 9], featureShape: [2], labels: [0, 1, 0])
    }

    @Test func aDriftIsParsedAndDone() throws {
        let drift = try SensorDrift(parsing: "gain=0.5,offset=1,missing=1")
        #expect(drift == SensorDrift(gain: 0.5, offset: 1, missing: [1]))
        #expect(try SensorDrift(parsing: drift.description) == drift)
        let drifted = try drift(data(), channels: 2)
        #expect(drifted.values == [1.5, 0, 2.5, 0, 3.5, 0] && drifted.labels == [0, 1, 0])
        let slow = try SensorDrift(offset: 4, ramp: 4)(data(), channels: 2)
        #expect(slow.values == [2, 3, 5, 6, 8, 12])
        // Of scaled samples the values that were measured drift.
        let scaling = try Scaling(fitting: data(), kind: .standard, scope: .perChannel)
        let same = try drift(scaling(data()), channels: 2)
        #expect(same.scaling == nil)
        #expect(zip(same.values, drifted.values).allSatisfy { abs($0 - $1) < 1e-5 })
    }

    @Test(arguments: ["gain", "gain=x", "speed=1", "missing=1.5", "missing=-1", "ramp=0", ""])
    func otherWordsAreRefused(_ text: String) {
        #expect(throws: DataError.self) { try SensorDrift(parsing: text) }
    }

    @Test func aChannelThatThereIsNotIsRefused() throws {
        let own = try data()
        #expect(throws: DataError.self) { try SensorDrift(missing: [2])(own, channels: 2) }
    }

    @Test(arguments: Scaling.Kind.allCases, [Scaling.Scope.global, .perChannel, .perFeature])
    func aScalingTakesACorrectionIn(_ kind: Scaling.Kind, _ scope: Scaling.Scope) throws {
        let data = try Dataset(
            name: "rows", values: (0..<24).map { Float($0 * $0 % 11) }, featureShape: [3, 2],
            labels: [0, 1, 0, 1])
        let scaling = try Scaling(fitting: data, kind: kind, scope: scope, replacesMissing: true)
        let gains = [2.0, 0.5], offsets = [1.0, -3]
        let corrected = scaling.after(gains: gains, offsets: offsets)
        let values: [Float] = [1, 4, -2, 3, 0.5, 8]
        let direct = scaling(
            Tensor(
                values.enumerated().map { Float(gains[$0 % 2]) * $1 + Float(offsets[$0 % 2]) },
                shape: [1, 3, 2]))
        let found = corrected(Tensor(values, shape: [1, 3, 2]))
        #expect(zip(direct.scalars, found.scalars).allSatisfy { abs($0 - $1) < 1e-5 })
        // What is missing becomes what it did.
        let nothing = Tensor([Float](repeating: .nan, count: 6), shape: [1, 3, 2])
        #expect(
            zip(scaling(nothing).scalars, corrected(nothing).scalars).allSatisfy {
                abs($0 - $1) < 1e-5
            })
        #expect(corrected.featureShape == [3, 2] && corrected.kind == kind)
    }

    @Test func aPlainScalingHoldsValues() {
        let values = Tensor([-1, 0.25, 3], shape: [1, 3])
        #expect(Scaling.plain([3])(values).scalars == [-1, 0.25, 3])
        #expect(Scaling.plain([3], clips: true)(values).scalars == [0, 0.25, 1])
    }
}
