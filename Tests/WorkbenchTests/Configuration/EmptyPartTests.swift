import Foundation
import Ranvier
import RanvierTestSupport
import Testing

@testable import RanvierExperiments
@testable import RanvierRuns

/// Parts of data without samples are refused before anything is trained, and why is told.
@Suite struct EmptyPartTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func expectRefused(
        _ dataset: String, mentioning words: String...,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let reader = try ConfigurationReader(
            yaml: "dataset: {\(dataset)}\nnetwork: [{linear: {outputs: 2}}]\n", file: "c.yaml",
            folder: folder.url, registry: .standard)
        let configuration = try RunConfiguration(reader, defaultName: "c")
        let error = #expect(throws: DataError.self, sourceLocation: sourceLocation) {
            try configuration.dataset.load(
                from: configuration.place(dataDirectory: folder.path, folder: folder.url))
        }
        let text = error?.description ?? ""
        for word in words {
            #expect(text.contains(word), "\(text)", sourceLocation: sourceLocation)
        }
    }

    private func table(rows: Int, missing: Bool = false) -> String {
        "t,g,a,c\n"
            + (0..<rows).map {
                "\($0),\($0 / 4),\(missing ? "" : "\($0).5"),\(["x", "y"][$0 % 2])\n"
            }
            .joined()
    }

    @Test func tables() throws {
        try folder.write(table(rows: 20), to: "t.csv")
        try folder.write(table(rows: 1), to: "one.csv")
        try folder.write(table(rows: 20, missing: true), to: "gaps.csv")
        let csv = "name: csv, train: t.csv, label-column: c"
        try expectRefused(
            "\(csv), limit: 1, validation-fraction: 0.2", mentioning: "validation part",
            "'limit' 1",
            "'validation-fraction' 0.2")
        try expectRefused(
            "\(csv), window: 9, split: time, test-fraction: 0.4",
            mentioning: "training part", "split by time")
        try expectRefused(
            "name: csv, train: one.csv, label-column: c", mentioning: "one.csv", "sample")
        try expectRefused(
            "name: csv, train: t.csv, test: gaps.csv, label-column: c, features: [a], missing: drop",
            mentioning: "gaps.csv")
        try expectRefused(
            "name: csv, train: gaps.csv, label-column: c, features: [a], missing: drop",
            mentioning: "gaps.csv")
        try expectRefused("\(csv), window: 50", mentioning: "50 rows", "window")
    }

    @Test func otherSources() throws {
        try folder.write([], to: "cifar10/data_batch_1.bin")
        try folder.write([], to: "cifar10/test_batch.bin")
        try expectRefused("name: cifar10", mentioning: "cifar10")
        let png = png(width: 1, height: 1, colour: 0, rows: [[7]])
        try folder.write(png, to: "images/a/1.png")
        try expectRefused(
            "name: image-folder, train: images", mentioning: "test part", "at least one sample")
        for part in ["train", "t10k"] {
            try folder.write([0, 0, 8, 3, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 2], to: "\(part).img")
            try folder.write([0, 0, 8, 1, 0, 0, 0, 0], to: "\(part).lab")
        }
        try expectRefused(
            "name: idx, train-images: train.img, train-labels: train.lab, test-images: t10k.img, "
                + "test-labels: t10k.lab", mentioning: "train.img", "at least one sample")
    }
}
