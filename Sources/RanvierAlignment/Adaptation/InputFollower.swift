import Foundation
import RanvierData

/// Inputs that are brought back to the mean and spread they had, channel by channel, without labels: what sensors' zeros and
/// gains drift by.
///
///     m ← m + η (x̄ − m),   v ← (1 − η)(v + η (x̄ − m)²) + η w,   η = max(1/n, 1/window) at the n-th sample
///     x' = M + g (x − m'),   m' = M + (m − M) t²/(1 + t²),   log g = c log(S/√v) + (1 − c) log ĝ,   c = n q / (k + n q)
///
/// `x̄` and `w` are mean and variance of the channel's values in a sample, `M` and `S` those of the reference. A mean that differs by
/// no more than its error, `t² = (m − M)² n / 2u` with `u = (n v + k S²)/(n + k)`, is hardly followed, and one that clearly does
/// is followed whole. A gain rests on the samples in which its channel changes, a share `q` of them, and else on the median `ĝ` of
/// the channels' gains, since sensors in one place age alike. Gains stay within a quarter and four.
///
/// A channel that does not change any more, although the reference says it would have with a probability of all but a
/// millionth, is missing: it is held at `M`. Samples of one class for longer than the window move the means as a drift would.
public struct InputFollower: Sendable {
    /// M and S.
    public let reference: InputReference
    /// Samples over which running means reach.
    public let window: Int

    /// Samples of the reference that count along with new ones.
    static let priorSamples = 4.0
    /// Gains that are not gone beyond.
    static let gains = 0.25...4.0
    /// The probability of a silence by chance below which a channel is missing.
    static let chance = 1e-6
    /// Samples without a change after which a channel is missing, where the reference does not know how often it changes.
    static let longSilence = 64

    private var count = 0
    private var means: [Double]
    private var variances: [Double]
    private var last: [Float]
    private var silence: [Int]

    /// Before the first sample.
    public init(_ reference: InputReference, window: Int) {
        self.reference = reference
        self.window = window
        means = reference.means
        variances = reference.deviations.map { $0 * $0 }
        last = [Float](repeating: .nan, count: means.count)
        silence = [Int](repeating: 0, count: means.count)
    }

    /// Number of channels.
    public var channels: Int { reference.means.count }

    /// Takes a sample into account; values that are no numbers do not count.
    ///
    /// - Parameter values: in row-major order, in their own units.
    public mutating func follow(_ values: [Float]) {
        count += 1
        let step = max(1 / Double(count), 1 / Double(window))
        for channel in 0..<channels {
            var sum = 0.0, square = 0.0, number = 0.0, hasChanged = false
            for place in stride(from: channel, to: values.count, by: channels) {
                let value = values[place]
                guard value.isFinite else { continue }
                if value != last[channel] { hasChanged = true }
                last[channel] = value
                // Around the running mean, so that large zeros take no digits away.
                let away = Double(value) - means[channel]
                sum += away
                square += away * away
                number += 1
            }
            silence[channel] = hasChanged ? 0 : silence[channel] + 1
            guard number > 0 else { continue }
            let shift = sum / number, within = max(square / number - shift * shift, 0)
            if count == 1 { variances[channel] = 0 }
            variances[channel] =
                (1 - step) * (variances[channel] + step * shift * shift) + step * within
            means[channel] += step * shift
        }
    }

    /// Samples as a model is shown them while they are followed one by one.
    ///
    /// - Parameter data: in the units that they were measured in.
    /// - Throws: `DataError`.
    public mutating func following(_ data: Dataset) throws -> Dataset {
        let raw = try data.unscaled
        var values: [Float] = []
        values.reserveCapacity(raw.count * raw.featureCount)
        for sample in 0..<raw.count {
            let own = raw.values(ofSample: sample)
            follow(own)
            values += corrected(own)
        }
        return try raw.replacingValues(values)
    }

    /// Channels that are not there any more, from 0.
    public var missing: [Int] { (0..<channels).filter(isMissing) }

    private func isMissing(_ channel: Int) -> Bool {
        guard reference.deviations[channel] > 0 else { return false }
        guard let share = reference.changes?[channel] else {
            return silence[channel] >= Self.longSilence
        }
        guard share < 1 else { return silence[channel] >= 8 }
        return Double(silence[channel]) * log(1 - share) < log(Self.chance)
    }

    /// What is done to each channel: `x' = gain · x + offset`.
    public var correction: (gains: [Double], offsets: [Double]) {
        guard count > 0 else {
            return (Array(repeating: 1, count: channels), Array(repeating: 0, count: channels))
        }
        let seen = Double(min(count, window)), prior = Self.priorSamples
        // Logarithms of what gains would be by themselves; nil where a channel says nothing.
        let own = (0..<channels).map { channel -> Double? in
            let (wanted, found) = (reference.deviations[channel], variances[channel].squareRoot())
            guard wanted > 0, found > 1e-6 * wanted, !isMissing(channel) else { return nil }
            return log(wanted / found)
        }
        let known = own.compactMap(\.self).sorted()
        let shared = (known.isEmpty ? 0 : known[known.count / 2]) * seen / (seen + prior)
        var gains: [Double] = [], offsets: [Double] = []
        for channel in 0..<channels {
            let center = reference.means[channel]
            if isMissing(channel) {
                gains.append(1)
                offsets.append(last[channel].isFinite ? center - Double(last[channel]) : 0)
                continue
            }
            let informed = seen * (reference.changes?[channel] ?? 1)
            let share = informed / (informed + 2 * prior)
            let gain = own[channel].map {
                min(
                    max(exp(share * $0 + (1 - share) * shared), Self.gains.lowerBound),
                    Self.gains.upperBound)
            }
            let shift = means[channel] - center
            let wanted = reference.deviations[channel] * reference.deviations[channel]
            // Of a few samples the spread is not known yet.
            let error =
                2 * (seen * variances[channel] + prior * wanted) / ((seen + prior) * seen)
            let mean = center + (shift == 0 ? 0 : shift * shift * shift / (shift * shift + error))
            gains.append(gain ?? 1)
            offsets.append(center - (gain ?? 1) * mean)
        }
        return (gains, offsets)
    }

    /// A sample's values as the model is to be shown them; one that is no number becomes the reference's mean.
    public func corrected(_ values: [Float]) -> [Float] {
        let (gains, offsets) = correction
        return values.enumerated().map { place, value in
            let channel = place % channels
            return value.isFinite
                ? Float(gains[channel] * Double(value) + offsets[channel])
                : Float(reference.means[channel])
        }
    }
}
