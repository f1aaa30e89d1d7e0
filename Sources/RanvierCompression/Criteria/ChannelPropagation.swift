import RanvierTensors

/// What goes with channels that are gone: an output without connections is nothing for the next layer to listen to, and an output
/// that nobody listens to need not be there.
///
/// Layers are a chain: the outputs of one are the inputs of the next, several times over where places of an image are flattened
/// between them (place by place, channels last). Neurons whose inputs are gone are taken to be silent: with a bias that reaches the
/// threshold they are not, and must stay.
public enum ChannelPropagation {
    /// Masks with everything taken away that can have no effect, to the fixed point.
    ///
    /// - Parameter layers: in order; outputs of the last one are all needed, inputs of the first all there.
    /// - Throws: ``CompressionError/mismatch(layer:what:expected:found:)`` where layers are no chain.
    public static func propagated(_ layers: [PruningLayer]) throws(CompressionError) -> [Tensor] {
        var masks = layers.map {
            $0.alive?.scalars ?? [Float](repeating: 1, count: $0.layout.count)
        }
        for (layer, next) in zip(layers, layers.dropFirst())
        where next.layout.inputs % layer.layout.outputs != 0 {
            throw .mismatch(
                layer: next.name, what: "inputs",
                expected: "a multiple of the \(layer.layout.outputs) outputs of '\(layer.name)'",
                found: "\(next.layout.inputs)")
        }
        var changes = true
        while changes {
            changes = false
            for index in layers.indices.dropLast() {
                let layout = layers[index].layout, next = layers[index + 1].layout
                let heard = used(masks[index + 1], next, count: layout.outputs) { _, input in
                    input % layout.outputs
                }
                let driven = used(masks[index], layout, count: layout.outputs) { output, _ in output
                }
                changes =
                    remove(from: &masks[index], layout) { output, _ in !heard[output] } || changes
                changes =
                    remove(from: &masks[index + 1], next) { _, input in
                        !driven[input % layout.outputs]
                    } || changes
            }
        }
        return zip(layers, masks).map { Tensor($1, shape: $0.weights.shape) }
    }

    /// Share of all weights that are left when what can have no effect is gone.
    public static func effectiveDensity(of layers: [PruningLayer]) throws(CompressionError)
        -> Double
    {
        let masks = try propagated(layers)
        let all = masks.reduce(0) { $0 + $1.count }
        let left = masks.reduce(0) { $0 + MagnitudeOrder.count(($1, $1)) }
        return all > 0 ? Double(left) / Double(all) : 1
    }

    private static func used(
        _ mask: [Float], _ layout: WeightLayout, count: Int,
        _ channel: (_ output: Int, _ input: Int) -> Int
    ) -> [Bool] {
        var used = [Bool](repeating: false, count: count)
        var index = 0
        for own in layout.map({ output, input, _ in channel(output, input) }) {
            if mask[index] != 0 { used[own] = true }
            index += 1
        }
        return used
    }

    private static func remove(
        from mask: inout [Float], _ layout: WeightLayout,
        where isGone: (_ output: Int, _ input: Int) -> Bool
    ) -> Bool {
        var changes = false
        for (index, gone) in layout.map({ output, input, _ in isGone(output, input) }).enumerated()
        where gone && mask[index] != 0 {
            mask[index] = 0
            changes = true
        }
        return changes
    }
}
