import RanvierFormats
import RanvierTensors

/// What happens to sensors as they age: another gain, another zero, channels that are not there any more.
///
///     x' = (1 + r (g − 1)) x + r o,   r = min((n + 1) / ramp, 1) of sample n;   0 of a channel that is missing
///
///     let drift = try SensorDrift(parsing: "gain=0.6,offset=0.15,missing=3")
///     let drifted = try drift(data, channels: 64)
///
/// Values are in the units that they were measured in.
public struct SensorDrift: Sendable, Hashable, Codable {
    /// g.
    public var gain: Double
    /// o, in the values' own unit.
    public var offset: Double
    /// Channels that are dead, from 0.
    public var missing: [Int]
    /// Samples over which gain and offset grow; 1 for at once.
    public var ramp: Int

    /// A drift.
    public init(gain: Double = 1, offset: Double = 0, missing: [Int] = [], ramp: Int = 1) {
        self.gain = gain
        self.offset = offset
        self.missing = missing
        self.ramp = ramp
    }

    /// A drift in words: `gain=0.6,offset=0.15,missing=3,missing=7,ramp=100`.
    ///
    /// - Throws: ``DataError`` for other words and numbers.
    public init(parsing text: String) throws(DataError) {
        self.init()
        func wrong(_ found: String) -> DataError {
            DataError(
                .invalidParameter, at: "the drift '\(text)'",
                expected:
                    "gain=NUMBER, offset=NUMBER, missing=CHANNEL (from 0) and ramp=SAMPLES, with commas between",
                found: found, advice: "for example gain=0.6,offset=0.15,missing=3")
        }
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let words = part.split(separator: "=", omittingEmptySubsequences: false)
            guard words.count == 2, let number = Double(words[1]), number.isFinite else {
                throw wrong("'\(part)'")
            }
            let whole = Int(exactly: number)
            switch words[0] {
            case "gain": gain = number
            case "offset": offset = number
            case "missing":
                guard let whole, whole >= 0 else { throw wrong("'\(part)'") }
                missing.append(whole)
            case "ramp":
                guard let whole, whole >= 1 else { throw wrong("'\(part)'") }
                ramp = whole
            default: throw wrong("'\(words[0])'")
            }
        }
    }

    /// Drifted samples, without a scaling, in the order of those that are there.
    ///
    /// - Parameter channels: of a sample; value `i` belongs to channel `i % channels`.
    /// - Throws: ``DataError`` for a channel that there is not, and values that are no numbers any more.
    public func callAsFunction(
        _ data: Dataset, channels: Int
    ) throws(DataError) -> Dataset {
        if let strange = missing.first(where: { $0 >= channels }) {
            throw DataError(
                .invalidParameter, at: "the drift of \(data.name)",
                expected: "missing channels from 0 to \(channels - 1)", found: "\(strange)",
                advice: "count channels from 0, in the order of the model's inputs")
        }
        let raw = try data.unscaled
        var values = raw.values
        let width = raw.featureCount
        let dead = Set(missing)
        for index in values.indices {
            let share = min(Double(index / width + 1) / Double(max(ramp, 1)), 1)
            values[index] =
                dead.contains(index % width % channels)
                ? 0 : Float((1 + share * (gain - 1)) * Double(values[index]) + share * offset)
        }
        return try raw.replacingValues(values)
    }
}

extension SensorDrift: CustomStringConvertible {
    /// As it is parsed.
    public var description: String {
        var parts: [String] = []
        if gain != 1 { parts.append("gain=\(gain)") }
        if offset != 0 { parts.append("offset=\(offset)") }
        parts += missing.map { "missing=\($0)" }
        if ramp != 1 { parts.append("ramp=\(ramp)") }
        return parts.isEmpty ? "none" : parts.joined(separator: ",")
    }
}
