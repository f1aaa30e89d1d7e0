import Foundation
import RanvierFormats

/// 1797 real handwritten digits of 8 × 8 pixels, which ship with the package.
///
/// Values are 0 to 16 in the source and 0 to 1 here. Sample `i` is a test sample if `i mod 5 = 4`, which
/// gives 1438 for training and 359 for the test.
///
///     let digits = try Digits()
///     digits.train.featureShape      // [64]
///
/// Source: UCI repository, "Optical Recognition of Handwritten Digits" (Alpaydin & Kaynak 1998), its test
/// part; CC BY 4.0.
public struct Digits: Sendable {
    /// All samples in their order.
    public let all: Dataset
    /// Samples for training.
    public let train: Dataset
    /// Samples for the test.
    public let test: Dataset

    /// Reads the resource of the package.
    ///
    /// - Parameter asImages: whether samples are `[8, 8, 1]`; else vectors `[64]`.
    /// - Throws: ``DataError`` if the resource was lost or damaged.
    public init(asImages: Bool = false) throws(DataError) {
        var format = TableFormat()
        (format.separator, format.hasHeader) = (",", false)
        let reader = try TableReader(Self.resource(), format: format)
        guard reader.names.count == 65 else {
            throw DataError(
                .wrongFormat, at: reader.path, expected: "65 columns",
                found: "\(reader.names.count)", advice: "install the package again")
        }
        var bytes: [UInt8] = [], labels: [Int] = []
        try reader.read(numbers: Array(0..<65)) { block throws(DataError) in
            for row in 0..<block.rowCount {
                for column in 0..<64 {
                    bytes.append(UInt8(clamping: Int(block.numbers[row * 65 + column])))
                }
                labels.append(Int(block.numbers[row * 65 + 64]))
            }
        }
        let samples = try Dataset(
            name: "digits", bytes: bytes, dividedBy: 16, featureShape: asImages ? [8, 8, 1] : [64],
            labels: labels, classNames: (0...9).map { "\($0)" },
            origin: DataOrigin(
                source: "UCI, Optical Recognition of Handwritten Digits (Alpaydin & Kaynak 1998)",
                licence: "CC BY 4.0"))
        all = samples.picturing([8, 8, 1])
        let indices = Array(0..<all.count)
        train = all.subset(indices.filter { $0 % 5 != 4 }, name: "digits training")
        test = all.subset(indices.filter { $0 % 5 == 4 }, name: "digits test")
    }

    /// The file: beside the program, or where the package was built.
    ///
    /// The accessor that SwiftPM makes stops the program when the resource is lost; this one can be answered.
    static func resource() throws(DataError) -> URL {
        let bundle = "Ranvier_RanvierData"
        let programs = [Bundle.main.bundleURL, Bundle.main.resourceURL].compactMap { $0 }
        let candidates =
            programs.flatMap {
                [
                    $0.appending(path: "\(bundle).resources"),
                    $0.appending(path: "\(bundle).bundle/Contents/Resources"),
                    $0.appending(path: "\(bundle).bundle"),
                ]
            } + [
                URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
                    .appending(path: "Resources")
            ]
        for folder in candidates {
            let file = folder.appending(path: "digits.csv.gz")
            if FileManager.default.fileExists(atPath: file.path(percentEncoded: false)) {
                return file
            }
        }
        throw DataError(
            .missing, at: "digits.csv.gz",
            expected: "the digits beside the program, in \(bundle).resources",
            found: "no such file",
            advice: "copy the folder \(bundle).resources along with the program")
    }
}
