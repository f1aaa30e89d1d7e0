import RanvierConfiguration

/// What the neurons of a network of integers did on some samples: how often they fired, which never did, how near membranes came to
/// their bounds.
///
///     let activity = IntegerActivity(of: engine, on: samples)
///     activity.warnings       // a sentence each, with the layer and what to do
public struct IntegerActivity: Sendable, Hashable {
    /// A layer of neurons.
    public struct Layer: Sendable, Hashable {
        /// Its name.
        public var name: String
        /// Neurons.
        public var neurons: Int
        /// Spikes a neuron and step; nil for integrators and neurons that hand on membranes.
        public var rate: Double?
        /// Neurons that never fired, by place.
        public var silent: [Int] = []
        /// Neurons that fired at every step of every sample.
        public var alwaysFiring: [Int] = []
        /// Membranes that were saturated, over all neurons, steps and samples.
        public var saturated = 0
        /// Updates of membranes in all.
        public var updates = 0
        /// The largest size of u that was seen.
        public var largestMembrane = 0
        /// The largest size that the weights allow before saturation.
        public var bound: Int
        /// Bits of a membrane.
        public var stateBits: Int
        /// Axes of the layer.
        public var shape: [Int]

        /// A neuron by its place on the axes: `17`, or `(2, 3, 5)` for row 2, column 3, channel 5.
        public func name(of neuron: Int) -> String {
            guard shape.count > 1 else { return "\(neuron)" }
            var rest = neuron, places: [Int] = []
            for size in shape.reversed() {
                places.append(rest % size)
                rest /= size
            }
            return "(" + places.reversed().map { "\($0)" }.joined(separator: ", ") + ")"
        }
    }

    /// Samples that were shown.
    public let samples: Int
    /// Layers of neurons in order.
    public let layers: [Layer]

    /// Shows samples and listens to all neurons.
    public init(of engine: IntegerEngine, on samples: [[Int32]]) {
        let network = engine.network
        let bounds = (try? network.bounds()) ?? []
        let heard = engine.map(samples) { run, sample in
            ActivityTally(of: &run, sample: sample)
        }
        self.samples = samples.count
        let updates = samples.count * network.input.steps
        layers = network.stages.indices.compactMap { index in
            guard case .neurons(let neurons) = network.stages[index] else { return nil }
            var layer = Layer(
                name: neurons.name, neurons: neurons.count,
                bound: bounds.first { $0.name == neurons.name }?.membrane ?? 0,
                stateBits: neurons.stateBits, shape: neurons.shape)
            layer.updates = updates * neurons.count
            layer.saturated = heard.reduce(0) { $0 + $1.saturated[index] }
            layer.largestMembrane = heard.map { $0.largest[index] }.max() ?? 0
            guard neurons.thresholds != nil, !neurons.givesMembrane else { return layer }
            var counts = [Int](repeating: 0, count: neurons.count)
            for tally in heard {
                for (neuron, count) in tally.spikes[index].enumerated() { counts[neuron] += count }
            }
            layer.rate = Double(counts.reduce(0, +)) / Double(max(layer.updates, 1))
            guard updates > 0 else { return layer }
            layer.silent = counts.indices.filter { counts[$0] == 0 }
            layer.alwaysFiring = counts.indices.filter { counts[$0] == updates }
            return layer
        }
    }

    /// What is likely to cost accuracy, memory or operations; a sentence each, which names the layer and says what to do.
    public var warnings: [String] { layers.flatMap { warnings(on: $0) } }

    private func warnings(on layer: Layer) -> [String] {
        var warnings: [String] = []
        func first(_ neurons: [Int]) -> String {
            let names = neurons.prefix(5).map(layer.name(of:)).joined(separator: ", ")
            return neurons.count > 5 ? "\(names), …" : names
        }
        if layer.saturated > 0 {
            let share = NumberText.percent(Double(layer.saturated) / Double(max(layer.updates, 1)))
            warnings.append(
                "layer '\(layer.name)': \(layer.saturated) updates of membranes (\(share)) were saturated at "
                    + "\(layer.stateBits) bits; take more state bits, or fewer fraction bits")
        }
        if layer.silent.count == layer.neurons, layer.rate != nil, samples > 0 {
            warnings.append(
                "layer '\(layer.name)': no neuron fired on \(samples) samples, so all behind it is constant; lower its "
                    + "thresholds, or check that what comes in is counted as the network learned it"
            )
        } else if !layer.silent.isEmpty {
            warnings.append(
                "layer '\(layer.name)': \(layer.silent.count) of \(layer.neurons) neurons never fired on \(samples) "
                    + "samples (\(first(layer.silent))); prune them, which changes nothing on these samples"
            )
        }
        if !layer.alwaysFiring.isEmpty {
            warnings.append(
                "layer '\(layer.name)': \(layer.alwaysFiring.count) of \(layer.neurons) neurons fired at every step "
                    + "(\(first(layer.alwaysFiring))); raise their thresholds, or fold their weights into the biases of "
                    + "the next layer")
        }
        return warnings
    }
}

/// What the stages of a network did in one sample.
private struct ActivityTally: Sendable {
    var spikes: [[Int]]
    var saturated: [Int]
    var largest: [Int]

    init(of run: inout IntegerEngineRun, sample: [Int32]) {
        let input = run.engine.network.input, width = input.rowCount
        let stages = run.engine.network.stages
        var spikes: [[Int]] = stages.map { stage in
            if case .neurons(let neurons) = stage, !neurons.givesMembrane {
                [Int](repeating: 0, count: neurons.count)
            } else {
                []
            }
        }
        var saturated = [Int](repeating: 0, count: stages.count)
        var largest = saturated
        for row in 0..<input.rows {
            run.show(Array(sample[row * width..<(row + 1) * width])) { index, step in
                saturated[index] += step.saturated
                for membrane in step.membranes {
                    largest[index] = max(largest[index], abs(Int(membrane)))
                }
                guard !spikes[index].isEmpty else { return }
                for (neuron, spike) in step.output.enumerated() {
                    spikes[index][neuron] += Int(spike)
                }
            }
        }
        (self.spikes, self.saturated, self.largest) = (spikes, saturated, largest)
    }
}
