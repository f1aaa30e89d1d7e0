import RanvierConfiguration

/// What cannot be brought to a device.
public enum DeviceError: Error, Sendable, Hashable, CustomStringConvertible {
    /// Another kind of model.
    case model(found: String, advice: String)
    /// Samples that are needed and are not there.
    case samples(purpose: String)
    /// A choice that changes nothing.
    case noEffect(reason: String)

    /// What was expected, what was found, and what to try.
    public var description: String {
        switch self {
        case .model(let found, let advice):
            "only clocked spiking networks become integers: found a model of the kind '\(found)'; \(advice)"
        case .samples(let purpose):
            "\(purpose) needs the run's training samples, which are not there; put the data back, or quantise and "
                + "fold the run before (phases post-quantize and whole-numbers)"
        case .noEffect(let reason): "bits, leaks and fractions have no effect: \(reason)"
        }
    }
}

extension DeviceError: ExitStatusProviding {
    /// Missing samples are data; the rest was asked for.
    public var exitStatus: ExitStatus { if case .samples = self { .badInput } else { .wrongUsage } }
}
