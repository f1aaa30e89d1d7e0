import RanvierData
import RanvierFormats
import RanvierLearning

/// Mean and spread of each channel of the inputs as they were when a model learned: what drifted inputs are brought back to.
///
/// Channels are the values at one place of the last axis: a column of a table, a sensor of a sequence, a colour.
public struct InputReference: Sendable, Hashable, Codable {
    /// Mean of each channel, in its own unit.
    public var means: [Double]
    /// Standard deviation of each channel (of the population); 0 where it never changed.
    public var deviations: [Double]
    /// Share of the samples in which a channel changed at all, from the sample before or within; nil where that is not known.
    public var changes: [Double]?
    /// What it was measured on, in words.
    public var source: String

    /// Known numbers.
    public init(means: [Double], deviations: [Double], changes: [Double]? = nil, source: String) {
        self.means = means
        self.deviations = deviations
        self.changes = changes
        self.source = source
    }

    /// Channels of the samples of a model.
    public static func channels(of signature: ModelSignature) -> Int {
        let shape = signature.inputShape
        // A single sensor over time.
        if shape.count == 1, signature.timeStep != nil { return 1 }
        return max(shape.last ?? 1, 1)
    }

    /// Measures samples; two passes in double precision. Values that are missing do not count.
    ///
    /// - Throws: `DataError` where a scaling cannot be taken back.
    public init(of data: Dataset, channels: Int, source: String) throws(DataError) {
        let raw = try data.unscaled
        let width = raw.featureCount
        var sums = [Double](repeating: 0, count: channels)
        var (squares, changed, counts) = (sums, sums, sums)
        var last = [Float?](repeating: nil, count: channels)
        for sample in 0..<raw.count {
            let values = raw.values(ofSample: sample)
            for channel in 0..<channels {
                var hasChanged = false
                for place in stride(from: channel, to: width, by: channels)
                where values[place].isFinite {
                    sums[channel] += Double(values[place])
                    counts[channel] += 1
                    if let before = last[channel], before != values[place] { hasChanged = true }
                    last[channel] = values[place]
                }
                if hasChanged { changed[channel] += 1 }
            }
        }
        let means = zip(sums, counts).map { $0 / max($1, 1) }
        for sample in 0..<raw.count {
            for (place, value) in raw.values(ofSample: sample).enumerated() where value.isFinite {
                let away = Double(value) - means[place % channels]
                squares[place % channels] += away * away
            }
        }
        self.init(
            means: means, deviations: zip(squares, counts).map { ($0 / max($1, 1)).squareRoot() },
            changes: changed.map { $0 / Double(max(raw.count - 1, 1)) }, source: source)
    }

    /// What a scaling to mean 0 and deviation 1 knows; nil for others, and for one that values share.
    public init?(of scaling: Scaling?, channels: Int) {
        guard let scaling, scaling.kind == .standard, scaling.offset.count % channels == 0,
            scaling.scope != .global || channels == 1
        else { return nil }
        let rows = Double(scaling.offset.count / channels)
        var means = [Double](repeating: 0, count: channels), seconds = means
        for (index, offset) in scaling.offset.enumerated() {
            means[index % channels] += offset / rows
        }
        for (index, (offset, scale)) in zip(scaling.offset, scaling.scale).enumerated() {
            let shift = offset - means[index % channels]
            seconds[index % channels] += (scale * scale + shift * shift) / rows
        }
        self.init(
            means: means, deviations: seconds.map { $0.squareRoot() },
            source: "the scaling that the model learned with")
    }
}
