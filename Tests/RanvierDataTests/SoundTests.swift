import Foundation
import RanvierData
import RanvierFormats
import RanvierSpikes
import RanvierTestSupport
import Testing

@Suite struct SoundTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func little(_ number: Int, _ bytes: Int) -> [UInt8] {
        (0..<bytes).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
    }

    private func wav(
        coding: Int = 1, channels: Int = 1, rate: Int = 8000, bits: Int = 16, data: [UInt8],
        extra: [UInt8] = []
    ) -> [UInt8] {
        let format =
            little(coding, 2) + little(channels, 2) + little(rate, 4)
            + little(rate * channels * bits / 8, 4) + little(channels * bits / 8, 2)
            + little(bits, 2)
        let chunks =
            Array("fmt ".utf8) + little(16, 4) + format + extra + Array("data".utf8)
            + little(data.count, 4) + data
        return Array("RIFF".utf8) + little(chunks.count + 4, 4) + Array("WAVE".utf8) + chunks
    }

    @Test func everyCoding() throws {
        let cases: [(Int, Int, [UInt8], [Float])] = [
            (1, 8, [0, 128, 192], [-1, 0, 0.5]),
            (1, 16, [0, 0x80, 0, 0x40], [-1, 0.5]),
            (1, 24, [0, 0, 0x80, 0, 0, 0x40], [-1, 0.5]),
            (1, 32, [0, 0, 0, 0x80, 0, 0, 0, 0x40], [-1, 0.5]),
            (3, 32, [0, 0, 0, 0xbf], [-0.5]),
            (3, 64, [0, 0, 0, 0, 0, 0, 0xe0, 0x3f], [0.5]),
        ]
        for (coding, bits, data, samples) in cases {
            let file = try WAVFile(
                contentsOf: folder.write(
                    wav(coding: coding, bits: bits, data: data), to: "a.wav"))
            #expect(file.samples == samples && file.bitsPerSample == bits)
        }
    }

    @Test func channelsAndOtherChunks() throws {
        let extra = Array("LIST".utf8) + little(3, 4) + [1, 2, 3, 0]
        let bytes = wav(channels: 2, data: [0, 0x40, 0, 0xc0, 0, 0x40, 0, 0], extra: extra)
        let file = try WAVFile(contentsOf: folder.write(bytes, to: "a.wav"))
        #expect(file.channels == 2 && file.frames == 2 && file.sampleRate == 8000)
        #expect(file.samples == [0.5, -0.5, 0.5, 0] && file.mono == [0, 0.25])
        #expect(try DataFileSummary(folder.url.appending(path: "a.wav")).format == "WAV")
    }

    @Test func damagedFiles() throws {
        let sound = wav(data: [1, 0, 2, 0])
        var magic = sound
        magic[0] = 0x58
        let noFormat =
            Array("RIFF".utf8) + little(12, 4) + Array("WAVEdata".utf8) + little(0, 4)
        let cases: [([UInt8], DataError.Kind, [String])] = [
            (magic, .wrongFormat, ["RIFF"]),
            (Array(sound[..<8]), .truncated, ["RIFF header"]),
            (Array(sound[..<30]), .truncated, ["\"fmt \""]),
            (Array(sound[..<36]), .truncated, ["\"data\""]),
            (Array(sound.dropLast()), .truncated, ["4 bytes of sound", "found 3"]),
            (wav(data: [1, 0, 2]), .truncated, ["whole moments"]),
            (wav(coding: 7, bits: 8, data: []), .unsupported, ["coding 7"]),
            (wav(bits: 12, data: []), .corrupt, ["12 bits", "block align 1"]),
            (wav(channels: 0, data: []), .corrupt, ["0 channels"]),
            (noFormat, .wrongFormat, ["fmt"]),
            (wav(coding: 3, bits: 32, data: [0, 0, 0xc0, 0x7f]), .notFinite, ["sample 0", "nan"]),
        ]
        for (bytes, kind, texts) in cases {
            let file = try folder.write(bytes, to: "bad.wav")
            expectDataError(kind, mentioning: texts + ["bad.wav"]) {
                _ = try WAVFile(contentsOf: file)
            }
        }
    }

    @Test func spokenDigitsAreSplitByIndex() throws {
        // Clicks, because filters are slow in debug builds.
        var click = [UInt8](repeating: 0, count: 800)
        click[101] = 0x7f
        for name in ["3_ann_10", "3_ann_9", "7_bob_12", "7_bob_5"] {
            try folder.write(wav(data: click), to: "fsdd/recordings/\(name).wav")
        }
        let directory = try DataDirectory(path: folder.path)
        let cochlea = Cochlea(channels: 4, sampleRate: 8000, gain: 20)
        let data = try FSDD(directory: directory, cochlea: cochlea, steps: 10, timeStep: 5e-3)
        #expect(data.train.labels == [3, 7] && data.test.labels == [7, 3].sorted())
        #expect(data.speakers == ["ann", "bob"] && data.train.featureShape == [10, 4])
        let values = data.train.values(ofSample: 0)
        // The click comes at 6.3 ms, in step 1.
        #expect(values[..<4].allSatisfy { $0 == 0 } && values[4...].contains(1))
        #expect(data.train.values(ofSample: 1) == values)
        #expect(DataCatalogue(directory: directory)["fsdd"]?.files.count == 4)
        let few = try FSDD(directory: directory, cochlea: cochlea, includes: 0...9)
        #expect(few.train.count == 0 && few.test.count == 2)

        // Suffixes in any case; what is left out is told, and what is cut.
        try folder.write(wav(data: click), to: "fsdd/recordings/3_ann_11.WAV")
        try folder.write("", to: "fsdd/recordings/read.me")
        let all = try FSDD(directory: directory, cochlea: cochlea, steps: 1, timeStep: 1e-3)
        #expect(all.train.labels == [3, 3, 7] && all.leftOut == ["read.me"])
        #expect(all.cut.allRecordings == 5 && all.cut.recordings == 5)
        #expect(all.cut.events == all.cut.allEvents && all.cut.events > 0)
        #expect(data.cut.events == 0 && data.cut.allEvents > 0)
        let missing = DataCatalogue(directory: directory)["fsdd"]
        #expect(missing?.status == .incomplete && missing?.files.count == 5)
        #expect(missing?.missing.contains("fsdd/recordings/4_*.wav") == true)

        try folder.write(wav(rate: 100, data: click), to: "fsdd/recordings/0_eve_7.wav")
        expectDataError(.unsupported, mentioning: ["0_eve_7", "100 per second"]) {
            _ = try FSDD(directory: directory, cochlea: cochlea)
        }
        try folder.write(wav(rate: 16000, data: click), to: "fsdd/recordings/0_eve_7.wav")
        expectDataError(.unsupported, mentioning: ["0_eve_7", "16000"]) {
            _ = try FSDD(directory: directory, cochlea: cochlea)
        }
        try folder.write(wav(data: click), to: "fsdd/recordings/noise.wav")
        expectDataError(.wrongFormat, mentioning: ["noise.wav", "{digit}"]) {
            _ = try FSDD(directory: directory, cochlea: cochlea)
        }
    }
}
