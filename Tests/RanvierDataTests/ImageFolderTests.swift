import Foundation
import RanvierFormats
import RanvierTestSupport
import Testing

@testable import RanvierData

@Suite struct ImageFolderTests {
    private let folder: TemporaryFolder
    private var place: DataPlace { DataPlace(folder: folder.url) }

    init() throws { folder = try TemporaryFolder() }

    private func source(test: String? = nil) -> ImageFolderSource {
        var source = ImageFolderSource()
        source.train = "photos"
        source.test = test
        return source
    }

    /// Images of 1 × 2 in two classes.
    private func write(_ root: String, _ names: [String] = ["cat", "dog"]) throws {
        for (index, name) in names.enumerated() {
            let rows = [[UInt8(index), 255]]
            try folder.write(
                png(width: 2, height: 1, colour: 0, rows: rows), to: "\(root)/\(name)/b.png")
            try folder.write("P2 2 1 255 51 \(index)", to: "\(root)/\(name)/A.PGM")
        }
    }

    @Test func classesAreFolders() throws {
        try write("photos", ["dog", "cat"])
        try write("more", ["cat"])
        try folder.write("x", to: "photos/cat/notes.txt")
        try folder.write("x", to: "photos/loose.jpg")
        try folder.write("x", to: "photos/.hidden")
        let parts = try source(test: "more").load(from: place)
        #expect(parts.training.classNames == ["cat", "dog"])
        #expect(parts.training.featureShape == [1, 2, 1] && parts.training.labels == [0, 0, 1, 1])
        // Cat was written second; "A.PGM" stands before "b.png".
        #expect(parts.training.values(ofSample: 0) == [0.2, Float(1) / 255])
        #expect(parts.training.values(ofSample: 1) == [Float(1) / 255, 1])
        #expect(parts.test.labels == [0, 0] && parts.test.classNames == ["cat", "dog"])
        #expect(parts.warnings.contains { $0.contains("'dog'") && $0.contains("more") })
        #expect(parts.warnings.contains { $0.contains("2 files: loose.jpg, cat/notes.txt") })
        #expect(!parts.warnings.joined().contains("hidden"))
        #expect(parts.notes[0].contains("4 images [1, 2, 1] in 2 classes (cat, dog)"))
    }

    @Test func aShareIsHeldOut() throws {
        for index in 0..<10 {
            for name in ["cat", "dog"] {
                try folder.write("P2 2 1 255 51 \(index)", to: "photos/\(name)/\(index).pgm")
            }
        }
        var source = source()
        source.testFraction = 0.3
        let parts = try source.load(from: place)
        #expect(parts.training.classCounts == [7, 7] && parts.test.classCounts == [3, 3])
    }

    @Test func sixteenBitsAndOtherMaximaAreShares() throws {
        try folder.write("P2 2 1 255 51 255", to: "photos/a/1.pgm")
        try folder.write("P2 2 1 65535 13107 65535", to: "photos/a/2.pgm")
        try folder.write("P2 2 1 10 2 10", to: "photos/b/3.pgm")
        let data = try source(test: "photos").load(from: place).training
        #expect((0..<3).allSatisfy { data.values(ofSample: $0) == [0.2, 1] })
    }

    @Test func whatDoesNotFitIsRefusedByName() throws {
        try write("photos")
        try write("other", ["cat", "horse"])
        expectDataError(.labelOutsideClasses, mentioning: ["horse", "cat, dog"]) {
            _ = try source(test: "other").load(from: place)
        }
        // As many values, another shape.
        try folder.write("P2 1 2 255 1 2", to: "tall/cat/t.pgm")
        expectDataError(.countMismatch, mentioning: ["t.pgm", "[1, 2, 1]", "[2, 1, 1]"]) {
            _ = try source(test: "tall").load(from: place)
        }
        try folder.write("P3 2 1 255 1 2 3 4 5 6", to: "photos/dog/c.ppm")
        expectDataError(.countMismatch, mentioning: ["c.ppm", "[1, 2, 3]", "A.PGM"]) {
            _ = try source().load(from: place)
        }
        try folder.write("x", to: "bare/cat/a.txt")
        expectDataError(.missing, mentioning: ["bare/cat", ".png", "a.txt"]) {
            var bare = ImageFolderSource()
            bare.train = "bare"
            _ = try bare.load(from: place)
        }
        try folder.write("P2 2 1 255 1 2", to: "flat/1.pgm")
        var flat = ImageFolderSource()
        flat.train = "flat"
        expectDataError(.missing, mentioning: ["flat", "folder for each class", "1.pgm"]) {
            _ = try flat.load(from: place)
        }
    }
}
