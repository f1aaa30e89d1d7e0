import Foundation

/// Latency code of images: the brighter a pixel, the earlier its one spike; dark pixels stay silent.
///
///     bin = ⌊(255 − value)/⌊256/(B + 1)⌋⌋,   spike at t_b = T ln(I_b/(I_b − 0.01 B)),   I_b = B − b
///
/// Pixels of bin B or later never spike. All pixels of a bin spike together, so a bin costs a network
/// one event. Source: Klos & Memmesheimer, arXiv:2309.14523 (B = 1: pixels from 128 spike at 0.0201).
public struct LatencyCode: Sendable, Equatable {
    /// Number of bins B that spike.
    public let bins: Int
    /// Spike time of each bin.
    public let binTimes: [Double]

    /// Creates a code. Throws where T or the number of bins leaves a bin without a spike time.
    public init(bins: Int = 1, trial: Double) throws(ExactError) {
        try ExactError.require("trial", trial, above: 0)
        guard (1...254).contains(bins) else {
            throw .invalidParameter(name: "bins", value: Double(bins), expected: "1 to 254")
        }
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
    }

    /// A code with given bin times. Throws unless each is finite and at least 0, in growing order.
    public init(binTimes: [Double]) throws(ExactError) {
        try ExactError.require("number of bins", Double(binTimes.count), in: 1...254)
        for (bin, time) in binTimes.enumerated() {
            guard time >= 0, time.isFinite else {
                throw .invalidParameter(
                    name: "time of bin \(bin)", value: time, expected: "0 or more")
            }
            if bin > 0, time < binTimes[bin - 1] { throw .unsorted(name: "binTimes", index: bin) }
        }
        bins = binTimes.count
        self.binTimes = binTimes
    }

    /// Bin of a pixel value, at most `bins`.
    public func bin(of value: UInt8) -> UInt8 {
        UInt8(min((255 - Int(value)) / (256 / (bins + 1)), bins))
    }
}
