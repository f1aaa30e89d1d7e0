import RanvierSpikes
import Testing

@Suite struct EventStreamTests {
    private let camera = EventSensor(height: 3, width: 4)

    @Test func unitsLieAsInAFrame() {
        #expect(camera.unitCount == 24 && camera.frameShape == [3, 4, 2])
        #expect(camera.unit(x: 1, y: 2, polarity: 1) == (2 * 4 + 1) * 2 + 1)
        #expect(camera.unit(x: 4, y: 0) == nil && camera.unit(x: 0, y: 0, polarity: 2) == nil)
        for unit in 0..<24 {
            let (x, y, polarity) = camera.position(of: unit)
            #expect(camera.unit(x: x, y: y, polarity: polarity) == unit)
        }
        #expect(EventSensor(channels: 7).frameShape == [7])
    }

    @Test func sliceAndMerge() throws {
        let first = try EventStream(
            sensor: camera, tickLength: 1e-6, ticks: [0, 10, 10, 30], units: [0, 1, 2, 3])
        let second = try EventStream(
            sensor: camera, tickLength: 1e-6, ticks: [5, 10, 40], units: [4, 5, 6])
        let both = try first.merged(with: second)
        #expect(both.ticks == [0, 5, 10, 10, 10, 30, 40])
        #expect(both.units == [0, 4, 1, 2, 5, 3, 6])
        #expect(both.slice(5e-6..<30e-6).units == [4, 1, 2, 5])
        #expect(both.slice(5e-6..<30e-6).startingAtZero.ticks == [0, 5, 5, 5])
        #expect(both.filtered { $0 < 2 }.units == [0, 1])
        #expect(both.countPerUnit.reduce(0, +) == 7)
        #expect(abs(both.duration - 40e-6) < 1e-12)
        let other = try EventStream(
            sensor: EventSensor(channels: 3), tickLength: 1e-6, ticks: [], units: [])
        #expect(throws: SpikeError.self) { try both.merged(with: other) }
    }

    @Test func badEventsAreNamed() {
        #expect(throws: SpikeError.unitOutsideSensor(index: 1, unit: 24, units: 24)) {
            try EventStream(sensor: camera, tickLength: 1, ticks: [0, 1], units: [0, 24])
        }
        #expect(throws: SpikeError.timesNotSorted(index: 1, time: 0, previous: 1)) {
            try EventStream(sensor: camera, tickLength: 1, ticks: [1, 0], units: [0, 0])
        }
        #expect(throws: SpikeError.self) {
            try EventStream(sensor: camera, tickLength: 1, ticks: [1], units: [])
        }
    }

    @Test func repairsAreCounted() {
        let stream = EventStream(
            repairing: [5, 3, 3, 9, 4], units: [0, 1, 2, nil, 99], sensor: camera, tickLength: 1)
        #expect(stream.ticks == [3, 3, 5])
        #expect(stream.units == [1, 2, 0])
        // The second 3 is not earlier than the first, and both come before the 5.
        #expect(stream.repairs == EventRepairs(outsideSensor: 2, outOfOrder: 1))
        #expect(!stream.repairs.isSound)
    }
}
