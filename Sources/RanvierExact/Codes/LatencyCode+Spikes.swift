extension LatencyCode {
    /// Input spikes of values in 0…1, one per value that is not silent; input i is value i.
    public func spikes(of values: [Float]) -> [InputSpike] {
        values.enumerated().compactMap { input, value in
            let bin = Int(bin(of: value))
            return bin < bins ? InputSpike(time: binTimes[bin], input: input) : nil
        }
    }
}
