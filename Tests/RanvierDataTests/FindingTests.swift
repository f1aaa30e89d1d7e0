import RanvierData
import Testing

/// What is told of samples before anything is trained on them.
@Suite struct FindingTests {
    private func classes(
        _ labels: [Int], names: [String], rows: [[Float]]? = nil
    ) throws -> Dataset {
        let rows = rows ?? labels.indices.map { [Float($0 % 5) / 5] }
        return try Dataset(
            name: "toy", values: rows.flatMap(\.self), featureShape: [rows[0].count],
            labels: labels, classNames: names)
    }

    private func findings(
        _ training: [Int], _ test: [Int], names: [String]
    ) throws -> [String] {
        try DatasetConfiguration.Splits(
            training: classes(training, names: names), test: classes(test, names: names)
        ).findings(areImages: false)
    }

    private let enough = (0..<40).map { $0 % 2 }

    @Test func goodSamplesAreNotTalkedOf() throws {
        #expect(try findings(enough, enough, names: ["a", "b"]).isEmpty)
    }

    @Test func absentClassesAreNamed() throws {
        let untested = try findings(enough + [2, 2, 2, 2], enough, names: ["a", "b", "c"])
        #expect(untested.count == 1 && untested[0].contains("class 'c' has no test sample"))
        let untaught = try findings(enough, enough + [2], names: ["a", "b", "c"])
        #expect(untaught.count == 1 && untaught[0].contains("'c'"))
        #expect(untaught[0].contains("no training sample"))
        let shifted = try findings(
            enough.map { $0 + 1 }, enough.map { $0 + 1 }, names: ["0", "1", "2"])
        #expect(shifted.count == 1 && shifted[0].contains("class '0' has no sample at all"))
        #expect(shifted[0].contains("count from 1"))
        let gap = try findings(
            enough.map { 2 * $0 }, enough.map { 2 * $0 }, names: ["x", "y", "z"])
        #expect(gap.count == 1 && !gap[0].contains("count from 1"))
    }

    @Test func oneClassAndEqualInputsTeachNothing() throws {
        let single = try findings(
            [Int](repeating: 0, count: 40), [Int](repeating: 0, count: 40), names: ["0"])
        #expect(single.contains { $0.contains("one class") })
        let equal = try classes(
            enough, names: ["a", "b"], rows: [[Float]](repeating: [0, 0], count: 40))
        let told = DatasetConfiguration.Splits(training: equal, test: equal)
            .findings(areImages: false)
        #expect(told.count == 1 && told[0].contains("equal values"))
        let flat = try Dataset(
            name: "flat", values: (0..<40).map { Float($0) / 40 }, featureShape: [1],
            targets: .values([Float](repeating: 3, count: 40), names: ["y"], units: [""]))
        #expect(
            DatasetConfiguration.Splits(training: flat, test: flat).findings(areImages: false)
                .contains { $0.contains("'y'") && $0.contains("equal") })
    }

    @Test func imbalanceIsTold() throws {
        let rare = [Int](repeating: 0, count: 95) + [Int](repeating: 1, count: 5)
        let told = try findings(rare, rare, names: ["good", "bad"])
        #expect(told.count == 1 && told[0].contains("'bad' has 5") && told[0].contains("balanced"))
    }

    @Test func fewTestSamplesAreTold() throws {
        let told = try findings(enough, [0, 1, 0, 1], names: ["a", "b"])
        // 1.96 √(0.25 / 4) = 0.49.
        #expect(told.count == 1 && told[0].contains("only 4 samples"))
        #expect(told[0].contains("49.0 percentage points"))
    }

    @Test func scalesAreCompared() throws {
        func told(_ rows: [[Float]], areImages: Bool = false) throws -> [String] {
            let data = try classes(enough, names: ["a", "b"], rows: rows)
                .naming(features: ["pressure", "flow"])
            return DatasetConfiguration.Splits(training: data, test: data)
                .findings(areImages: areImages)
        }
        let apart: [[Float]] = (0..<40).map { [Float($0 % 7) / 7, 1000 * Float($0 % 5)] }
        #expect(try told(apart).count == 1)
        #expect(try told(apart)[0].contains("'flow'") && told(apart)[0].contains("'pressure'"))
        let distant: [[Float]] = (0..<40).map { [1_000 + Float($0 % 7), Float($0 % 5)] }
        let far = try told(distant)
        #expect(far.count == 1 && far[0].contains("'pressure' lies around"))
        let near: [[Float]] = (0..<40).map { [Float($0 % 7) / 7, Float($0 % 5) / 5] }
        #expect(try told(near).isEmpty)
        #expect(try told(apart, areImages: true).isEmpty)
        // Scaled values say nothing.
        let data = try classes(enough, names: ["a", "b"], rows: apart)
        let scaling = try Scaling(fitting: data)
        let scaled = try scaling(data)
        #expect(
            DatasetConfiguration.Splits(training: scaled, test: scaled, scaling: scaling)
                .findings(areImages: false).isEmpty)
    }
}
