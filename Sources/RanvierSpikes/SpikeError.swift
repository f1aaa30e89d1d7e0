import RanvierConfiguration

/// What can be wrong with spikes, events and the values that are turned into spikes.
public enum SpikeError: Error, Hashable, Sendable {
    /// A time is not a finite number.
    case timeNotFinite(index: Int)
    /// A time is earlier than the one before it.
    case timesNotSorted(index: Int, time: Double, previous: Double)
    /// A time lies outside the recording.
    case timeOutsideRecording(index: Int, time: Double, duration: Double)
    /// An event names a unit that the sensor has not.
    case unitOutsideSensor(index: Int, unit: Int, units: Int)
    /// Two lists that belong together have different lengths.
    case countsDiffer(what: String, expected: Int, found: Int)
    /// An encoder was given a value it has no meaning for.
    case valueOutsideRange(
        encoder: String, sample: Int, element: Int, value: Float, accepted: AcceptedValues)
    /// An encoder was given samples of a shape it cannot encode.
    case shapeDoesNotFit(encoder: String, expected: String, found: [Int])
    /// A parameter makes no sense.
    case invalidParameter(name: String, expected: String, found: String)
}

extension SpikeError: CustomStringConvertible {
    /// What was expected, what was found, and what to try.
    public var description: String {
        switch self {
        case .timeNotFinite(let index):
            "spike \(index): expected a finite time in seconds, found NaN or infinity"
        case .timesNotSorted(let index, let time, let previous):
            """
            spike \(index): expected a time not before \(previous) s, found \(time) s; \
            sort the times first
            """
        case .timeOutsideRecording(let index, let time, let duration):
            """
            spike \(index): expected a time from 0 to \(duration) s, found \(time) s; \
            times are seconds from the start of the recording
            """
        case .unitOutsideSensor(let index, let unit, let units):
            "event \(index): expected a unit from 0 to \(units - 1), found \(unit); check the sensor's size"
        case .countsDiffer(let what, let expected, let found):
            "\(what): expected \(expected), found \(found)"
        case .valueOutsideRange(let encoder, let sample, let element, let value, let accepted):
            """
            \(encoder) encoder, sample \(sample), element \(element): expected \(accepted), \
            found \(value); \(accepted.advice)
            """
        case .shapeDoesNotFit(let encoder, let expected, let found):
            "\(encoder) encoder: expected \(expected), found the shape \(found)"
        case .invalidParameter(let name, let expected, let found):
            "\(name): expected \(expected), found \(found)"
        }
    }
}

extension SpikeError: ExitStatusProviding {
    /// Values that an encoder cannot take, or an encoder that the configuration should not have chosen.
    public var exitStatus: ExitStatus {
        if case .valueOutsideRange = self { .badInput } else { .wrongUsage }
    }
}
