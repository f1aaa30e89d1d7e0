import Foundation
import RanvierFormats
import RanvierSpikes
import RanvierTestSupport
import Testing

@testable import RanvierData

@Suite struct EventFileTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func event(_ x: UInt8, _ y: UInt8, _ polarity: UInt8, _ time: Int) -> [UInt8] {
        [
            x, y, polarity << 7 | UInt8(time >> 16 & 0x7f), UInt8(time >> 8 & 255),
            UInt8(time & 255),
        ]
    }

    @Test func eventsAndTimeMarkers() throws {
        let bytes =
            event(1, 2, 1, 5) + event(33, 33, 0, 70_000) + event(0, 240, 0, 0)
            + event(0, 0, 0, 70_000)
        let stream = try ATISFile.read(folder.write(bytes, to: "a.bin"))
        #expect(stream.ticks == [5, 70_000, 78_192])
        #expect(stream.units.map { stream.sensor.position(of: Int($0)).x } == [1, 33, 0])
        #expect(stream.units.map { stream.sensor.position(of: Int($0)).polarity } == [1, 0, 0])
        #expect(stream.repairs == EventRepairs(markers: 1) && stream.repairs.isSound)
        #expect(stream.tickLength == 1e-6)
        let packed = try ATISFile.read(folder.write(gzip(bytes), to: "a.bin.gz"))
        #expect(packed.ticks == stream.ticks && packed.units == stream.units)
    }

    @Test func damagedFiles() throws {
        let cut = try folder.write(event(1, 2, 1, 5) + [1, 2], to: "cut.bin")
        expectDataError(.truncated, mentioning: ["cut.bin", "byte 5", "2 bytes"]) {
            _ = try ATISFile.read(cut)
        }
        // Outside the sensor, and not in order: mended and counted.
        let bytes = event(34, 0, 0, 1) + event(0, 0, 0, 9) + event(1, 0, 0, 3)
        let stream = try ATISFile.read(folder.write(bytes, to: "odd.bin"))
        #expect(stream.ticks == [3, 9])
        #expect(stream.repairs == EventRepairs(outsideSensor: 1, outOfOrder: 1))
        #expect(try ATISFile.read(folder.write([], to: "empty.bin")).count == 0)
        let summary = try DataFileSummary(folder.url.appending(path: "odd.bin"))
        #expect(summary.details.contains { $0.name == "largest x, y" && $0.value == "34, 0" })
    }

    @Test func folderOfRecordings() throws {
        for part in ["Train", "Test"] {
            for digit in 0...9 {
                for number in 0..<2 {
                    try folder.write(
                        event(UInt8(digit), UInt8(number), 1, 0) + event(3, 3, 0, 25_000),
                        to: "n-mnist/\(part)/\(digit)/\(number).bin")
                }
            }
        }
        let directory = try DataDirectory(path: folder.path)
        let data = try NMNIST(directory: directory, steps: 3)
        #expect(data.train.count == 20 && data.train.featureShape == [3, 34, 34, 2])
        // The second event of each recording lies at 25 ms.
        let short = try NMNIST(directory: directory, steps: 2).cut
        #expect(short.events == 40 && short.allEvents == 80 && short.recordings == 40)
        #expect(abs(short.latest - 0.025) < 1e-9 && data.cut.events == 0)
        #expect(
            short.warning(of: "n-mnist", steps: 2, timeStep: 0.01)?.hasPrefix(
                "n-mnist: 40 of 80 events (50 %) of 40 of 40 recordings lie after the 20 ms of 2 steps of "
                    + "10 ms and are cut; the last is at 25 ms") == true)
        #expect(data.cut.warning(of: "n-mnist", steps: 3, timeStep: 0.01) == nil)
        #expect(try NMNIST(directory: directory, steps: 2, slicing: .time).cut.events == 0)
        let values = data.train.values(ofSample: 5)  // digit 2, file 1
        #expect(data.train.labels[5] == 2)
        let spikes = values.indices.filter { values[$0] == 1 }
        #expect(spikes == [(34 + 2) * 2 + 1, 2 * 2312 + (3 * 34 + 3) * 2])
        #expect(try NMNIST(directory: directory, samplesPerClass: 1).test.count == 10)
        // Two events, cut into four frames by time and into two by number.
        let byTime = try NMNIST(directory: directory, steps: 4, slicing: .time).train
        let frames = byTime.values(ofSample: 5).enumerated().filter { $0.element == 1 }
        #expect(frames.map { $0.offset / 2312 } == [0, 3])
        let byNumber = try NMNIST(directory: directory, steps: 2, slicing: .events).train
        #expect(
            byNumber.values(ofSample: 0).enumerated().filter { $0.element == 1 }
                .map { $0.offset / 2312 } == [0, 1])
        #expect(DataCatalogue(directory: directory)["n-mnist"]?.files.count == 40)
        try FileManager.default.removeItem(at: folder.url.appending(path: "n-mnist/Test/7"))
        expectDataError(.missing, mentioning: ["Test/7"]) { _ = try NMNIST(directory: directory) }
        #expect(DataCatalogue(directory: directory)["n-mnist"]?.status == .incomplete)
    }

    @Test func rastersOfRecordings() throws {
        let sensor = EventSensor(channels: 3)
        let recordings = [
            try EventStream(seconds: [0.001, 0.0015, 0.004], units: [0, 0, 2], sensor: sensor),
            try EventStream(seconds: [0.002], units: [1], sensor: sensor),
        ]
        let data = try Dataset(
            name: "toy", recordings: recordings, labels: [0, 1], steps: 3, timeStep: 1e-3)
        #expect(data.featureShape == [3, 3])
        #expect(data.values == [0, 0, 0, 1, 0, 0, 0, 0, 0] + [0, 0, 0, 0, 0, 0, 0, 1, 0])
        let counted = try Dataset(
            name: "toy", recordings: recordings, labels: [0, 1], steps: 4, timeStep: 1e-3,
            countsEvents: true, startsAtFirstEvent: true)
        #expect(counted.values(ofSample: 0) == [2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1])
        #expect(counted.values(ofSample: 1).prefix(3) == [0, 1, 0])
        expectDataError(.countMismatch, mentioning: ["2 labels"]) {
            _ = try Dataset(
                name: "toy", recordings: recordings, labels: [0], steps: 3, timeStep: 1e-3)
        }
        let other = try EventStream(
            sensor: EventSensor(channels: 4), tickLength: 1, ticks: [], units: [])
        expectDataError(.countMismatch, mentioning: ["recording 1", "[3]", "[4]"]) {
            _ = try Dataset(
                name: "toy", recordings: [recordings[0], other], labels: [0, 1], steps: 3,
                timeStep: 1e-3)
        }
    }
}
