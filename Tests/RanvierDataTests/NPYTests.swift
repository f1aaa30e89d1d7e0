import Foundation
import RanvierData
import RanvierFormats
import RanvierTestSupport
import Testing

@Suite struct NPYTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func npy(_ header: String, _ bytes: [UInt8], version: UInt8 = 1) -> [UInt8] {
        let prefix = version == 1 ? 10 : 12
        let padding = (64 - (prefix + header.utf8.count + 1) % 64) % 64
        let text = Array(header.utf8) + [UInt8](repeating: 32, count: padding) + [10]
        let length = [UInt8(text.count & 255), UInt8(text.count >> 8)]
        return [0x93] + Array("NUMPY".utf8) + [version, 0] + length
            + (version == 1 ? [] : [0, 0]) + text + bytes
    }

    private func header(_ type: String, _ shape: String, fortran: Bool = false) -> String {
        "{'descr': '\(type)', 'fortran_order': \(fortran ? "True" : "False"), 'shape': \(shape), }"
    }

    @Test func everyType() throws {
        let cases: [(String, [UInt8], [Double])] = [
            ("|u1", [0, 255], [0, 255]), ("|i1", [0x80, 1], [-128, 1]), ("|b1", [0, 1], [0, 1]),
            ("<i2", [0xfe, 0xff, 1, 0], [-2, 1]), (">u2", [1, 0, 0, 2], [256, 2]),
            (
                "<i8", [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 3, 0, 0, 0, 0, 0, 0, 0],
                [-1, 3]
            ),
            ("<f2", [0x00, 0x3e, 0x00, 0xc0], [1.5, -2]),
            ("<f4", [0, 0, 0xc0, 0x3f, 0, 0, 0x80, 0xbf], [1.5, -1]),
            (">f8", [0x3f, 0xf8, 0, 0, 0, 0, 0, 0, 0xc0, 0, 0, 0, 0, 0, 0, 0], [1.5, -2]),
        ]
        for (type, bytes, numbers) in cases {
            for version: UInt8 in [1, 2] {
                let file = try NPYFile(
                    contentsOf: folder.write(
                        npy(header(type, "(2,)"), bytes, version: version), to: "a.npy"))
                #expect(file.numbers == numbers && file.shape == [2], "\(type)")
                #expect(file.elementType == type)
            }
        }
    }

    /// Half precision, the trap of spiking data sets: subnormal, largest, infinite.
    @Test func halfPrecision() {
        #expect(Double(halfPrecision: 0x0001) == 0x1p-24)
        #expect(Double(halfPrecision: 0x03ff) == 1023 * 0x1p-24)
        #expect(Double(halfPrecision: 0x7bff) == 65504)
        #expect(Double(halfPrecision: 0x8000) == 0 && Double(halfPrecision: 0x8000).sign == .minus)
        #expect(Double(halfPrecision: 0xfc00) == -.infinity)
        #expect(Double(halfPrecision: 0x7e00).isNaN)
        #expect(abs(Double(halfPrecision: 0x3555) - 1.0 / 3) < 1e-4)
    }

    @Test func columnMajorBecomesRowMajor() throws {
        // [[0, 1, 2], [3, 4, 5]] in column-major order.
        let file = try NPYFile(
            contentsOf: folder.write(
                npy(header("|u1", "(2, 3)", fortran: true), [0, 3, 1, 4, 2, 5]), to: "a.npy"))
        #expect(file.shape == [2, 3] && file.numbers == [0, 1, 2, 3, 4, 5])
        let scalar = try NPYFile(
            contentsOf: folder.write(npy(header("|u1", "()"), [7]), to: "b.npy"))
        #expect(scalar.shape.isEmpty && scalar.numbers == [7])
        let cube = try NPYFile(
            contentsOf: folder.write(
                npy(header("|u1", "(2, 2, 2)", fortran: true), Array(0..<8)), to: "c.npy"))
        #expect(cube.numbers == [0, 4, 2, 6, 1, 5, 3, 7])
    }

    @Test func damagedFiles() throws {
        let sound = npy(header("<i4", "(2,)"), [1, 0, 0, 0, 2, 0, 0, 0])
        var version = sound
        version[6] = 9
        var magic = sound
        magic[1] = 0x4d
        let cases: [([UInt8], DataError.Kind, [String])] = [
            (magic, .wrongFormat, ["magic", "93 4d"]),
            (version, .unsupported, ["version"]),
            (Array(sound[..<5]), .truncated, [".npy header"]),
            (Array(sound[..<40]), .truncated, ["the header"]),
            (Array(sound.dropLast()), .truncated, ["2 elements", "found 7"]),
            (sound + [0], .trailingBytes, ["1 more"]),
            (npy(header("|O", "(1,)"), [0]), .unsupported, ["|O", "objects"]),
            (npy(header("<c8", "(1,)"), [0]), .unsupported, ["<c8"]),
            (
                npy("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }", [0]),
                .unsupported, ["real numbers"]
            ),
            (npy("{'descr': '<f4', 'shape': (1,), }", [0]), .corrupt, ["fortran_order"]),
            (npy(header("<f4", "(-1,)"), [0]), .corrupt, ["shape"]),
            (npy(header("<f8", "(99999999999, 99999999999)"), [0]), .corrupt, ["shape"]),
        ]
        for (bytes, kind, texts) in cases {
            let file = try folder.write(bytes, to: "bad.npy")
            expectDataError(kind, mentioning: texts + ["bad.npy"]) {
                _ = try NPYFile(contentsOf: file)
            }
        }
        let fraction = try folder.write(npy(header("<f2", "(1,)"), [0x00, 0x3e]), to: "f.npy")
        expectDataError(.wrongFormat, mentioning: ["element 0", "1.5"]) {
            _ = try NPYFile(contentsOf: fraction).integers()
        }
    }
}
