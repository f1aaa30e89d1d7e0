import RanvierNetworks

/// A spiking network on an arbitrary graph: neurons of one kind, inputs, weighted synapses with delays.
///
/// Simulated event by event without a clock: the next spike of every neuron is known in closed form and
/// kept in a heap, and a neuron is advanced only when something reaches it. A trial with E events costs
/// O(E · fan-out · log N).
public struct EventGraph<Neuron: EventDrivenNeuron>: Sendable {
    /// The model of all neurons.
    public let neuron: Neuron
    /// Number of neurons.
    public let neuronCount: Int
    /// Number of inputs.
    public let inputCount: Int
    /// The synapses; weights and delays may be changed, the graph may not.
    public private(set) var synapses: [Synapse]
    /// Most events a trial may have before `simulate` throws.
    public var eventLimit = 1_000_000

    /// Synapses by source (neurons first, then inputs), in the order of `synapses`.
    let outgoing: [[Int]]
    /// Neurons in an order in which every synapse points forwards; nil where the graph has a cycle.
    let topologicalOrder: [Int]?

    /// Creates a network.
    ///
    /// Throws where an index lies outside the graph, a weight is not finite or a delay is negative or
    /// not finite.
    public init(
        _ neuron: Neuron, neuronCount: Int, inputCount: Int, synapses: [Synapse]
    ) throws(ExactError) {
        try ExactError.require("neuronCount", Double(neuronCount), above: 0)
        var outgoing = [[Int]](repeating: [], count: neuronCount + inputCount)
        for (index, synapse) in synapses.enumerated() {
            try synapse.validate(neuronCount: neuronCount, inputCount: inputCount)
            switch synapse.source {
            case .neuron(let j): outgoing[j].append(index)
            case .input(let c): outgoing[neuronCount + c].append(index)
            }
        }
        self.neuron = neuron
        self.neuronCount = neuronCount
        self.inputCount = inputCount
        self.synapses = synapses
        self.outgoing = outgoing
        topologicalOrder = Self.topologicalOrder(
            neuronCount: neuronCount, synapses: synapses, outgoing: outgoing)
    }

    /// All-to-all recurrent network without self-connections.
    ///
    /// The synapses are those of `weights` row by row (i ≠ j), then those of `inputWeights` row by row.
    /// - Parameters:
    ///   - weights: `[N][N]`, `weights[i][j]` from neuron j to neuron i; the diagonal is not read.
    ///   - inputWeights: `[N][C]`, from input c to neuron i.
    ///   - omittingZeroInputs: leaves out input synapses of weight 0.
    public init(
        _ neuron: Neuron, weights: [[Double]], inputWeights: [[Double]],
        omittingZeroInputs: Bool = false
    ) throws(ExactError) {
        let n = weights.count
        try ExactError.require("inputWeights", count: inputWeights.count, equals: n)
        let inputs = inputWeights.first?.count ?? 0
        var synapses: [Synapse] = []
        for i in 0..<n {
            try ExactError.require("weights[\(i)]", count: weights[i].count, equals: n)
            for j in 0..<n where j != i {
                synapses.append(Synapse(from: .neuron(j), to: i, weight: weights[i][j]))
            }
        }
        for i in 0..<n {
            try ExactError.require(
                "inputWeights[\(i)]", count: inputWeights[i].count, equals: inputs)
            for c in 0..<inputs where !omittingZeroInputs || inputWeights[i][c] != 0 {
                synapses.append(Synapse(from: .input(c), to: i, weight: inputWeights[i][c]))
            }
        }
        try self.init(neuron, neuronCount: n, inputCount: inputs, synapses: synapses)
    }

    /// Replaces the weight of a synapse. Throws where it is not finite.
    public mutating func setWeight(_ weight: Double, of synapse: Int) throws(ExactError) {
        try ExactError.require("synapse", index: synapse, below: synapses.count)
        try ExactError.requireFinite("weight of synapse \(synapse)", weight)
        synapses[synapse].weight = weight
    }

    /// Replaces the delay of a synapse. Throws where it is negative or not finite.
    public mutating func setDelay(_ delay: Double, of synapse: Int) throws(ExactError) {
        try ExactError.require("synapse", index: synapse, below: synapses.count)
        try ExactError.require(
            "delay of synapse \(synapse)", delay, in: 0...Double.greatestFiniteMagnitude)
        synapses[synapse].delay = delay
    }

    /// Kahn's algorithm over the synapses between neurons.
    private static func topologicalOrder(
        neuronCount: Int, synapses: [Synapse], outgoing: [[Int]]
    ) -> [Int]? {
        var incoming = [Int](repeating: 0, count: neuronCount)
        for synapse in synapses {
            if case .neuron = synapse.source { incoming[synapse.target] += 1 }
        }
        var order = (0..<neuronCount).filter { incoming[$0] == 0 }
        var next = 0
        while next < order.count {
            for synapse in outgoing[order[next]] {
                let target = synapses[synapse].target
                incoming[target] -= 1
                if incoming[target] == 0 { order.append(target) }
            }
            next += 1
        }
        return order.count == neuronCount ? order : nil
    }
}
