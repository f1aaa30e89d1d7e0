import Foundation
import RanvierData
import RanvierFormats
import RanvierTestSupport
import Testing

/// Headers as they come: streams, containers, odd chunks, long files.
@Suite struct WAVHeaderTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func little(_ number: Int, _ bytes: Int) -> [UInt8] {
        (0..<bytes).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
    }

    private func chunk(_ name: String, _ bytes: [UInt8], size: Int? = nil) -> [UInt8] {
        Array(name.utf8) + little(size ?? bytes.count, 4) + bytes
    }

    private func format(
        coding: Int = 1, bits: Int = 16, align: Int = 2, channels: Int = 1, more: [UInt8] = []
    ) -> [UInt8] {
        chunk(
            "fmt ",
            little(coding, 2) + little(channels, 2) + little(8000, 4) + little(8000 * align, 4)
                + little(align, 2) + little(bits, 2) + more)
    }

    private func read(_ chunks: [UInt8]..., form: String = "RIFF") throws -> WAVFile {
        let body = Array("WAVE".utf8) + chunks.flatMap(\.self)
        return try WAVFile(
            contentsOf: folder.write(Array(form.utf8) + little(body.count, 4) + body, to: "a.wav"))
    }

    private let sound: [UInt8] = [0, 0x40, 0, 0xc0]

    @Test(arguments: [0, 0xffff_ffff, 0x7fff_ffff, 0x7fff_f000, 0x7fff_ffdb, 0xffff_ffd0])
    func sizesOfStreams(size: Int) throws {
        let file = try read(format(), chunk("data", sound, size: size))
        #expect(file.samples == [0.5, -0.5] && file.remarks.count == 1)
        #expect(file.remarks[0].contains("\(size) bytes"))
    }

    @Test func noSoundIsNoStream() throws {
        let file = try read(format(), chunk("data", []), chunk("LIST", [1, 2, 3, 4]))
        #expect(file.frames == 0 && file.remarks.isEmpty)
        expectDataError(.truncated, mentioning: ["a.wav", "6 bytes of sound", "found 4"]) {
            _ = try read(format(), chunk("data", sound, size: 6))
        }
    }

    @Test func containersAreLargerThanBits() throws {
        // 24 bits in 32, at the bottom as whole numbers and at the top as the format asks for.
        let bottom = try read(
            format(bits: 24, align: 4), chunk("data", [0, 0, 0x40, 0, 0xff, 0xff, 0xbf, 0xff]))
        #expect(bottom.samples == [0.5, Float(-0x400001) / 0x800000])
        #expect(bottom.bitsPerSample == 24 && bottom.containerBits == 32)
        #expect(bottom.coding == "PCM, 24 bits at the bottom of containers of 32")
        let top = try read(
            format(bits: 24, align: 4), chunk("data", [0, 1, 0, 0x40, 0, 0, 0, 0xc0]))
        #expect(top.samples == [Float(0x400001) / 0x800000, -0.5])
        #expect(top.coding.contains("top"))
        let twelve = try read(format(bits: 12), chunk("data", [0, 0x40, 0x10, 0xc0]))
        #expect(twelve.samples == [0.5, Float(-1023) / 2048])
        expectDataError(.corrupt, mentioning: ["24 bits", "all 32"]) {
            _ = try read(format(bits: 24, align: 4), chunk("data", [1, 0, 0, 0x40]))
        }
    }

    @Test func blockAlignMustFit() throws {
        for (bits, align, channels) in [(16, 1, 1), (16, 3, 2), (24, 5, 1), (16, 0, 1), (8, 2, 1)] {
            expectDataError(.corrupt, mentioning: ["block align \(align)"]) {
                _ = try read(
                    format(bits: bits, align: align, channels: channels), chunk("data", sound))
            }
        }
        expectDataError(.corrupt, mentioning: ["block align 8"]) {
            _ = try read(format(coding: 3, bits: 32, align: 8), chunk("data", sound + sound))
        }
    }

    @Test func extensibleFormat() throws {
        let tail: [UInt8] = [0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xaa, 0, 0x38, 0x9b, 0x71]
        let more = little(22, 2) + little(24, 2) + little(4, 4) + little(1, 2) + tail
        let file = try read(
            format(coding: 0xfffe, bits: 32, align: 4, more: more),
            chunk("data", [0, 0, 0, 0x40]))
        #expect(file.samples == [0.5] && file.bitsPerSample == 24 && file.containerBits == 32)
        let other = Array(more.dropLast()) + [0]
        expectDataError(.unsupported, mentioning: ["not known"]) {
            _ = try read(
                format(coding: 0xfffe, bits: 32, align: 4, more: other), chunk("data", sound))
        }
    }

    @Test func chunksInAnyOrder() throws {
        #expect(try read(chunk("data", sound), format()).samples == [0.5, -0.5])
        let padded = try read(chunk("LIST", [65, 66, 67]), [0], format(), chunk("data", sound))
        #expect(padded.samples == [0.5, -0.5] && padded.remarks.isEmpty)
        let bare = try read(chunk("LIST", [65, 66, 67]), format(), chunk("data", sound))
        #expect(bare.samples == [0.5, -0.5] && bare.remarks[0].contains("LIST"))
        let tail = try read(format(), chunk("data", sound), [1, 2, 3, 4, 5, 6, 7, 8, 9])
        #expect(tail.samples == [0.5, -0.5] && tail.remarks[0].contains("9 bytes"))
        expectDataError(.unsupported, mentioning: ["byte 48", "a second one"]) {
            _ = try read(format(), chunk("data", sound), chunk("data", sound))
        }
    }

    @Test func longForms() throws {
        let sizes = little(100, 8) + little(4, 8) + little(2, 8) + little(0, 4)
        for form in ["RF64", "BW64"] {
            let file = try read(
                chunk("ds64", sizes), format(), chunk("data", sound, size: 0xffff_ffff),
                chunk("LIST", [1, 2, 3, 4]), form: form)
            #expect(file.samples == [0.5, -0.5] && file.remarks.isEmpty)
            let summary = try DataFileSummary(folder.url.appending(path: "a.wav"))
            #expect(summary.format == "WAV")
        }
        expectDataError(.unsupported, mentioning: ["RIFX", "big-endian"]) {
            _ = try read(format(), chunk("data", sound), form: "RIFX")
        }
    }

    @Test(arguments: [(2, "ADPCM"), (6, "A-law"), (7, "mu-law"), (0x55, "MP3")])
    func codingsAreRefusedByName(coding: Int, name: String) throws {
        expectDataError(.unsupported, mentioning: [name, "16-bit PCM"]) {
            _ = try read(format(coding: coding, bits: 8, align: 1), chunk("data", sound))
        }
    }
}
