/// Where the inputs of synapses come from, as far as their change can be told.
///
/// What is propagated is the mean square of the change of each unit: of spikes the probability that a spike has changed.
indirect enum InputSource: Sendable {
    /// The encoder: nothing changes.
    case samples
    /// Spikes of a layer.
    case neurons(String)
    /// Means over so many places.
    case averaged(InputSource, places: Int)
    /// The largest of so many places: a change of any may be one.
    case largest(InputSource, places: Int)
    /// Places become units, channels last.
    case flattened(InputSource, units: Int)
    /// Multiplied by a factor for each channel.
    case scaled(InputSource, by: [Double])
    /// Sums; products and differences of spikes change no more often.
    case sum([InputSource])
    /// Something whose change is not told, and the layer.
    case unknown(layer: String)

    /// The mean square of the change of each unit; nil where nothing changes.
    ///
    /// - Parameter change: probability of a changed spike of each unit of a layer.
    func change(_ change: (_ neurons: String) -> [Double]?) throws(CompressionError) -> [Double]? {
        switch self {
        case .samples: return nil
        case .neurons(let layer): return change(layer)
        case .averaged(let source, let places):
            // Changes of places that are independent shrink like a mean does.
            return try source.change(change)?.map { $0 / Double(places) }
        case .largest(let source, let places):
            return try source.change(change)?.map { value in
                var rest = 1.0
                for _ in 0..<places { rest *= 1 - min(value, 1) }
                return 1 - rest
            }
        case .flattened(let source, let units):
            return try source.change(change).map { values in
                (0..<units).map { values[$0 % values.count] }
            }
        case .scaled(let source, let gains):
            return try source.change(change)?.enumerated().map { unit, value in
                let gain = gains[unit % gains.count]
                return value * gain * gain
            }
        case .sum(let sources):
            var total: [Double]?
            for source in sources {
                guard let part = try source.change(change) else { continue }
                total = total.map { zip($0, part).map { $0 + $1 } } ?? part
            }
            return total
        case .unknown(let layer):
            throw .missing(
                layer: layer, what: "spikes whose change can be told",
                advice: "predictions are of spiking networks; measure the change by training")
        }
    }
}
