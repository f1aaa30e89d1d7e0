import Foundation
import RanvierTestSupport
import Testing

@testable import RanvierFormats

@Suite("Safetensors files")
struct SafetensorsFileTests {
    /// A file with all three types, an empty tensor, a scalar and numbers that are not.
    let example = SafetensorsFile(
        tensors: [
            "layers.0.weight": SafetensorsTensor(
                shape: [2, 3], floats: [1, -0.0, .infinity, .nan, .leastNonzeroMagnitude, 3.5]),
            "layers.0.bias": SafetensorsTensor(shape: [], floats: [0.1]),
            "mask": SafetensorsTensor(shape: [3], bytes: [0, 255, 7]),
            "step": SafetensorsTensor(shape: [2], integers: [.min, 9_007_199_254_740_993]),
            "empty": SafetensorsTensor(shape: [0, 4], floats: []),
        ],
        metadata: ["version": "0.1.0", "note": "quotes \" and\nlines, ü"])

    /// The bytes of a file with a header of our making.
    func file(_ header: String, data count: Int = 0) -> Data {
        var data = SafetensorsFile.bytes(of: [UInt64(header.utf8.count)])
        data.append(contentsOf: header.utf8)
        data.append(Data(count: count))
        return data
    }

    /// The error that reading these bytes gives.
    func error(reading data: Data) throws -> CheckpointError {
        try #require(throws: CheckpointError.self) {
            try SafetensorsFile(data, source: "model.safetensors")
        }
    }

    @Test("come back bit for bit")
    func roundTrip() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let url = folder.appending(path: "model.safetensors")
        try Data("old".utf8).write(to: url)
        try example.write(to: url)
        let back = try SafetensorsFile(contentsOf: url)
        #expect(back.metadata == example.metadata)
        #expect(Set(back.tensors.keys) == Set(example.tensors.keys))
        let weights = try back.floats("layers.0.weight", shape: [2, 3])
        let bits: [UInt32] = [1, -0.0, .infinity, .nan, .leastNonzeroMagnitude, 3.5].map {
            ($0 as Float).bitPattern
        }
        #expect(weights.map(\.bitPattern) == bits)
        #expect(try back.floats("layers.0.bias", shape: []) == [0.1])
        #expect(try back.bytes("mask", shape: [3]) == [0, 255, 7])
        #expect(try back.integers("step", shape: [2]) == [.min, 9_007_199_254_740_993])
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).count == 1)
    }

    @Test("are the same bytes for the same content, whatever the order of insertion")
    func deterministic() {
        var other = SafetensorsFile()
        for name in example.tensors.keys.sorted().reversed() {
            other.tensors[name] = example.tensors[name]
        }
        other.metadata = example.metadata
        #expect(other.encoded() == example.encoded())
    }

    @Test("lie in the file as the format says")
    func layout() throws {
        let data = SafetensorsFile(
            tensors: ["a": SafetensorsTensor(shape: [1], floats: [1])], metadata: ["k": "v"]
        ).encoded()
        let header =
            #"{"__metadata__":{"k":"v"},"a":{"data_offsets":[0,4],"dtype":"F32","shape":[1]}}"#
        let padded = header + String(repeating: " ", count: (8 - header.utf8.count % 8) % 8)
        #expect(data == file(padded) + Data([0, 0, 0x80, 0x3f]))
    }

    @Test("that are cut anywhere are rejected")
    func truncated() throws {
        let whole = example.encoded()
        for length in stride(from: 0, to: whole.count, by: 5) {
            let error = try error(reading: whole.prefix(length))
            #expect(error.description.contains("model.safetensors"), "cut to \(length)")
            #expect(error.description.contains("truncated"), "cut to \(length)")
        }
        #expect(try error(reading: whole + Data(count: 1)).description.contains("longer"))
    }

    @Test("with a wrong header length are rejected", arguments: [0, 1, UInt64.max, 1 << 40])
    func headerLength(_ length: UInt64) throws {
        let data = SafetensorsFile.bytes(of: [length]) + Data(count: 64)
        guard case .wrongHeaderLength(length, _) = try error(reading: data).problem else {
            Issue.record("not recognised as a wrong header length")
            return
        }
    }

    @Test(
        "with a damaged header are rejected, by the tensor's name",
        arguments: [
            (#"[1]"#, 0, "header"),
            (#"{"a":3}"#, 0, "'a'"),
            (#"{"a":{"dtype":"F32","shape":[1]}}"#, 4, "data_offsets"),
            (#"{"a":{"dtype":"F16","shape":[2],"data_offsets":[0,4]}}"#, 4, "F16"),
            (#"{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}"#, 4, "impossible"),
            (
                #"{"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,0]}}"#, 0,
                "'a'"
            ),
            (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}"#, 4, "expected 8 bytes"),
            (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}"#, 4, "not a range"),
            (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#, 8, "belong to no tensor"),
            (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#, 3, "truncated"),
            (
                #"{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"#
                    + #""b":{"dtype":"U8","shape":[4],"data_offsets":[2,6]}}"#, 6, "overlap"
            ),
            (#"{"__metadata__":{"a":1}}"#, 0, "__metadata__"),
        ])
    func damaged(_ header: String, bytes: Int, word: String) throws {
        let message = try error(reading: file(header, data: bytes)).description
        #expect(message.contains(word), "\(message)")
    }

    @Test("that lack what is asked for say what was expected and what was found")
    func missing() throws {
        let shape = try #require(throws: CheckpointError.self) {
            try example.floats("layers.0.weight", shape: [3, 2])
        }
        #expect(shape.problem == .wrongShape(expected: [3, 2], found: [2, 3]))
        #expect(throws: CheckpointError.self) { try example.floats("mask", shape: [3]) }
        let name = try #require(throws: CheckpointError.self) {
            try example.floats("layers.1.weight", shape: [1])
        }
        #expect(name.description.contains("layers.0.weight"))
        #expect(throws: CheckpointError.self) { try example.requireNoTensors(beyond: ["mask"]) }
        #expect(throws: CheckpointError.self) {
            try example.metadata("epoch", expected: "an integer", convert: Int.init)
        }
        #expect(throws: CheckpointError.self) {
            try SafetensorsFile(contentsOf: URL(filePath: "/nonexistent/model.safetensors"))
        }
    }

    @Test("that cannot be written leave nothing behind")
    func unwritable() {
        #expect(throws: FileError.self) {
            try example.write(to: URL(filePath: "/proc/ranvier/model.safetensors"))
        }
    }
}
