import RanvierSpikes

/// What a network goes on learning on the device; nothing unless it is asked for.
///
///     let learning = try DeviceLearning(
///         of: network, input: InputAdaptation(calibratedOn: samples, of: network.input))
///     var run = learning.start()
///     run.show(sample)
///     run.teach(label: 3)        // or run.teach() without a label
///     run.rollBack()
///
/// Only whole numbers, nothing drawn by chance: C computes the same (``LearningSource``).
public struct DeviceLearning: Sendable, Hashable {
    /// The network, whose numbers stay as they are.
    public let network: IntegerNetwork
    /// Adaptation to drifting sensors.
    public let input: InputAdaptation?
    /// Learning of the last layer.
    public let lastLayer: LastLayerLearning?
    /// Moving thresholds.
    public let thresholds: ThresholdAdaptation?
    /// Index of the last stage of synapses; nil where it does not learn.
    let lastSynapses: Int?
    /// Index of the stage whose thresholds move.
    let moving: Int?

    /// Learning of a network.
    ///
    /// - Throws: ``IntegerNetworkError`` where a rule does not fit the network, or nothing is to be learned.
    public init(
        of network: IntegerNetwork, input: InputAdaptation? = nil,
        lastLayer: LastLayerLearning? = nil, thresholds: ThresholdAdaptation? = nil
    ) throws(IntegerNetworkError) {
        guard input != nil || lastLayer != nil || thresholds != nil else {
            throw .interface(
                what: "learning on the device", expected: "at least one rule", found: "none")
        }
        if let input {
            guard input.means.count == network.input.rowCount else {
                throw .interface(
                    what: "means of the input", expected: "\(network.input.rowCount)",
                    found: "\(input.means.count)")
            }
            guard network.input.encoding != .spikes else {
                throw .interface(
                    what: "adaptation to the input", expected: "numbers that come in",
                    found: "spikes")
            }
        }
        lastSynapses =
            if let lastLayer { try Self.lastSynapses(of: network, lastLayer) } else { nil }
        if let thresholds {
            let index = network.stages.firstIndex { $0.name == thresholds.layer }
            guard let index, case .neurons(let neurons) = network.stages[index],
                neurons.thresholds != nil, !neurons.givesMembrane,
                neurons.count == thresholds.targets.count
            else {
                throw .layer(
                    name: thresholds.layer, what: "moving thresholds",
                    expected: "\(thresholds.targets.count) neurons that hand on spikes",
                    found: "something else")
            }
            moving = index
        } else {
            moving = nil
        }
        self.network = network
        self.input = input
        self.lastLayer = lastLayer
        self.thresholds = thresholds
    }

    private static func lastSynapses(
        of network: IntegerNetwork, _ rule: LastLayerLearning
    ) throws(IntegerNetworkError) -> Int {
        let last = network.stages.lastIndex { if case .synapses = $0 { true } else { false } }
        guard let last, last > 0, case .synapses(let synapses) = network.stages[last],
            synapses.geometry.isDense, synapses.delays == nil,
            case .neurons(let before) = network.stages[last - 1], !before.givesMembrane,
            synapses.outputShape == [network.outputs]
        else {
            throw .interface(
                what: "learning of the last layer",
                expected: "all-to-all synapses without delays behind neurons that spike",
                found: last.map { "'\(network.stages[$0].name)'" } ?? "none")
        }
        // What deltas add must fit as well, with all neurons firing at each step, and counts are eight bits.
        let unit = rule.unitShift ?? synapses.weights.shift
        let added = before.count * Int(rule.largest) << unit
        let bound = (synapses.largestSum(ofInputsUpTo: 1) + added) * network.input.steps
        guard bound <= Int(Int32.max) else {
            throw .overflow(
                layer: synapses.name, what: "sums with what is learned", bound: bound,
                limit: Int(Int32.max))
        }
        try requireRoom(for: added, behind: last, in: network)
        return last
    }

    /// Membranes and scores must hold what is added, too.
    private static func requireRoom(
        for added: Int, behind last: Int, in network: IntegerNetwork
    ) throws(IntegerNetworkError) {
        guard case .synapses(let synapses) = network.stages[last] else { return }
        var largest = synapses.largestSum(ofInputsUpTo: 1) + added
        for case .neurons(let neurons) in network.stages[(last + 1)...] {
            let bound = neurons.largestMembrane(ofSumsUpTo: largest, steps: network.input.steps)
            largest = neurons.givesMembrane ? min(bound, 1 << (neurons.stateBits - 1)) : 1
        }
        let isSum = [.spikeCount, .meanMembrane, .summedMembrane].contains(network.readout.decoder)
        let offset = network.readout.offsets?.map { abs(Int($0)) }.max() ?? 0
        let scores = largest * (isSum ? network.input.steps : 1) + offset
        guard scores <= Int(Int32.max) else {
            throw .overflow(
                layer: synapses.name, what: "scores with what is learned", bound: scores,
                limit: Int(Int32.max))
        }
    }

    /// Neurons before the last layer, and outputs.
    var lastSize: (inputs: Int, outputs: Int) {
        guard let lastSynapses else { return (0, 0) }
        return (network.stages[lastSynapses].inputShape.reduce(1, *), network.outputs)
    }

    /// What one of a delta counts, as a shift.
    var unitShift: Int {
        guard let lastSynapses, case .synapses(let synapses) = network.stages[lastSynapses] else {
            return 0
        }
        return lastLayer?.unitShift ?? synapses.weights.shift
    }

    /// Whether something is learned within the steps of the network, and not before them.
    public var learnsInside: Bool { lastLayer != nil || thresholds != nil }

    /// Bounds of the network's stages with what is learned.
    func widened(_ bounds: [IntegerBounds]) -> [IntegerBounds] {
        var bounds = bounds
        let steps = network.input.steps
        if let lastLayer, let lastSynapses {
            bounds[lastSynapses].output += lastSize.inputs * Int(lastLayer.largest) << unitShift
            var largest = bounds[lastSynapses].output
            for index in bounds.indices where index > lastSynapses {
                guard case .neurons(let neurons) = network.stages[index] else { continue }
                let bound = neurons.largestMembrane(ofSumsUpTo: largest, steps: steps)
                largest = neurons.givesMembrane ? min(bound, 1 << (neurons.stateBits - 1)) : 1
                (bounds[index].membrane, bounds[index].output) = (bound, largest)
            }
        }
        if let thresholds, let moving, case .neurons(let neurons) = network.stages[moving],
            neurons.reset == .softDelayed, let own = bounds[moving].membrane
        {
            // A reset that comes late takes a threshold that has risen.
            bounds[moving].membrane = own + Int(thresholds.limit * thresholds.step) * steps
        }
        return bounds
    }

    /// Bytes of RAM that learning takes beside the state of the network.
    public var bytes: Int {
        var sum = input?.bytes(of: network.input.range) ?? 0
        let size = lastSize
        sum += lastLayer?.bytes(inputs: size.inputs, outputs: size.outputs) ?? 0
        if let thresholds, let moving {
            // Counts of one layer are kept once.
            let isShared = lastSynapses.map { moving == $0 - 1 } ?? false
            sum += thresholds.bytes + (isShared ? 0 : thresholds.targets.count)
        }
        return sum
    }

    /// Before the first sample, with nothing learned.
    public func start() -> AdaptiveRun { AdaptiveRun(self) }
}
