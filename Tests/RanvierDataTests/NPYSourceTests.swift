import Foundation
import RanvierFormats
import RanvierTestSupport
import Testing

@testable import RanvierData

@Suite struct NPYSourceTests {
    private let folder: TemporaryFolder
    private var place: DataPlace { DataPlace(folder: folder.url) }

    init() throws { folder = try TemporaryFolder() }

    private func write(
        _ type: String, _ shape: [Int], _ bytes: [UInt8], fortran: Bool = false, to name: String
    ) throws {
        let axes = shape.map { "\($0)," }.joined(separator: " ")
        let text =
            "{'descr': '\(type)', 'fortran_order': \(fortran ? "True" : "False"), 'shape': (\(axes)), }"
        try folder.write(
            [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(text.utf8.count), 0] + Array(text.utf8)
                + bytes, to: name)
    }

    private func floats(_ numbers: [Float]) -> [UInt8] {
        numbers.flatMap { number in (0..<4).map { UInt8(number.bitPattern >> (8 * $0) & 255) } }
    }

    private func doubles(_ numbers: [Double]) -> [UInt8] {
        numbers.flatMap { number in (0..<8).map { UInt8(number.bitPattern >> (8 * $0) & 255) } }
    }

    private func source(test: Bool = true) -> NPYSource {
        var source = NPYSource()
        (source.trainFeatures, source.trainLabels) = ("x.npy", "y.npy")
        if test { (source.testFeatures, source.testLabels) = ("tx.npy", "ty.npy") }
        return source
    }

    @Test func shapesTypesAndClasses() throws {
        // Column-major [2, 2, 3], and labels that do not start at 0.
        try write(
            "|u1", [2, 2, 3], [0, 6, 3, 9, 1, 7, 4, 10, 2, 8, 5, 11], fortran: true, to: "x.npy")
        try write("<i2", [2], [7, 0, 0xfd, 0xff], to: "y.npy")
        try write(">f4", [1, 2, 3], floats([1, 2, 3, 4, 5, 6]).bigEndian, to: "tx.npy")
        try write("<f8", [1, 1], doubles([7]), to: "ty.npy")
        let parts = try source().load(from: place)
        #expect(parts.training.featureShape == [2, 3])
        #expect(parts.training.values == (0..<12).map { Float($0) })
        #expect(parts.training.classNames == ["-3", "7"] && parts.training.labels == [1, 0])
        #expect(parts.test.values == [1, 2, 3, 4, 5, 6] && parts.test.labels == [1])
        #expect(parts.warnings == ["class '-3' does not occur in ty.npy"])
        #expect(parts.notes[0].contains("|u1 [2, 2, 3], values from 0.0 to 11.0"))
        #expect(parts.training.timeStep == nil)
        var timed = source()
        timed.timeStep = 0.01
        let sequences = try timed.load(from: place)
        #expect(sequences.training.timeStep == 0.01 && sequences.test.timeStep == 0.01)
    }

    @Test func aShareIsHeldOut() throws {
        try write("<f4", [20], floats((0..<20).map { Float($0) }), to: "x.npy")
        try write("|b1", [20], (0..<20).map { UInt8($0 % 2) }, to: "y.npy")
        let parts = try source(test: false).load(from: place)
        #expect(parts.training.featureShape == [1] && parts.test.classCounts == [2, 2])
        #expect(parts.training.classNames == ["0", "1"])
    }

    @Test func whatDoesNotFitIsRefused() throws {
        try write("<f4", [2, 2], floats([1, 2, 3, 4]), to: "x.npy")
        try write("|u1", [2], [0, 1], to: "y.npy")
        try write("<f4", [1, 2], floats([1, 2]), to: "tx.npy")
        try write("|u1", [1], [2], to: "ty.npy")
        expectDataError(.labelOutsideClasses, mentioning: ["ty.npy", "0, 1", "found 2"]) {
            _ = try source().load(from: place)
        }
        let cases: [(String, [Int], [UInt8], DataError.Kind, [String])] = [
            ("|u1", [3], [0, 1, 0], .countMismatch, ["2 labels", "found 3"]),
            ("|u1", [2, 2], [0, 1, 1, 0], .wrongFormat, ["[2, 2]", "argmax"]),
            ("<f4", [2], floats([0, 0.5]), .wrongFormat, ["element 1", "whole number"]),
        ]
        for (type, shape, bytes, kind, words) in cases {
            try write(type, shape, bytes, to: "y.npy")
            expectDataError(kind, mentioning: words + ["y.npy"]) {
                _ = try source(test: false).load(from: place)
            }
        }
        try write("|u1", [2], [0, 1], to: "y.npy")
        try write("<f8", [2, 2], doubles([1, 2, 1e300, 4]), to: "x.npy")
        expectDataError(.notFinite, mentioning: ["x.npy", "sample 1, value 0", "1e+300"]) {
            _ = try source(test: false).load(from: place)
        }
        var timed = source(test: false)
        timed.timeStep = 0.01
        try write("<f4", [2], floats([1, 2]), to: "x.npy")
        expectDataError(.invalidParameter, mentioning: ["time-step", "[2]"]) {
            _ = try timed.load(from: place)
        }
    }

    /// Seconds since 1970 differ by less than single precision tells apart.
    @Test func lostDigitsAreTold() throws {
        try write(
            "<f8", [3, 2], doubles([1, 1.7e9, 2, 1.7e9 + 60, 3, 1.7e9 + 120]), to: "x.npy")
        try write("|u1", [3], [0, 1, 0], to: "y.npy")
        let warnings = try source(test: false).load(from: place).warnings
        #expect(warnings.count == 1 && warnings[0].contains("value 1 of the samples"))
    }
}

extension [UInt8] {
    /// Words of four bytes turned round.
    fileprivate var bigEndian: [UInt8] {
        stride(from: 0, to: count, by: 4).flatMap { self[$0..<$0 + 4].reversed() }
    }
}
