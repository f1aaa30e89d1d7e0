/// The way of a current from synapses to the neurons that it drives.
public struct CurrentPath: Sendable, Hashable {
    /// Layer of the synapses.
    public let synapses: String
    /// Layer of the neurons.
    public let neurons: String
    /// By what normalisation on the way multiplies the current of each output, `γ/√(σ² + ε)`: one row, or one for each step; empty
    /// where there is none.
    public let gains: [[Double]]

    /// The gain of an output at a step.
    func gain(output: Int, step: Int) -> Double {
        guard let row = gains.count > step ? gains[step] : gains.last else { return 1 }
        return row[output % row.count]
    }

    /// Mean size of the gain of each output over the steps; nil where there is none.
    func meanGain(outputs: Int) -> [Double]? {
        guard !gains.isEmpty else { return nil }
        return (0..<outputs).map { output in
            gains.reduce(0) { $0 + abs($1[output % $1.count]) } / Double(gains.count)
        }
    }
}
