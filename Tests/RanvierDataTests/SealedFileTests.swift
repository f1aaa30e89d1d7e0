import Foundation
import RanvierFormats
import RanvierTestSupport
import Testing

/// Checksums of stored files, and what is made of files that changed.
@Suite struct SealedFileTests {
    private struct Value: Codable, Equatable {
        var name = "a"
        var numbers = [1.5, .infinity]
    }

    private func read<Stored: Decodable>(
        _ data: Data, as type: Stored.Type = Value.self, format: Int? = 1
    ) throws -> (value: Stored, warnings: [String]) {
        let folder = try TemporaryFolder()
        let file = folder.url.appending(path: "value.json")
        try data.write(to: file)
        var warnings: [String] = []
        let value = try StoredJSON.value(type, storedIn: file, format: format) {
            warnings.append($0)
        }
        return (value, warnings)
    }

    @Test func theChecksumIsFirstAndOfAllThatFollows() throws {
        for isPretty in [true, false] {
            let data = try StoredJSON.sealed(Value(), format: 1, isPretty: isPretty)
            #expect(data == (try StoredJSON.sealed(Value(), format: 1, isPretty: isPretty)))
            let text = String(decoding: data, as: UTF8.self)
            let comma = try #require(text.firstIndex(of: ","))
            let rest = Data(text[text.index(after: comma)...].utf8)
            #expect(text[..<comma].contains("\"\(Checksum(rest).text)\""))
            #expect(text.contains("checksum"))
            let (value, warnings) = try read(data)
            #expect(value == Value() && warnings.isEmpty)
        }
        #expect(Checksum(Data("123456789".utf8)).text == "crc32:cbf43926")
    }

    @Test func changesAreRefusedAndMissingChecksumsTold() throws {
        let data = try StoredJSON.sealed(Value(), format: 1)
        let text = String(decoding: data, as: UTF8.self)
        let changed = Data(text.replacing("1.5", with: "2.5").utf8)
        let error = try #require(throws: StoredFileError.self) { try read(changed) }
        #expect(error.description.contains("value.json"))
        #expect(error.description.contains("remove the entry 'checksum'"))
        let entry = text.prefix { $0 != "," } + ","
        let (value, warnings) = try read(Data("{\(text.dropFirst(entry.count))".utf8))
        #expect(value == Value() && warnings.count == 1)
        #expect(warnings[0].contains("value.json") && warnings[0].contains("no checksum"))
        // Moved to another place.
        let moved = "{\(text.dropFirst(entry.count).dropLast()),\(entry.dropFirst().dropLast())}"
        #expect(throws: StoredFileError.self) { try read(Data(moved.utf8)) }
    }

    @Test func laterFormatsAreRefusedByNumber() throws {
        let data = try StoredJSON.sealed(Value(), format: 7)
        let error = try #require(throws: StoredFileError.self) { try read(data) }
        #expect(error.description.contains("format 7"))
        #expect(error.description.contains("later version of ranvier"))
    }

    @Test func listsAndNumbersHaveAChecksumToo() throws {
        for isPretty in [true, false] {
            let data = try StoredJSON.sealed([1, 2], format: 1, isPretty: isPretty)
            #expect(try read(data, as: [Int].self).value == [1, 2])
            // An earlier version stored the bare list.
            let (value, warnings) = try read(Data("[1, 2]".utf8), as: [Int].self)
            #expect(value == [1, 2] && warnings.count == 1)
        }
    }

    @Test func safetensorsSayWhetherTheyChanged() throws {
        var file = SafetensorsFile(metadata: ["format": "x"])
        file.tensors["a"] = SafetensorsTensor(shape: [2], floats: [1, 2])
        let data = file.encoded(isSealed: true)
        #expect(data == file.encoded(isSealed: true))
        let whole = try SafetensorsFile(data, source: "a.safetensors")
        #expect(whole.seal == .whole && whole.isCanonical && whole.metadata == ["format": "x"])
        #expect(try SafetensorsFile(file.encoded(), source: "a").seal == .missing)
        for place in [data.count - 1, data.count - 8] {
            var damaged = data
            damaged[place] ^= 1
            let seal = try SafetensorsFile(damaged, source: "a").seal
            #expect(seal.problem?.contains("remove the entry 'checksum'") == true)
        }
    }

    /// Sums and products of what a header claims must not overflow.
    @Test func impossibleOffsetsAndExtentsAreErrors() throws {
        for (shape, offsets) in [
            ("[2]", "[9223372036854775799,9223372036854775807]"),
            ("[2]", "[-9223372036854775808,0]"),
            ("[4611686018427387904,4]", "[0,8]"), ("[9223372036854775807]", "[0,8]"),
            ("[2]", "[0,9223372036854775807]"), ("[-1]", "[0,8]"),
            ("[2]", "[0,9223372036854775808]"),
        ] {
            var header = #"{"a":{"data_offsets":\#(offsets),"dtype":"F32","shape":\#(shape)}}"#
            while header.utf8.count % 8 != 0 { header += " " }
            var data = Data([UInt8(header.utf8.count), 0, 0, 0, 0, 0, 0, 0])
            data += Data(header.utf8) + Data(count: 8)
            #expect(throws: CheckpointError.self, "\(shape) \(offsets)") {
                try SafetensorsFile(data, source: "a.safetensors")
            }
        }
    }
}
