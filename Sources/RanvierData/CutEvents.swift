import RanvierConfiguration
import RanvierSpikes

/// Events of recordings that lie outside the steps of rasters and are cut.
public struct CutEvents: Sendable, Hashable, Codable {
    /// Recordings of which events were cut.
    public private(set) var recordings = 0
    /// All recordings.
    public private(set) var allRecordings = 0
    /// Events that were cut.
    public private(set) var events = 0
    /// All events.
    public private(set) var allEvents = 0
    /// Time of the last event in seconds.
    public private(set) var latest = 0.0

    /// What is cut of recordings on a clock that starts at 0; nothing where they are sliced by their own length.
    public init(
        _ recordings: [EventStream], steps: Int, timeStep: Double,
        slicing: EventStream.Slicing? = nil
    ) {
        for recording in recordings {
            var kept = recording.count
            if slicing == nil {
                kept = 0
                recording.forEachEvent(steps: steps, timeStep: timeStep) { _, _ in kept += 1 }
            }
            allRecordings += 1
            allEvents += recording.count
            events += recording.count - kept
            if kept < recording.count { self.recordings += 1 }
            if let last = recording.ticks.last {
                latest = max(latest, Double(last) * recording.tickLength)
            }
        }
    }

    /// What is cut of two parts together.
    public static func + (a: CutEvents, b: CutEvents) -> CutEvents {
        var sum = a
        sum.recordings += b.recordings
        sum.allRecordings += b.allRecordings
        sum.events += b.events
        sum.allEvents += b.allEvents
        sum.latest = max(a.latest, b.latest)
        return sum
    }

    /// What to tell a user; nil where nothing was cut.
    func warning(of name: String, steps: Int, timeStep: Double) -> String? {
        guard events > 0 else { return nil }
        let share = NumberText.significant(
            100 * Double(events) / Double(allEvents), digits: 2)
        let window = NumberText.milliseconds(Double(steps) * timeStep)
        return "\(name): \(events) of \(allEvents) events (\(share) %) of \(recordings) of "
            + "\(allRecordings) recordings lie after the \(window) of \(steps) steps of "
            + "\(NumberText.milliseconds(timeStep)) and are cut; the last is at "
            + "\(NumberText.milliseconds(latest)). Raise dataset.steps and encoding.sequence.steps to keep them"
    }
}
