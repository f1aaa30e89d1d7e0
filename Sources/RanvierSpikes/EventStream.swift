/// Events of many units on one clock: (time, unit), sorted by time.
///
/// Times are whole ticks of the source's clock (normally 1 µs), so no precision is lost before an encoder
/// asks for seconds. A camera's polarity is part of the unit; see ``EventSensor``.
///
/// Invariants: ticks do not decrease; every unit is one of the sensor's. Negative ticks are allowed: a
/// recording may start before its trigger.
public struct EventStream: Sendable, Hashable {
    /// The device.
    public let sensor: EventSensor
    /// Length of a tick in seconds.
    public let tickLength: Double
    /// Time of each event in ticks.
    public let ticks: [Int64]
    /// Unit of each event.
    public let units: [Int32]
    /// What had to be mended when the events were read.
    public let repairs: EventRepairs

    /// Checks the events: as many units as times, sorted, inside the sensor.
    ///
    /// - Throws: ``SpikeError`` that names the first event that does not fit.
    public init(
        sensor: EventSensor, tickLength: Double, ticks: [Int64], units: [Int32]
    ) throws(SpikeError) {
        guard tickLength > 0, tickLength.isFinite else {
            throw .invalidParameter(
                name: "tickLength", expected: "a positive number of seconds", found: "\(tickLength)"
            )
        }
        guard ticks.count == units.count else {
            throw .countsDiffer(what: "units of events", expected: ticks.count, found: units.count)
        }
        for index in ticks.indices {
            guard units[index] >= 0, units[index] < sensor.unitCount else {
                throw .unitOutsideSensor(
                    index: index, unit: Int(units[index]), units: sensor.unitCount)
            }
            if index > 0, ticks[index] < ticks[index - 1] {
                throw .timesNotSorted(
                    index: index, time: Double(ticks[index]) * tickLength,
                    previous: Double(ticks[index - 1]) * tickLength)
            }
        }
        self.init(
            unchecked: sensor, tickLength: tickLength, ticks: ticks, units: units,
            repairs: EventRepairs())
    }

    package init(
        unchecked sensor: EventSensor, tickLength: Double, ticks: [Int64], units: [Int32],
        repairs: EventRepairs
    ) {
        self.sensor = sensor
        self.tickLength = tickLength
        self.ticks = ticks
        self.units = units
        self.repairs = repairs
    }

    /// Mends what a file may contain: drops events outside the sensor and sorts the others by time,
    /// keeping the order of equal ones. ``repairs`` counts both.
    ///
    /// - Parameter units: unit of each event; nil where the event lies outside the sensor.
    public init(
        repairing ticks: [Int64], units: [Int32?], sensor: EventSensor, tickLength: Double,
        markers: Int = 0
    ) {
        precondition(ticks.count == units.count, "\(ticks.count) times, \(units.count) units")
        precondition(tickLength > 0, "a tick needs a positive length, not \(tickLength)")
        var repairs = EventRepairs(markers: markers)
        var events: [(tick: Int64, unit: Int32)] = []
        events.reserveCapacity(ticks.count)
        for (tick, unit) in zip(ticks, units) {
            guard let unit, unit >= 0, unit < sensor.unitCount else {
                repairs.outsideSensor += 1
                continue
            }
            if let last = events.last, tick < last.tick { repairs.outOfOrder += 1 }
            events.append((tick, unit))
        }
        if repairs.outOfOrder > 0 {
            let order = events.indices.sorted {
                (events[$0].tick, $0) < (events[$1].tick, $1)
            }
            events = order.map { events[$0] }
        }
        self.init(
            unchecked: sensor, tickLength: tickLength, ticks: events.map(\.tick),
            units: events.map(\.unit), repairs: repairs)
    }

    /// Number of events.
    public var count: Int { ticks.count }

    /// Time of an event in seconds.
    public func time(at index: Int) -> Double { Double(ticks[index]) * tickLength }

    /// Times of all events in seconds.
    public var times: [Double] { ticks.map { Double($0) * tickLength } }

    /// Seconds from the first event to the last.
    public var duration: Double {
        guard let first = ticks.first, let last = ticks.last else { return 0 }
        return (Double(last) - Double(first)) * tickLength
    }

    /// Number of events of each unit.
    public var countPerUnit: [Int] {
        var counts = [Int](repeating: 0, count: sensor.unitCount)
        for unit in units { counts[Int(unit)] += 1 }
        return counts
    }
}

// MARK: - Parts

extension EventStream {
    /// The events with `range.lowerBound ≤ t < range.upperBound` in seconds, on the same clock.
    ///
    /// - Complexity: O(log K) to find them.
    public func slice(_ range: Range<Double>) -> EventStream {
        events(in: firstIndex(from: range.lowerBound)..<firstIndex(from: range.upperBound))
    }

    /// Events by position, on the same clock.
    public func events(in range: Range<Int>) -> EventStream {
        EventStream(
            unchecked: sensor, tickLength: tickLength, ticks: Array(ticks[range]),
            units: Array(units[range]), repairs: repairs)
    }

    /// The events of some units only.
    public func filtered(_ isIncluded: (_ unit: Int) -> Bool) -> EventStream {
        let kept = units.indices.filter { isIncluded(Int(units[$0])) }
        return EventStream(
            unchecked: sensor, tickLength: tickLength, ticks: kept.map { ticks[$0] },
            units: kept.map { units[$0] }, repairs: repairs)
    }

    /// The same events on a clock that starts at the first of them.
    public var startingAtZero: EventStream {
        guard let first = ticks.first else { return self }
        return EventStream(
            unchecked: sensor, tickLength: tickLength, ticks: ticks.map { $0 - first },
            units: units, repairs: repairs)
    }

    /// The events of two recordings of one sensor in one; at equal times this stream's come first.
    ///
    /// - Throws: ``SpikeError/invalidParameter(name:expected:found:)`` if sensor or clock differ.
    public func merged(with other: EventStream) throws(SpikeError) -> EventStream {
        guard sensor == other.sensor else {
            throw .invalidParameter(
                name: "sensor", expected: "\(sensor.frameShape)",
                found: "\(other.sensor.frameShape)")
        }
        guard tickLength == other.tickLength else {
            throw .invalidParameter(
                name: "tickLength", expected: "\(tickLength) s", found: "\(other.tickLength) s")
        }
        var mergedTicks: [Int64] = [], mergedUnits: [Int32] = []
        mergedTicks.reserveCapacity(count + other.count)
        mergedUnits.reserveCapacity(count + other.count)
        var mine = 0, theirs = 0
        while mine < count || theirs < other.count {
            if theirs == other.count || (mine < count && ticks[mine] <= other.ticks[theirs]) {
                mergedTicks.append(ticks[mine])
                mergedUnits.append(units[mine])
                mine += 1
            } else {
                mergedTicks.append(other.ticks[theirs])
                mergedUnits.append(other.units[theirs])
                theirs += 1
            }
        }
        return EventStream(
            unchecked: sensor, tickLength: tickLength, ticks: mergedTicks, units: mergedUnits,
            repairs: EventRepairs(
                outsideSensor: repairs.outsideSensor + other.repairs.outsideSensor,
                outOfOrder: repairs.outOfOrder + other.repairs.outOfOrder,
                markers: repairs.markers + other.repairs.markers))
    }

    /// Position of the first event at or after a time in seconds, up to rounding of the time.
    private func firstIndex(from time: Double) -> Int {
        let bound = (time / tickLength - stepTolerance).rounded(.up)
        var low = 0, high = count
        while low < high {
            let middle = (low + high) / 2
            if Double(ticks[middle]) < bound { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
