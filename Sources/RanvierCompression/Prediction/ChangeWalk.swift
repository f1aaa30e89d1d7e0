import RanvierNetworks

/// Predicts layer after layer, in forward order.
struct ChangeWalk {
    private let calibration: NetworkCalibration
    private let changes: [String: SynapseChange]
    private let estimate: ChangeEstimate
    private let followsInputs: Bool
    private let sources: [String: InputSource]
    private(set) var layers: [LayerPrediction] = []
    /// Change of the spikes of a layer, a row for each step.
    private var changed: [String: [[Double]]] = [:]

    init(
        _ calibration: NetworkCalibration, _ changes: [String: SynapseChange],
        _ estimate: ChangeEstimate, followsInputs: Bool
    ) {
        self.calibration = calibration
        self.changes = changes
        self.estimate = estimate
        self.followsInputs = followsInputs
        sources = Dictionary(
            calibration.graph.sources.map { ($0.synapses, $0.source) },
            uniquingKeysWith: { first, _ in first })
    }

    /// Predicts a layer of neurons whose inputs are predicted.
    mutating func predict(_ neurons: NeuronStatistics) throws(CompressionError) {
        let paths = calibration.paths.filter { $0.neurons == neurons.layer }
        let drives = paths.compactMap { path in changes[path.synapses].map { (path, $0) } }
        let units = 0..<neurons.units
        let leaks = units.map {
            MembraneShift.Leaks(
                membrane: neurons.leak(of: $0), synaptic: neurons.synapticLeak,
                factor: neurons.inputFactor(of: $0))
        }
        let constants = drives.count { $0.1.synapses.isConstant }
        var shifts = units.map { _ in
            var shift = MembraneShift()
            shift.constant = [MembraneShift.Passed](repeating: .init(), count: constants)
            return shift
        }
        changed[neurons.layer] = []
        for step in 0..<neurons.steps {
            var inputs: [[Double]?] = []
            for (path, change) in drives { inputs.append(try reached(path, change, step)) }
            let direct = try directChange(of: neurons, step)
            for unit in units {
                take(drives, inputs, direct?[unit], unit, step, leaks[unit], &shifts[unit])
            }
            let row = zip(neurons.membranes(at: step), shifts).map {
                probability($0, neurons.threshold, $1)
            }
            changed[neurons.layer]?.append(row)
        }
        layers.append(
            LayerPrediction(
                layer: neurons.layer, places: neurons.places, change: changed[neurons.layer] ?? []))
    }

    /// One more step of the shift of a unit.
    private func take(
        _ drives: [(path: CurrentPath, change: SynapseChange)], _ inputs: [[Double]?],
        _ direct: Double?, _ unit: Int, _ step: Int, _ leaks: MembraneShift.Leaks,
        _ shift: inout MembraneShift
    ) {
        var mean = 0.0, variance = direct ?? 0, worst = 0.0, expected = 0.0, constant = 0
        for (index, (path, change)) in drives.enumerated() {
            let output = unit % change.outputs
            let gain = path.gain(output: output, step: step)
            mean += gain * change.shift.shiftMean[output]
            worst += abs(gain) * change.shift.worst[output]
            expected += abs(gain) * change.shift.expected[output]
            variance += gain * gain * (inputs[index]?[output] ?? 0)
            let own = change.shift.shiftVariance[output]
            if change.synapses.isConstant {
                shift.constant[constant].take(abs(gain) * own.squareRoot(), leaks)
                constant += 1
            } else {
                variance += gain * gain * own
            }
        }
        shift.mean.take(mean, leaks)
        shift.spread.take(variance, leaks)
        shift.worst.take(worst, leaks)
        shift.expected.take(expected, leaks)
    }

    private func probability(
        _ membrane: GaussianMembrane, _ threshold: Double, _ shift: MembraneShift
    ) -> Double {
        switch estimate {
        case .worst:
            FiringChange.interval(membrane, threshold: threshold, error: shift.worst.membrane)
        case .expected:
            FiringChange.interval(membrane, threshold: threshold, error: shift.expected.membrane)
        case .linear:
            FiringChange.linear(membrane, threshold: threshold, error: shift.expected.membrane)
        case .folded:
            FiringChange.folded(
                membrane, threshold: threshold, shiftMean: shift.mean.membrane,
                shiftVariance: shift.variance)
        case .bivariate:
            FiringChange.bivariate(
                membrane, threshold: threshold, shiftMean: shift.mean.membrane,
                shiftVariance: shift.variance)
        }
    }

    /// `Σ_j π_j W_ij²` for each output at a step; nil where no input has changed.
    private func reached(
        _ path: CurrentPath, _ change: SynapseChange, _ step: Int
    ) throws(CompressionError) -> [Double]? {
        // Recurrent weights carry spikes of the step before.
        let now = change.synapses.isRecurrent ? step - 1 : step
        guard followsInputs, now >= 0, let source = sources[path.synapses] else { return nil }
        return try inputChange(source, now).map { change.reach.sums(over: $0) }
    }

    private func directChange(
        of neurons: NeuronStatistics, _ step: Int
    ) throws(CompressionError) -> [Double]? {
        guard followsInputs, let source = calibration.graph.direct[neurons.layer] else {
            return nil
        }
        return try inputChange(source, step)
    }

    private func inputChange(
        _ source: InputSource, _ step: Int
    ) throws(CompressionError) -> [Double]? {
        try source.change { layer in
            guard let rows = changed[layer], !rows.isEmpty else { return nil }
            return rows[min(step, rows.count - 1)]
        }
    }

    /// What becomes of the currents of all synapses.
    func synapses() throws(CompressionError) -> [SynapsePrediction] {
        var found: [SynapsePrediction] = []
        let steps = calibration.neurons.map(\.steps).max() ?? 1
        for statistics in calibration.synapses {
            guard let change = changes[statistics.layer] else { continue }
            var sum = 0.0
            for step in 0..<steps {
                let source = followsInputs ? sources[statistics.layer] : nil
                let inputs = try source.map { source throws(CompressionError) in
                    try inputChange(source, step)
                }?.map { change.reach.sums(over: $0) }
                for output in 0..<change.outputs {
                    let mean = change.shift.shiftMean[output]
                    sum += mean * mean + change.shift.shiftVariance[output]
                    sum += inputs?[output] ?? 0
                }
            }
            found.append(
                SynapsePrediction(
                    layer: statistics.layer,
                    weightError: change.squares.weights > 0
                        ? change.squares.difference / change.squares.weights : 0,
                    currentShift: (sum / Double(max(steps * change.outputs, 1))).squareRoot()))
        }
        return found
    }
}
