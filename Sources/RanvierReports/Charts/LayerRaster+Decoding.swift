import RanvierFormats

extension LayerRaster {
    private enum Key: CodingKey { case name, neurons, steps, timeStep, spikes }

    /// Most neurons or steps of a raster.
    private static let largest = 1 << 24

    /// Reads a raster.
    ///
    /// - Throws: `DecodingError` for sizes that cannot be, or a spike outside of them.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        let neurons = try container.count(forKey: .neurons, atMost: Self.largest)
        let steps = try container.count(forKey: .steps, atMost: Self.largest)
        try self.init(
            name: container.decode(String.self, forKey: .name), neurons: neurons, steps: steps,
            timeStep: container.decode(Double.self, forKey: .timeStep),
            spikes: container.decode([Spike].self, forKey: .spikes))
        try container.require(
            timeStep.isFinite && timeStep > 0, .timeStep, expected: "a number above 0",
            found: "\(timeStep)")
        let outside = spikes.first {
            !(0..<steps).contains($0.step) || !(0..<neurons).contains($0.neuron)
        }
        try container.require(
            outside == nil, .spikes, expected: "spikes of \(neurons) neurons in \(steps) steps",
            found: "neuron \(outside?.neuron ?? 0) in step \(outside?.step ?? 0)")
    }
}
