import RanvierTensors

/// What is pruned as one: single weights, or units of a layer's weights.
public enum Granularity: Sendable, Hashable {
    /// Each weight by itself.
    case weights
    /// All weights of an output: a filter, or the neuron of a linear layer.
    case filters
    /// All weights of an input.
    case inputChannels
    /// The 2-D slice of an input and an output.
    case kernels
    /// Rectangles of the matrix of ``WeightLayout``: 1 × 8, 4 × 4; those at its edge are smaller.
    case blocks(rows: Int, columns: Int)

    /// All weights of a neuron: its filter.
    public static let neurons = Granularity.filters

    /// The unit of each weight, in memory's order, and the number of units. Units are counted row by row of the matrix.
    func units(of layout: WeightLayout) -> (ofWeight: [Int], count: Int) {
        switch self {
        case .weights: return (Array(0..<layout.count), layout.count)
        case .filters: return (layout.map { output, _, _ in output }, layout.outputs)
        case .inputChannels: return (layout.map { _, input, _ in input }, layout.inputs)
        case .kernels:
            return (
                layout.map { output, input, _ in output * layout.inputs + input },
                layout.outputs * layout.inputs
            )
        case .blocks(let rows, let columns):
            precondition(rows > 0 && columns > 0, "a block of \(rows) × \(columns) is empty")
            let across = (layout.columns + columns - 1) / columns
            let down = (layout.outputs + rows - 1) / rows
            return (
                layout.map { output, input, place in
                    output / rows * across + (input * layout.places + place) / columns
                }, across * down
            )
        }
    }
}
