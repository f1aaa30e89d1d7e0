import Foundation
import RanvierConfiguration
import RanvierFormats
import RanvierTensors
import RanvierTestSupport
import Testing

@testable import RanvierData

/// Cells without a number, and how values are scaled.
@Suite("Tables: missing numbers and scaling")
struct TableMissingTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func write(_ text: String, _ name: String = "t.csv") throws -> URL {
        let url = folder.url.appending(path: name)
        try Data(text.utf8).write(to: url)
        return url
    }

    /// Loads tables as a run does.
    private func load(
        _ text: String, test: String, _ options: [String: ConfigurationValue] = [:],
        accepted: ClosedRange<Float>? = nil
    ) throws -> DatasetConfiguration.Splits {
        _ = try write(text)
        _ = try write(test, "test.csv")
        return try DatasetConfiguration.table(
            options.merging(["train": .string("t.csv"), "test": .string("test.csv")]) { $1 }
        ).load(from: DataPlace(folder: folder.url, seed: 0, acceptedRange: accepted))
    }

    private static let gaps = "a,b,label\n1,10,0\n,20,1\n3,?,0\n5,40,1\n"

    private func rows(_ missing: TableOptions.MissingValues, mask: Bool = false) throws -> [[Float]]
    {
        var options = TableOptions()
        options.missing = missing
        options.marksMissing = mask
        let data = try Dataset(tables: [write(Self.gaps)], options)
        return (0..<data.count).map { data.values(ofSample: $0) }
    }

    private var meanOptions: TableOptions {
        var options = TableOptions()
        options.missing = .mean
        return options
    }

    @Test("each policy has exact values")
    func policies() throws {
        expectDataError(.wrongFormat, mentioning: ["t.csv, line 3", "\"a\"", "missing"]) {
            _ = try rows(.refused)
        }
        #expect(try rows(.dropped) == [[1, 10], [5, 40]])
        #expect(try rows(.last) == [[1, 10], [1, 20], [3, 20], [5, 40]])
        #expect(try rows(.number(-7)) == [[1, 10], [-7, 20], [3, -7], [5, 40]])
        #expect(
            try rows(.last, mask: true) == [
                [1, 10, 0, 0], [1, 20, 1, 0], [3, 20, 0, 1], [5, 40, 0, 0],
            ])
        // The first number of all may be missing.
        let first = try Dataset(
            tables: [write("a,label\n,0\n2,1\n-3,0\n")], meanOptions)
        #expect(first.valueRange == -3...2)
        let means = try rows(.mean)
        #expect(means[1][0].isNaN && means[2][1].isNaN)
    }

    @Test("a first gap has no number before it; the last number is that of the same series")
    func lastOfSeries() throws {
        var options = TableOptions()
        options.missing = .last
        let first = try Dataset(tables: [write("a,label\n,0\n2,1\n,0\n")], options)
        #expect((0..<first.count).map { first.values(ofSample: $0) } == [[2], [2]])
        // Machines take turns.
        options.group = "m"
        let turns = "m,a,label\nA,1,0\nB,10,1\nA,,0\nB,,1\nA,3,0\nB,,1\n"
        let data = try Dataset(tables: [write(turns)], options)
        #expect(
            (0..<data.count).map { data.values(ofSample: $0) } == [
                [1], [1], [3], [10], [10], [10],
            ])
        #expect(data.labels == [0, 0, 0, 1, 1, 1])
        let stream = try TableStream(
            folder.url.appending(path: "t.csv"), options: options, features: ["a"], scaling: nil)
        var seen: [Float] = []
        try stream.forEachBatch(of: 4) { batch in
            seen += batch.samples.features(of: Array(0..<batch.samples.count)).scalars
        }
        #expect(seen == [1, 10, 1, 10, 3, 10])
    }

    @Test("the mean of the training rows stands for what is missing, before scaling")
    func mean() throws {
        let splits = try load(
            Self.gaps, test: "b,a,label\n,9,0\n70,,1\n",
            [
                "missing": .string("mean"), "missing-mask": .boolean(true),
                "scaling": .string("standard-per-channel"),
            ])
        // a: 1, 3, 5 → mean 3, deviation √(8/3); b: 10, 20, 40 → mean 70/3.
        let deviation = Float((8.0 / 3).squareRoot())
        let a = (0..<4).map { splits.training.values(ofSample: $0)[0] }
        #expect(largestDifference(a, [-2 / deviation, 0, 0, 2 / deviation]) < 1e-6)
        let deviationB = ((100 + 400 + 1600) / 3.0 - (70 / 3.0) * (70 / 3.0)).squareRoot()
        let b = (0..<4).map { splits.training.values(ofSample: $0)[1] }
        let right = [10.0, 70 / 3.0, 20, 40].map { Float(($0 - 70 / 3.0) / deviationB) }
        #expect(largestDifference(b, [right[0], right[2], right[1], right[3]]) < 1e-6)
        let test = (0..<2).map { splits.test.values(ofSample: $0) }
        #expect(abs(test[0][0] - 6 / deviation) < 1e-6 && test[0][1] == 0)
        #expect(test[1][0] == 0)
        // Masks are channels like others: [0, 1, 0, 0] has mean 1/4 and deviation √3/4.
        let mask = (0..<4).map { splits.training.values(ofSample: $0)[2] }
        let third = Float(1 / 3.0.squareRoot())
        #expect(largestDifference(mask, [-third, 3 * third, -third, -third]) < 1e-6)
        #expect(splits.training.featureNames == ["a", "b", "a is missing", "b is missing"])
    }

    @Test("values that networks take already stay; others are scaled by channel, and that is told")
    func automatic() throws {
        let near = "a,label\n-1,0\n1,1\n-1,0\n1,1\n", far = "a,label\n-3,0\n5,1\n-3,0\n5,1\n"
        let kept = try load(near, test: near)
        #expect(kept.scaling == nil)
        #expect(kept.notes.contains { $0.contains("scaling: none") })
        let scaled = try load(far, test: "a,label\n9,0\n1,1\n")
        #expect(scaled.scaling?.offset == [1] && scaled.scaling?.scale == [4])
        #expect(scaled.test.values(ofSample: 0) == [2])
        #expect(scaled.notes.contains { $0.contains("mean 0 and deviation 1") })
        // For encoders that take 0…1.
        let inside = "a,label\n0,0\n1,1\n0.25,0\n", outside = "a,label\n2,0\n6,1\n3,0\n"
        #expect(try load(inside, test: inside, accepted: 0...1).scaling == nil)
        let range = try load(outside, test: "a,label\n8,0\n4,1\n", accepted: 0...1)
        #expect(range.scaling?.kind == .minMax)
        #expect((0..<3).map { range.training.values(ofSample: $0)[0] } == [0, 1, 0.25])
        #expect(range.test.values(ofSample: 0) == [1] && range.test.values(ofSample: 1) == [0.5])
        #expect(range.warnings.contains { $0.contains("1 of 2 test samples") })
        // Values near 1 with a tiny deviation say nothing unscaled.
        #expect(try load("a,label\n0.5,0\n0.501,1\n", test: near).scaling != nil)
    }

    @Test("median and quartiles do not move with an outlier")
    func robust() throws {
        let text = "a,label\n" + [0, 1, 2, 3, 1e6].map { "\($0),\(Int($0) % 2)\n" }.joined()
        let splits = try load(text, test: text, ["scaling": .string("robust")])
        // Quartiles 1 and 3, over 1.349 of a normal distribution.
        let scale = 2 / 1.3489795003921634
        #expect(splits.scaling?.offset == [2])
        #expect(abs((splits.scaling?.scale[0] ?? 0) - scale) < 1e-12)
        #expect(abs(splits.training.values(ofSample: 0)[0] + Float(2 / scale)) < 1e-6)
    }

    @Test("each step of a window scaled by itself has the values of its place")
    func perFeatureOfWindows() throws {
        let text = "a,label\n" + [1, 2, 4, 8, 16].map { "\($0),0\n" }.joined() + "32,1\n"
        let splits = try load(
            text, test: text, ["window": .integer(2), "scaling": .string("standard")])
        // First steps 1, 2, 4, 8, 16; second steps 2, 4, 8, 16, 32.
        #expect(splits.scaling?.offset == [6.2, 12.4])
        let first = splits.training.values(ofSample: 0)
        let deviation = ((1 + 4 + 16 + 64 + 256) / 5.0 - 6.2 * 6.2).squareRoot()
        #expect(abs(first[0] - Float((1 - 6.2) / deviation)) < 1e-6)
        #expect(abs(first[1] - Float((2 - 12.4) / (2 * deviation))) < 1e-6)
    }
}

extension DatasetConfiguration {
    /// The configuration of a table with some keys.
    static func table(_ keys: [String: ConfigurationValue]) throws -> DatasetConfiguration {
        let entries =
            [ConfigurationValue.Entry("name", .string("csv"))]
            + keys.sorted { $0.key < $1.key }.map { .init($0.key, $0.value) }
        var registry = Registry()
        registry.add(DataSourceKind.standard)
        return try DatasetConfiguration(
            ConfigurationSection(
                ConfigurationNode(.section(entries), location: "here"), location: "here",
                keyPath: "", registry: registry))
    }
}
