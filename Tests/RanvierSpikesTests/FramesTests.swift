import RanvierSpikes
import RanvierTensors
import Testing

@Suite struct FramesTests {
    private let camera = EventSensor(height: 1, width: 2)

    // Units: (x 0, off) 0, (x 0, on) 1, (x 1, off) 2, (x 1, on) 3.
    private func stream() throws -> EventStream {
        try EventStream(
            sensor: camera, tickLength: 1e-3, ticks: [10, 10, 12, 18, 30], units: [1, 1, 2, 3, 0])
    }

    @Test func framesByTimeAndByNumber() throws {
        let time = try stream().frames(count: 2, by: .time)
        #expect(time.shape == [2, 1, 2, 2])
        #expect(time.scalars == [0, 2, 1, 1, 1, 0, 0, 0])
        let number = try stream().frames(count: 2, by: .events)
        #expect(number.scalars == [0, 2, 1, 0, 1, 0, 0, 1])
        #expect(try stream().frames(count: 3, by: .time).sum().scalar == 5)
        #expect(try stream().frames(steps: 2, timeStep: 10e-3).scalars == [0, 0, 0, 0, 0, 2, 1, 1])
        #expect(
            try stream().startingAtZero.frames(steps: 1, timeStep: 5e-3).scalars == [0, 2, 1, 0])
    }

    @Test func voxelsShareEventsBetweenBins() throws {
        let grid = try stream().voxels(bins: 3)
        #expect(grid.shape == [3, 1, 2, 1])
        // Positions 2 (t − 10) / 20: 0, 0, 0.2, 0.8, 2.
        let expected: [Float] = [2, -0.8 + 0.2, 0, -0.2 + 0.8, -1, 0]
        #expect(zip(grid.scalars, expected).allSatisfy { abs($0 - $1) < 1e-6 })
        // Shares of an event add up to its polarity.
        #expect(abs(grid.sum().scalar - 1) < 1e-6)
    }

    @Test func emptyAndSingle() throws {
        let empty = try EventStream(sensor: camera, tickLength: 1, ticks: [], units: [])
        #expect(empty.frames(count: 2).sum().scalar == 0 && empty.voxels(bins: 2).sum().scalar == 0)
        let single = try EventStream(sensor: camera, tickLength: 1, ticks: [5], units: [1])
        #expect(single.voxels(bins: 2).scalars == [1, 0, 0, 0])
        #expect(single.frames(count: 2).scalars == [0, 1, 0, 0, 0, 0, 0, 0])
    }

    @Test func secondsBecomeTicks() throws {
        let sensor = EventSensor(channels: 700)
        let stream = try EventStream(
            seconds: [0.5, 0.25, 1.4], units: [3, 699, 700], sensor: sensor)
        #expect(stream.ticks == [250_000, 500_000] && stream.units == [699, 3])
        #expect(stream.repairs == EventRepairs(outsideSensor: 1, outOfOrder: 1))
        #expect(throws: SpikeError.timeNotFinite(index: 0)) {
            try EventStream(seconds: [.infinity], units: [0], sensor: sensor)
        }
        #expect(throws: SpikeError.timeNotFinite(index: 0)) {
            try EventStream(seconds: [1e300], units: [0], sensor: sensor)
        }
        #expect(throws: SpikeError.self) {
            try EventStream(seconds: [0], units: [], sensor: sensor)
        }
    }
}
