import Foundation

/// Band-pass filters like those of the ear: fourth-order gammatone, evenly spaced on the ERB scale.
///
///     z₀[n] = x[n],   zₖ[n] = zₖ₋₁[n] + a zₖ[n−1] for k = 1 … 4,   y[n] = 2 (1 − λ)⁴ Re z₄[n]
///     a = λ e^(2πi f / fs),   λ = e^(−2π b / fs),   b = 1.019 ERB(f),   ERB(f) = 24.7 (4.37 f / 1000 + 1)
///
/// Frequencies in hertz. A tone at a channel's centre frequency passes with gain 1 (to within what the
/// mirror frequency adds).
///
/// Sources: filter as a cascade of complex one-poles, Hohmann 2002 (Acta Acustica 88); bandwidths, Glasberg
/// & Moore 1990 (Hearing Research 47).
public struct GammatoneFilterBank: Sendable, Hashable {
    /// Samples per second.
    public let sampleRate: Double
    /// Centre frequency of each channel in hertz, ascending.
    public let centreFrequencies: [Double]

    /// Filters evenly spaced on the ERB scale, the first and the last at the ends of the range.
    public init(channels: Int, frequencies: ClosedRange<Double>, sampleRate: Double) {
        precondition(channels > 0, "a filter bank needs at least one channel, not \(channels)")
        precondition(
            frequencies.lowerBound > 0 && frequencies.upperBound < sampleRate / 2,
            "frequencies \(frequencies) do not lie between 0 and half of \(sampleRate) Hz")
        self.sampleRate = sampleRate
        let low = Self.rate(of: frequencies.lowerBound),
            high = Self.rate(of: frequencies.upperBound)
        centreFrequencies = (0..<channels).map { channel in
            let part = channels > 1 ? Double(channel) / Double(channels - 1) : 0
            return Self.frequency(ofRate: low + part * (high - low))
        }
    }

    /// Number of channels.
    public var channels: Int { centreFrequencies.count }

    /// Equivalent rectangular bandwidth of the ear at a frequency, in hertz.
    public static func bandwidth(at frequency: Double) -> Double {
        24.7 * (4.37 * frequency / 1000 + 1)
    }

    private static func rate(of frequency: Double) -> Double {
        21.4 * log10(4.37 * frequency / 1000 + 1)
    }

    private static func frequency(ofRate rate: Double) -> Double {
        (pow(10, rate / 21.4) - 1) * 1000 / 4.37
    }

    /// Half-wave rectified output, averaged over windows: `[windows][channels]` in row-major order.
    ///
    ///     r[w, c] = mean over the window of max(0, y_c[n])
    ///
    /// - Parameters:
    ///   - sound: samples.
    ///   - windowLength: seconds; a last window that is not full is averaged over what it has.
    public func rectifiedBands(of sound: [Float], windowLength: Double) -> [Float] {
        let length = windowLength * sampleRate
        precondition(length >= 1, "a window of \(windowLength) s holds less than one sample")
        let windows = Int((Double(sound.count) / length - stepTolerance).rounded(.up))
        guard windows > 0 else { return [] }
        let ends = (1...windows).map {
            $0 == windows ? sound.count : Int((Double($0) * length).rounded())
        }
        var result = [Float](repeating: 0, count: windows * channels)
        // Sixteen channels at a time, one per lane.
        for first in stride(from: 0, to: channels, by: 16) {
            var filter = GammatoneLanes(self, from: first)
            var start = 0
            for (window, end) in ends.enumerated() {
                let mean = filter.meanRectified(sound[start..<end])
                for lane in 0..<min(16, channels - first) {
                    result[window * channels + first + lane] = mean[lane]
                }
                start = end
            }
        }
        return result
    }
}

/// Sixteen filters side by side.
private struct GammatoneLanes {
    private var real: SIMD16<Float>
    private var imaginary: SIMD16<Float>
    private var gain: SIMD16<Float>
    private var r1 = SIMD16<Float>(repeating: 0), i1 = SIMD16<Float>(repeating: 0)
    private var r2 = SIMD16<Float>(repeating: 0), i2 = SIMD16<Float>(repeating: 0)
    private var r3 = SIMD16<Float>(repeating: 0), i3 = SIMD16<Float>(repeating: 0)
    private var r4 = SIMD16<Float>(repeating: 0), i4 = SIMD16<Float>(repeating: 0)

    init(_ bank: GammatoneFilterBank, from first: Int) {
        var real = SIMD16<Float>(repeating: 0), imaginary = real, gain = real
        for lane in 0..<min(16, bank.channels - first) {
            let frequency = bank.centreFrequencies[first + lane]
            let width = 1.019 * GammatoneFilterBank.bandwidth(at: frequency)
            let decay = exp(-2 * .pi * width / bank.sampleRate)
            let angle = 2 * .pi * frequency / bank.sampleRate
            real[lane] = Float(decay * cos(angle))
            imaginary[lane] = Float(decay * sin(angle))
            gain[lane] = Float(2 * pow(1 - decay, 4))
        }
        (self.real, self.imaginary, self.gain) = (real, imaginary, gain)
    }

    /// Filters some samples and averages what is above zero.
    mutating func meanRectified(_ sound: ArraySlice<Float>) -> SIMD16<Float> {
        var sum = SIMD16<Float>(repeating: 0)
        let zero = sum
        for sample in sound {
            (r1, i1) = (real * r1 - imaginary * i1 + sample, real * i1 + imaginary * r1)
            (r2, i2) = (real * r2 - imaginary * i2 + r1, real * i2 + imaginary * r2 + i1)
            (r3, i3) = (real * r3 - imaginary * i3 + r2, real * i3 + imaginary * r3 + i2)
            (r4, i4) = (real * r4 - imaginary * i4 + r3, real * i4 + imaginary * r4 + i3)
            sum += r4.replacing(with: zero, where: r4 .< zero)
        }
        return sum * gain / Float(max(sound.count, 1))
    }
}
