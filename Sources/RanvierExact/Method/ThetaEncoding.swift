import RanvierConfiguration
import RanvierTensors

/// How samples become input spikes of an event-driven network.
///
///     encoding: {first-spike: {bins: 1, trial: 2}}
///     encoding: {first-spike: {bins: 16, trial: 2, curve: linear, earliest: 0, latest: 1}}
///     encoding: {spike-times: {trial: 2, latest: 1.5, spikes-per-channel: 4}}
public struct ThetaEncoding: Sendable {
    /// What becomes of a value or a raster.
    public enum Code: Sendable {
        /// One spike per value by the published code for images.
        case logarithmic(bins: Int)
        /// One spike per value, at a time linear in it.
        case linear(bins: Int, silentBelow: Double)
        /// The first spikes of each channel of rasters `[T, channels…]`, as they lie in time.
        case raster(spikesPerChannel: Int)
    }

    /// End of the trial in seconds.
    public let trial: Double
    /// First and last time of an input spike; the published code has times of its own.
    public let times: ClosedRange<Double>
    /// What becomes of a value or a raster.
    public let code: Code

    init(_ root: ConfigurationSection) throws(ConfigurationError) {
        let element = try root.element(
            "encoding", kinds: ["first-spike", "spike-times"], default: "first-spike")
        let options = element.options
        trial = try options.float("trial", default: 2, in: .positive)
        if element.kind == "spike-times" {
            times = try Self.times(options, trial: trial)
            code = .raster(
                spikesPerChannel: try options.integer("spikes-per-channel", default: 1, in: 1...))
        } else if try options.choice(
            "curve", of: ["logarithmic", "linear"], default: "logarithmic") == "linear"
        {
            times = try Self.times(options, trial: trial)
            code = .linear(
                bins: try options.integer("bins", default: 16, in: 1...254),
                silentBelow: try options.float("silent-below", default: 0, in: -1...1))
        } else {
            times = 0...0
            code = .logarithmic(bins: try options.integer("bins", default: 1, in: 1...99))
        }
    }

    private static func times(
        _ options: ConfigurationSection, trial: Double
    ) throws(ConfigurationError) -> ClosedRange<Double> {
        let earliest = try options.float("earliest", default: 0, in: 0...trial)
        return earliest...(try options.float("latest", default: trial / 2, in: earliest...trial))
    }

    /// Bins of the code; nil where they are the steps of the samples.
    var bins: Int? {
        switch code {
        case .logarithmic(let bins), .linear(let bins, _): bins
        case .raster: nil
        }
    }

    /// Spikes of a channel that come in; nil where samples are values.
    var spikesPerChannel: Int? {
        if case .raster(let count) = code { count } else { nil }
    }

    /// Number of inputs for samples of a shape.
    func inputs(ofSample shape: [Int]) -> Int {
        guard let spikesPerChannel else { return shape.elementCount }
        return (shape.dropFirst() + [spikesPerChannel]).elementCount
    }

    /// The code for samples of a shape.
    ///
    /// - Throws: `ExactError` where a raster has more than 254 steps.
    func code(forSample shape: [Int]) throws(ExactError) -> LatencyCode {
        switch code {
        case .logarithmic(let bins): try LatencyCode(bins: bins, trial: trial)
        case .linear(let bins, let silentBelow):
            try LatencyCode(linearBins: bins, times: times, silentBelow: silentBelow)
        case .raster: try LatencyCode(linearBins: shape.first ?? 0, times: times)
        }
    }
}
