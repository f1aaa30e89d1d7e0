import Foundation
import RanvierFormats
import RanvierTestSupport
import Testing

@testable import RanvierData

@Suite struct CIFARTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// A record whose red, green and blue planes start with 1, 2, 3 and are 10, 20, 30 behind.
    private func record(_ labels: [UInt8]) -> [UInt8] {
        labels
            + (1...3).flatMap { plane in
                [UInt8(plane)] + [UInt8](repeating: UInt8(plane * 10), count: 1023)
            }
    }

    @Test func recordsBecomeImagesWithChannelsLast() throws {
        try folder.write(record([3]) + record([9]), to: "cifar10/data_batch_1.bin")
        try folder.write(gzip(record([0])), to: "cifar10/data_batch_3.bin.gz")
        try folder.write(gzip(record([1])), to: "cifar10/test_batch.bin.gz")
        let directory = try DataDirectory(path: folder.path)
        let data = try CIFAR10(directory: directory)
        #expect(data.train.labels == [3, 9, 0] && data.test.labels == [1])
        #expect(data.train.featureShape == [32, 32, 3] && data.train.classNames[9] == "truck")
        #expect(
            Array(data.train.values(ofSample: 2)[..<6])
                == [1, 2, 3, 10, 20, 30].map { Float($0) / 255 })
        let entry = try #require(DataCatalogue(directory: directory)["cifar10"])
        #expect(entry.status == .incomplete && entry.files.count == 3)
        #expect(entry.missing == [2, 4, 5].map { "cifar10/data_batch_\($0).bin" })
        // What is there is used, and what is not is told.
        let parts = try CIFAR10Source().load(from: DataPlace(directory: folder.path))
        #expect(parts.training.count == 3 && parts.warnings.count == 1)
        #expect(parts.warnings[0].contains("data_batch_2.bin, data_batch_4.bin, data_batch_5.bin"))
        for number in [2, 4, 5] {
            try folder.write(record([2]), to: "cifar10/DATA_BATCH_\(number).BIN")
        }
        #expect(DataCatalogue(directory: directory)["cifar10"]?.status == .available)
        #expect(try CIFAR10(directory: directory).train.labels == [3, 9, 2, 0, 2, 2])
        let summary = try DataFileSummary(
            folder.url.appending(path: "cifar10/data_batch_1.bin"))
        #expect(summary.format == "CIFAR-10" && summary.details[0].value == "2")
    }

    @Test func fineAndCoarseLabels() throws {
        try folder.write(record([19, 99]), to: "cifar100/train.bin")
        try folder.write(record([2, 1]), to: "cifar100/test.bin")
        let names = (0..<20).map { "group \($0)" }.joined(separator: "\n") + "\n"
        try folder.write(names, to: "cifar100/coarse_label_names.txt")
        let directory = try DataDirectory(path: folder.path)
        #expect(try CIFAR100(directory: directory).train.labels == [99])
        let coarse = try CIFAR100(directory: directory, labels: .coarse)
        #expect(coarse.train.labels == [19] && coarse.train.classNames[19] == "group 19")
        try folder.write("one\ntwo\n", to: "cifar100/coarse_label_names.txt")
        expectDataError(.countMismatch, mentioning: ["20 names", "found 2"]) {
            _ = try CIFAR100(directory: directory, labels: .coarse)
        }
    }

    @Test func damagedFiles() throws {
        let short = try folder.write(Array(record([1]).dropLast()), to: "short.bin")
        expectDataError(.truncated, mentioning: ["short.bin", "3073", "3072"]) {
            _ = try CIFAR10.read([short], name: "x")
        }
        let empty = try folder.write([], to: "empty.bin")
        expectDataError(.truncated) { _ = try CIFAR10.read([empty], name: "x") }
        let label = try folder.write(record([1]) + record([10]), to: "label.bin")
        expectDataError(.labelOutsideClasses, mentioning: ["record 1", "byte 3073", "found 10"]) {
            _ = try CIFAR10.read([label], name: "x")
        }
        let packed = try folder.write(Array(gzip(record([1])).dropLast(9)), to: "p.bin.gz")
        expectDataError(.truncated, mentioning: ["gzip"]) {
            _ = try CIFAR10.read([packed], name: "x")
        }
        expectDataError(.missing, mentioning: ["data_batch_1.bin"]) {
            _ = try CIFAR10(directory: DataDirectory(path: folder.path))
        }
    }

    @Test(.data("cifar10")) func realImages() throws {
        let directory = try #require(SharedData.directory)
        let file = try directory.file(["test_batch.bin"], in: ["cifar10"])
        let data = try CIFAR10.read([file], name: "cifar10 test")
        #expect(data.count == 2000 && data.classCounts.allSatisfy { $0 == 200 })
    }
}
