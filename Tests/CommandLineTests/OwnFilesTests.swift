import Foundation
import RanvierTestSupport
import Testing

/// Images and arrays of one's own, from the command line.
@Suite struct OwnFilesTests {
    private let ranvier: BuiltCommand

    init() throws { ranvier = try BuiltCommand() }

    private func network(_ dataset: String) -> String {
        """
        dataset: \(dataset)
        encoding: {direct: {steps: 4, time-step: 1e-3}}
        network:
          - conv2d: {channels: 4, size: 3, padding: 1}
          - lif: {leak: 0.5}
          - linear: {outputs: 2}
        training: {epochs: 4, batch-size: 8, optimizer: {adam: {learning-rate: 2e-2}}}
        baseline: none
        """
    }

    private func shape(of run: String) throws -> [Int]? {
        let file = ranvier.folder.url.appending(path: "\(run)/model.json")
        let model =
            try JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: Any]
        return model?["inputShape"] as? [Int]
    }

    @Test func folderOfImages() throws {
        // Bright left or bright right, 3 × 4.
        for index in 0..<20 {
            for (name, row) in [
                ("left", [255 - index, 200, 0, index]), ("right", [0, 9, 220, 250]),
            ] {
                let rows = [[UInt8]](repeating: row.map { UInt8($0) }, count: 3)
                try ranvier.folder.write(
                    png(width: 4, height: 3, colour: 0, rows: rows),
                    to: "photos/\(name)/\(index).\(index % 2 == 0 ? "png" : "PNG")")
            }
        }
        try ranvier.folder.write("x", to: "photos/left/notes.txt")
        try ranvier.write(network("{name: image-folder, train: photos}"), to: "a.yaml")
        let run = try ranvier.run("run", "a.yaml", "--output", "out", "--json")
        #expect(run.status == 0, "\(run.messages)")
        #expect(run.messages.contains("left/notes.txt") && run.messages.contains("40 images"))
        let test = try #require(try run.json()["test"] as? [String: Any])
        #expect(test["samples"] as? Int == 8 && test["accuracy"] as? Double == 1)
        #expect(try shape(of: "out") == [3, 4, 1])
        // The stored paths do not start from the run's folder.
        let stored = try ranvier.run("evaluate", "out")
        #expect(stored.status == 0, "\(stored.messages)")
        let info = try ranvier.run("data", "info", "photos")
        #expect(info.status == 0 && info.output.contains("[3, 4, 1] (40)"), "\(info.messages)")

        let both = "{name: image-folder, train: photos, test: photos, test-fraction: 0.5}"
        try ranvier.write(network(both), to: "b.yaml")
        let refused = try ranvier.run("run", "b.yaml", "--output", "b")
        #expect(refused.status == 2 && refused.messages.contains("no effect beside 'test'"))
    }

    @Test func tablesOfImagesSayTheirShape() throws {
        let rows = (0..<40).map { index in
            let isLeft = index % 2 == 0
            return (0..<3).flatMap { _ in isLeft ? ["1", "1", "0", "0"] : ["0", "0", "1", "1"] }
                .joined(separator: ",") + ",\(isLeft ? "left" : "right")"
        }
        let head = (0..<12).map { "p\($0)" }.joined(separator: ",") + ",label"
        try ranvier.folder.write(([head] + rows).joined(separator: "\n") + "\n", to: "t.csv")
        try ranvier.write(network("{name: csv, train: t.csv, images: true}"), to: "a.yaml")
        let guess = try ranvier.run("run", "a.yaml", "--output", "a")
        #expect(guess.status == 2 && guess.messages.contains("image-shape"), "\(guess.messages)")
        let run = try ranvier.run(
            "run", "a.yaml", "--output", "b", "--set", "dataset.image-shape=[3, 4]")
        #expect(run.status == 0, "\(run.messages)")
        #expect(try shape(of: "b") == [3, 4, 1])
        let again = try ranvier.run("evaluate", "b", "--dataset", "t.csv")
        #expect(again.status == 0, "\(again.messages)")
        for (wrong, word) in [("[3, 5]", "12 values"), ("[12]", "[height, width]")] {
            let ending = try ranvier.run(
                "run", "a.yaml", "--output", "c", "--set", "dataset.image-shape=\(wrong)")
            #expect(ending.status == 2 && ending.messages.contains(word), "\(ending.messages)")
        }
    }

    @Test func imagesOfTheTestMustBeLikeThoseOfTraining() throws {
        func idx(_ shape: [UInt8], _ count: Int) -> [UInt8] {
            [0, 0, 8, UInt8(shape.count)] + shape.flatMap { [0, 0, 0, $0] }
                + (0..<count).map { UInt8($0 % 2) }
        }
        for (name, shape) in [("a", [20, 8, 8]), ("b", [20, 4, 16])] as [(String, [UInt8])] {
            try ranvier.folder.write(idx(shape, 1280), to: "\(name)-images")
            try ranvier.folder.write(idx([20], 20), to: "\(name)-labels")
        }
        let dataset =
            "{name: idx, train-images: a-images, train-labels: a-labels, test-images: b-images, "
            + "test-labels: b-labels, images: true}"
        try ranvier.write(network(dataset), to: "a.yaml")
        let run = try ranvier.run("run", "a.yaml", "--output", "out")
        #expect(run.status == 3 && run.messages.contains("[4, 16, 1]"), "\(run.messages)")
        #expect(run.messages.contains("test-images (b-images)"))
        #expect(!run.messages.contains("epoch"))
        let wide = try ranvier.run(
            "run", "a.yaml", "--output", "wide", "--set", "dataset.train-images=b-images")
        #expect(wide.status == 0, "\(wide.messages)")
        #expect(try shape(of: "wide") == [4, 16, 1])
    }
}
