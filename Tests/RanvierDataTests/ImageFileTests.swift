import Foundation
import RanvierData
import RanvierFormats
import RanvierTestSupport
import Testing

@Suite struct ImageFileTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func image(_ bytes: [UInt8], _ name: String = "a") throws -> ImageFile {
        try ImageFile(contentsOf: folder.write(bytes, to: name))
    }

    @Test func plainAndBinaryForms() throws {
        let cases: [(String, [UInt8], Int, Int, [UInt16])] = [
            ("P2\n# two rows\n3 2 # wide\n15\n0 1 2\n3 4 15\n", [], 1, 15, [0, 1, 2, 3, 4, 15]),
            ("P5 3 2 255\n", [0, 1, 2, 3, 4, 255], 1, 255, [0, 1, 2, 3, 4, 255]),
            (
                "P5\n3 2\n65535\n", [0, 1, 1, 0, 255, 255, 0, 2, 0, 3, 0, 4], 1, 65535,
                [1, 256, 65535, 2, 3, 4]
            ),
            ("P3 1 2 255 1 2 3 4 5 6", [], 3, 255, [1, 2, 3, 4, 5, 6]),
            ("P6\n1 2\n255\n", [10, 20, 30, 40, 50, 60], 3, 255, [10, 20, 30, 40, 50, 60]),
        ]
        for (header, body, channels, maximum, samples) in cases {
            for isPacked in [false, true] {
                let bytes = Array(header.utf8) + body
                let image = try image(isPacked ? gzip(bytes) : bytes)
                #expect(image.channels == channels && image.maximum == maximum, "\(header)")
                #expect(image.height == 2 && image.width == (channels == 1 ? 3 : 1))
                #expect(image.samples == samples, "\(header)")
            }
        }
        // A byte of samples that looks like a space is one.
        #expect(try image(Array("P5 2 1 255\n".utf8) + [32, 10]).samples == [32, 10])
    }

    @Test func colourTypesOfPNG() throws {
        let grey = try image(png(width: 3, height: 2, colour: 0, rows: [[0, 1, 2], [3, 4, 255]]))
        #expect(grey.format == "PNG" && grey.maximum == 255 && grey.channels == 1)
        #expect(grey.height == 2 && grey.width == 3 && grey.samples == [0, 1, 2, 3, 4, 255])
        let deep = try image(
            png(width: 2, height: 1, depth: 16, colour: 0, rows: [[1, 2, 255, 254]]))
        #expect(deep.maximum == 65535 && deep.samples == [0x102, 0xfffe])
        let colour = try image(png(width: 1, height: 2, colour: 2, rows: [[1, 2, 3], [4, 5, 6]]))
        #expect(colour.channels == 3 && colour.samples == [1, 2, 3, 4, 5, 6])
        let bits = try image(png(width: 8, height: 1, depth: 1, colour: 0, rows: [[0b1010_0001]]))
        #expect(bits.samples == [255, 0, 255, 0, 0, 0, 0, 255])
        let palette = try image(
            png(
                width: 2, height: 1, colour: 3, rows: [[1, 0]],
                chunks: [("PLTE", [9, 8, 7, 30, 20, 10])]))
        #expect(palette.channels == 3 && palette.samples == [30, 20, 10, 9, 8, 7])
        // The samples are those of the file, whatever its gamma.
        let gamma = try image(
            png(
                width: 2, height: 1, depth: 16, colour: 0, rows: [[0x40, 0, 0x80, 0]],
                chunks: [("gAMA", [0, 0, 0xb1, 0x8f])]))
        #expect(gamma.samples == [0x4000, 0x8000])
    }

    @Test func transparency() throws {
        let opaque = try image(
            png(width: 1, height: 2, colour: 6, rows: [[1, 2, 3, 255], [4, 5, 6, 255]]))
        #expect(opaque.channels == 3 && opaque.samples == [1, 2, 3, 4, 5, 6])
        let url = try folder.write(
            png(width: 2, height: 1, colour: 4, rows: [[7, 255, 8, 254]]), to: "glass.png")
        expectDataError(.unsupported, mentioning: ["glass.png", "row 0, column 1", "background"]) {
            _ = try ImageFile(contentsOf: url)
        }
    }

    @Test func damagedPNG() throws {
        let sound = png(width: 3, height: 2, colour: 0, rows: [[0, 1, 2], [3, 4, 5]])
        var checksum = sound
        checksum[45] ^= 1
        var huge = png(width: 1 << 30, height: 1 << 30, colour: 0, rows: [[1]])
        let cases: [[UInt8]] = [
            checksum, Array(sound.dropLast(14)), Array(sound.prefix(40)), Array(sound.prefix(12)),
            png(width: 3, height: 9, colour: 0, rows: [[0, 1, 2]]), huge,
            png(width: 60000, height: 60000, colour: 6, rows: [[1]]),
            png(width: 0, height: 1, colour: 0, rows: [[]]),
        ]
        for bytes in cases {
            let url = try folder.write(bytes, to: "bad.png")
            expectDataError(.corrupt, mentioning: ["bad.png"]) {
                _ = try ImageFile(contentsOf: url)
            }
        }
        huge = png(width: 60000, height: 60000, colour: 0, rows: [[1]])
        let url = try folder.write(huge, to: "huge.png")
        expectDataError(.corrupt, mentioning: ["60000 × 60000", "claims"]) {
            _ = try ImageFile(contentsOf: url)
        }
    }

    @Test func damagedPNM() throws {
        let cases: [(String, DataError.Kind, [String])] = [
            ("", .wrongFormat, ["empty"]), ("P4 1 1\n", .wrongFormat, ["PBM"]),
            ("P5 2 2 255\nabc", .truncated, ["4 bytes", "found 3"]),
            ("P5 2 1 255\nabc", .trailingBytes, ["one image"]),
            ("P5 2 1 10\nab", .corrupt, ["at most 10", "found 97"]),
            ("P2 2 1 10\n1", .truncated, ["sample 1"]), ("P2 2 1 10\n1 x", .corrupt, ["sample 1"]),
            ("P2 2 1 10\n1 11", .corrupt, ["sample 1", "found 11"]),
            ("P2 1 1 10\n1 1", .trailingBytes, ["one image"]),
            ("P2 0 1 10\n", .corrupt, ["width"]), ("P2 2 -1 10\n", .corrupt, ["height"]),
            ("P5 2 2 70000\n", .corrupt, ["largest value"]),
            ("P5 1000000 1000000 255\n", .unsupported, ["1000000 ×"]),
            ("P5 99999999999999999999 1 255\n", .corrupt, ["width"]),
            ("P5 16000 16000 255\n", .truncated, ["256000000 bytes"]),
        ]
        for (text, kind, words) in cases {
            let url = try folder.write(text, to: "bad.pgm")
            expectDataError(kind, mentioning: words + ["bad.pgm"]) {
                _ = try ImageFile(contentsOf: url)
            }
        }
        let jpeg = try folder.write([0xff, 0xd8, 0xff, 0xe0], to: "a.png")
        expectDataError(.wrongFormat, mentioning: ["JPEG"]) {
            _ = try ImageFile(contentsOf: jpeg)
        }
    }

    @Test func summaries() throws {
        let url = try folder.write(
            png(width: 3, height: 2, colour: 0, rows: [[0, 1, 2], [3, 4, 5]]), to: "cats/a.PNG")
        let summary = try DataFileSummary(url)
        #expect(summary.format == "PNG")
        #expect(summary.details.first { $0.name == "range" }?.value == "0 to 5")
        try folder.write("P2 2 2 9 1 2 3 4", to: "dogs/b.pgm")
        try folder.write("hello", to: "read.me")
        let all = try DataFileSummary(folder: folder.url)
        func value(_ name: String) -> String? { all.details.first { $0.name == name }?.value }
        #expect(value("images") == "2" && value("sizes") == "[2, 2, 1] (1), [2, 3, 1] (1)")
        #expect(value("in cats") == "1 files" && value("left out") == "1 file: read.me")
        let empty = try TemporaryFolder()
        expectDataError(.missing, mentioning: ["images, sound"]) {
            _ = try DataFileSummary(folder: empty.url)
        }
    }
}
