import Foundation

/// Turns sound into spikes as the inner ear does, much simplified.
///
/// 1. Band-pass filters evenly spaced on the ear's scale (``GammatoneFilterBank``).
/// 2. Hair cells: half-wave rectification, averaged over one tick (1 ms), which is about where hearing
///    stops to follow the phase.
/// 3. Loudness: `c = ln(1 + r / r₀) / ln(1 + 1 / r₀)`, so that `r = 1` gives 1.
/// 4. Nerve cells: `v ← α v + (1 − α) g c`, a spike and `v ← v − 1` where `v ≥ 1`; α = e^(−tick / τ).
///
///     let cochlea = Cochlea(sampleRate: 8000)
///     let events = cochlea.events(of: samples)       // one channel per filter, ticks of 1 ms
///     let raster = Raster(events, timeStep: 10e-3)
///
/// Deviation from the cochlea of the Spiking Heidelberg Digits (Cramer et al. 2022), which solves a
/// hydrodynamic model with 700 channels and bushy cells; this one has the same stages in their simplest form.
public struct Cochlea: Sendable, Hashable {
    /// The filters.
    public let filterBank: GammatoneFilterBank
    /// Seconds between the times that spikes can have.
    public let tickLength: Double
    /// Level at which loudness turns from linear to logarithmic, `r₀`; full scale is 1.
    public var compressionLevel: Float
    /// Time constant of a nerve cell in seconds, τ.
    public var membraneTimeConstant: Double
    /// Drive of a nerve cell at full loudness, `g`; channels with `g c` below 1 stay silent.
    public var gain: Float
    /// Whether the loudest sample of a recording is brought to full scale first.
    public var normalizesLevel: Bool

    /// A cochlea for sounds of a sample rate.
    ///
    /// - Parameters:
    ///   - channels: number of filters, and of units of the events.
    ///   - frequencies: centre frequencies of the first and the last filter in hertz; by default 100 Hz to
    ///     0.45 of the sample rate, at most 8 kHz.
    public init(
        channels: Int = 64, frequencies: ClosedRange<Double>? = nil, sampleRate: Double,
        tickLength: Double = 1e-3, compressionLevel: Float = 0.003,
        membraneTimeConstant: Double = 10e-3, gain: Float = 6, normalizesLevel: Bool = true
    ) {
        precondition(compressionLevel > 0, "the compression level must be positive")
        precondition(membraneTimeConstant > 0, "the membrane time constant must be positive")
        filterBank = GammatoneFilterBank(
            channels: channels, frequencies: frequencies ?? 100...min(0.45 * sampleRate, 8000),
            sampleRate: sampleRate)
        self.tickLength = tickLength
        self.compressionLevel = compressionLevel
        self.membraneTimeConstant = membraneTimeConstant
        self.gain = gain
        self.normalizesLevel = normalizesLevel
    }

    /// The sensor of the events: one channel per filter.
    public var sensor: EventSensor { EventSensor(channels: filterBank.channels) }

    /// Loudness of each channel at each tick, from 0 up, `[ticks, channels]` in row-major order.
    public func loudness(of sound: [Float]) -> [Float] {
        var peak: Float = 1
        if normalizesLevel {
            peak = sound.reduce(0) { max($0, abs($1)) }
            // Silence stays silence.
            if peak == 0 { peak = 1 }
        }
        let bands = filterBank.rectifiedBands(of: sound, windowLength: tickLength)
        let scale = 1 / (peak * compressionLevel), full = log1p(1 / compressionLevel)
        return bands.map { log1p($0 * scale) / full }
    }

    /// Spikes of the nerve cells.
    public func events(of sound: [Float]) -> EventStream {
        let channels = filterBank.channels
        let loudness = loudness(of: sound)
        let decay = Float(exp(-tickLength / membraneTimeConstant))
        let drive = (1 - decay) * gain
        var membranes = [Float](repeating: 0, count: channels)
        var ticks: [Int64] = [], units: [Int32] = []
        for tick in 0..<loudness.count / channels {
            for channel in 0..<channels {
                let v = decay * membranes[channel] + drive * loudness[tick * channels + channel]
                if v >= 1 {
                    ticks.append(Int64(tick))
                    units.append(Int32(channel))
                }
                membranes[channel] = v >= 1 ? v - 1 : v
            }
        }
        return EventStream(
            unchecked: sensor, tickLength: tickLength, ticks: ticks, units: units,
            repairs: EventRepairs())
    }
}
