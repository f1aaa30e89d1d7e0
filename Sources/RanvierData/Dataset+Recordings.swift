import RanvierFormats
import RanvierSpikes
import RanvierTensors

extension Dataset {
    /// Rasters of event recordings: samples `[T, units…]` of zeros and ones, or of counts.
    ///
    /// Each recording starts at its own first event or at time 0, and is cut after `steps` steps. One byte
    /// is kept per element; counts end at 255.
    ///
    /// Spoken digits of a cochlea (Spiking Heidelberg Digits and its kin, 700 channels) and event cameras
    /// both take this way in.
    /// - Parameters:
    ///   - recordings: one per sample, all of the same sensor.
    ///   - timeStep: length of a step in seconds.
    ///   - slicing: cuts each recording into `steps` frames of event counts, equal in time or in number of events,
    ///     in place of steps of `timeStep`.
    ///   - countsEvents: whether a step holds the number of events, else only whether there was one.
    ///   - startsAtFirstEvent: whether the clock of each recording starts at its first event.
    /// - Throws: ``DataError`` if the sensors differ or there is not one label per recording.
    public init(
        name: String, recordings: [EventStream], labels: [Int], steps: Int, timeStep: Double,
        slicing: EventStream.Slicing? = nil, countsEvents: Bool = false,
        startsAtFirstEvent: Bool = false, classNames: [String]? = nil,
        origin: DataOrigin? = nil
    ) throws(DataError) {
        precondition(steps > 0 && timeStep > 0, "\(steps) steps of \(timeStep) s hold no events")
        guard recordings.count == labels.count else {
            throw DataError(
                .countMismatch, at: name, expected: "\(recordings.count) labels, one per recording",
                found: "\(labels.count)", advice: "check that recordings and labels belong together"
            )
        }
        let sensor = recordings.first?.sensor ?? EventSensor(channels: 1)
        try DataError.requireMemory(
            at: name, shape: [recordings.count, steps] + sensor.frameShape, each: 1,
            advice: "take fewer 'steps' of the data set")
        var bytes: [UInt8] = []
        bytes.reserveCapacity(recordings.count * steps * sensor.unitCount)
        for (sample, recording) in recordings.enumerated() {
            guard recording.sensor == sensor else {
                throw DataError(
                    .countMismatch, at: "\(name), recording \(sample)",
                    expected: "the sensor \(sensor.frameShape) of the first recording",
                    found: "\(recording.sensor.frameShape)", advice: "make one data set per sensor")
            }
            if let slicing {
                let frames = recording.frames(count: steps, by: slicing)
                bytes += frames.scalars.map { UInt8(min($0, 255)) }
            } else {
                let stream = startsAtFirstEvent ? recording.startingAtZero : recording
                bytes += stream.raster(
                    steps: steps, timeStep: timeStep, countsEvents: countsEvents)
            }
        }
        try self.init(
            name: name, bytes: bytes, dividedBy: 1, featureShape: [steps] + sensor.frameShape,
            labels: labels, classNames: classNames, origin: origin)
        self = timed(step: slicing == nil ? timeStep : nil)
    }
}

extension EventStream {
    /// One byte for each unit and step: the number of events, up to 255, or whether there was one.
    func raster(steps: Int, timeStep: Double, countsEvents: Bool) -> [UInt8] {
        let size = sensor.unitCount
        var bytes = [UInt8](repeating: 0, count: steps * size)
        forEachEvent(steps: steps, timeStep: timeStep) { step, unit in
            let before = bytes[step * size + unit]
            bytes[step * size + unit] = countsEvents && before < 255 ? before + 1 : max(before, 1)
        }
        return bytes
    }
}
