import Foundation

/// Latency code: the larger a value in 0…1, the earlier its one spike; small values stay silent.
///
/// All inputs of a bin spike together, so a bin costs a network one event. Two codes make bins of values:
///
///     logarithmic   bin = ⌊(255 − byte)/⌊256/(B + 1)⌋⌋,   t_b = T ln(I_b/(I_b − 0.01 B)),   I_b = B − b
///     linear        bin = round((1 − value)(B − 1)),      t_b = t_0 + (t_last − t_0) b/(B − 1)
///
/// The first is that of Klos & Memmesheimer, arXiv:2309.14523, for images of bytes: bins of B or more
/// never spike, and all spikes come early (B = 1: bytes from 128 at 0.0201). In the second, ours, the
/// time carries the value; only values of at most `silentBelow` never spike.
public struct LatencyCode: Sendable, Equatable {
    /// Number of bins B that spike.
    public let bins: Int
    /// Spike time of each bin.
    public let binTimes: [Double]
    /// Largest value without a spike in the linear code; nil for the logarithmic one.
    public let silentBelow: Double?

    /// The published code. Throws where T or the number of bins leaves a bin without a spike time.
    public init(bins: Int = 1, trial: Double) throws(ExactError) {
        try ExactError.require("trial", trial, above: 0)
        try Self.validate(bins: bins)
        var times: [Double] = []
        for bin in 0..<bins {
            let drive = Double(bins - bin)
            guard 0.01 * Double(bins) < drive else {
                throw .invalidParameter(
                    name: "bins", value: Double(bins),
                    expected: "fewer than 100, so that bin \(bin) has a spike time")
            }
            times.append(trial * log(drive / (drive - 0.01 * Double(bins))))
        }
        self.bins = bins
        binTimes = times
        silentBelow = nil
    }

    /// The linear code: a value of 1 spikes at the first of `times`, one of almost 0 at the last.
    ///
    /// Throws where the number of bins or a time is illegal, or `silentBelow` lies outside −1…1.
    /// - Parameter silentBelow: largest value that never spikes; below 0 every value spikes.
    public init(
        linearBins bins: Int, times: ClosedRange<Double>, silentBelow: Double = 0
    ) throws(ExactError) {
        try Self.validate(bins: bins)
        try ExactError.require("silentBelow", silentBelow, in: -1...1)
        let width = times.upperBound - times.lowerBound, last = Double(max(bins - 1, 1))
        try self.init(
            binTimes: (0..<bins).map { times.lowerBound + width * Double($0) / last },
            silentBelow: silentBelow)
    }

    /// A code with given bin times. Throws unless each is finite and at least 0, in growing order.
    /// - Parameter silentBelow: sorts values into bins as in the linear code; nil as in the published one.
    public init(binTimes: [Double], silentBelow: Double? = nil) throws(ExactError) {
        try Self.validate(bins: binTimes.count)
        for (bin, time) in binTimes.enumerated() {
            guard time >= 0, time.isFinite else {
                throw .invalidParameter(
                    name: "time of bin \(bin)", value: time, expected: "0 or more")
            }
            if bin > 0, time < binTimes[bin - 1] { throw .unsorted(name: "binTimes", index: bin) }
        }
        bins = binTimes.count
        self.binTimes = binTimes
        self.silentBelow = silentBelow
    }

    private static func validate(bins: Int) throws(ExactError) {
        guard (1...254).contains(bins) else {
            throw .invalidParameter(name: "bins", value: Double(bins), expected: "1 to 254")
        }
    }

    /// Bin of a byte in the published code, at most `bins`.
    public func bin(ofByte value: UInt8) -> UInt8 {
        UInt8(min((255 - Int(value)) / (256 / (bins + 1)), bins))
    }

    /// Bin of a value in 0…1, `bins` for silent; what lies outside counts as the nearest end. Models refuse such
    /// values before they come here.
    public func bin(of value: Float) -> UInt8 {
        guard let silentBelow else {
            return bin(ofByte: UInt8(max(0, min(255, (value * 255).rounded()))))
        }
        let value = Double(value)
        guard value > silentBelow else { return UInt8(bins) }
        return UInt8(((1 - max(0, min(1, value))) * Double(bins - 1)).rounded())
    }
}
