import RanvierData
import RanvierTensors

/// What is known of each channel, in its own unit: what damages are sized by.
public struct ChannelStatistics: Sendable, Hashable {
    /// Mean of each channel.
    public let mean: [Double]
    /// Standard deviation of each channel (of the population); 0 where it is constant.
    public let deviation: [Double]
    /// What they were measured on, in words.
    public let source: String

    /// Measures samples, which may be scaled, in their own units; two passes in double precision.
    public init(of data: Dataset, layout: SensorLayout, source: String) {
        var sum = [Double](repeating: 0, count: layout.channels)
        var square = sum
        func visit(_ body: (_ channel: Int, _ value: Double) -> Void) {
            for first in stride(from: 0, to: data.count, by: 256) {
                let samples = Array(first..<min(first + 256, data.count))
                let features = data.features(of: samples)
                let values = (data.scaling?.inverse(features) ?? features).scalars
                for (index, value) in values.enumerated() {
                    body(index % layout.channels, Double(value))
                }
            }
        }
        let number = Double(max(data.count * layout.count / layout.channels, 1))
        visit { sum[$0] += $1 }
        let mean = sum.map { $0 / number }
        visit { square[$0] += ($1 - mean[$0]) * ($1 - mean[$0]) }
        self.mean = mean
        deviation = square.map { ($0 / number).squareRoot() }
        self.source = source
    }

    /// What a scaling to mean 0 and deviation 1 knows; nil for one of another kind, or of values together.
    public init?(of scaling: Scaling?, layout: SensorLayout) {
        guard let scaling, scaling.kind == .standard, scaling.scope != .global else { return nil }
        let rows = scaling.offset.count / layout.channels
        guard rows > 0, scaling.offset.count == rows * layout.channels else { return nil }
        var mean: [Double] = [], deviation: [Double] = []
        for channel in 0..<layout.channels {
            let own = stride(from: channel, to: scaling.offset.count, by: layout.channels)
            let offsets = own.map { Double(scaling.offset[$0]) }
            let center = offsets.reduce(0, +) / Double(rows)
            let second = zip(own, offsets).reduce(0) { sum, entry in
                let scale = Double(scaling.scale[entry.0]), shift = entry.1 - center
                return sum + scale * scale + shift * shift
            }
            mean.append(center)
            deviation.append((second / Double(rows)).squareRoot())
        }
        self.mean = mean
        self.deviation = deviation
        source = "the scaling that the model learned with"
    }
}
