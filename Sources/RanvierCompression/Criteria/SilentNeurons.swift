import RanvierTensors

/// Connections of neurons that never fire on some samples: taking them away changes nothing on those samples.
public enum SilentNeurons {
    /// Neurons whose rate is 0.
    public static func indices(of rates: [Double]) -> [Int] {
        rates.indices.filter { rates[$0] == 0 }
    }

    /// The mask of a layer without the connections from silent inputs and to silent outputs.
    ///
    /// - Parameter outputRates: rates of the layer's own neurons; nil for a read-out, all of which are needed.
    public static func mask(
        of layer: PruningLayer, outputRates: [Double]?
    ) throws(CompressionError) -> Tensor {
        let rates = try layer.requireRates()
        if let outputRates, outputRates.count != layer.layout.outputs {
            throw .mismatch(
                layer: layer.name, what: "firing rates of outputs",
                expected: "\(layer.layout.outputs)", found: "\(outputRates.count)")
        }
        let alive = layer.alive?.scalars
        let values = layer.layout.map { output, input, _ -> Float in
            layer.rate(of: input, for: output, in: rates) == 0 || outputRates?[output] == 0 ? 0 : 1
        }
        return Tensor(
            values.indices.map { values[$0] * (alive?[$0] ?? 1) }, shape: layer.weights.shape)
    }

    /// Accumulations of a linear layer in a step: `Σ_j rate_j × living targets of j`. Places of a convolution count once.
    public static func operationsPerStep(of layer: PruningLayer) throws(CompressionError) -> Double
    {
        let rates = try layer.requireRates(), alive = layer.alive?.scalars
        return layer.layout.map { output, input, _ in layer.rate(of: input, for: output, in: rates)
        }
        .enumerated().reduce(0) { $0 + (alive?[$1.offset] == 0 ? 0 : $1.element) }
    }
}
