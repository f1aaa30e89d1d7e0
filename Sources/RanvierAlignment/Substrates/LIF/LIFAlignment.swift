import RanvierConfiguration
import RanvierTensors

/// An alignment on noisy leaky integrate-and-fire neurons, block after block.
///
///     var alignment = try LIFAlignment(
///         LIFSubstrate(), sizes: [20, 15], forward: [w], feedback: [b], device: 1, noise: 1)
///     for block in 0..<200 { try alignment.run(step: 0.08 / (1 + Double(block) / 20)) }
///     alignment.feedback
///
/// After each block: scales from the sums, the step of the feedback weights, the guard, the gains. No step of a neuron depends on
/// another neuron. Source: section 3.2 of the specification, steps 7 to 11.
public struct LIFAlignment: Sendable {
    /// How it is done.
    public let options: LIFSubstrate
    /// The neurons, with weights as the device holds them.
    public private(set) var population: NoisyLIFPopulation
    /// What the scales follow from.
    public private(set) var estimator: LocalScaleEstimator
    /// ρ of each neuron after the last block.
    public private(set) var scales: [Double]
    /// Spikes per second of each neuron in the last block.
    public private(set) var rates: [Double]
    /// Feedback weights as synapses remember them, finer than what they hold; `[lower, upper]` of each pair.
    public private(set) var remembered: [[Double]]
    /// Which neurons were silent in a block.
    public private(set) var everSilent: Set<Int> = []
    /// Which neurons ran away in a block.
    public private(set) var everRunaway: Set<Int> = []

    /// What a step of each feedback synapse is multiplied by; 0 for those that are stuck or not there.
    private let plasticity: [[Double]]
    private let stepsPerBlock: Int

    /// Neurons before the first block.
    ///
    /// - Parameters:
    ///   - sizes: neurons of each layer, the lowest first.
    ///   - forward: weights of each pair of layers, `[lower, upper]`.
    ///   - feedback: weights of each pair of layers, `[lower, upper]`.
    ///   - biases: added to the drives; nil for none.
    ///   - device: seed of the imperfections.
    ///   - noise: seed of the noise.
    /// - Throws: ``AlignmentError/setting(name:expected:found:)`` where numbers do not fit.
    public init(
        _ options: LIFSubstrate, sizes: [Int], forward: [[Double]], feedback: [[Double]],
        biases: [Double]? = nil, device: UInt64, noise: UInt64
    ) throws(AlignmentError) {
        let own = options.imperfections, neuron = options.neuron, count = sizes.reduce(0, +)
        stepsPerBlock = Int((options.block / neuron.timeStep).rounded())
        guard stepsPerBlock > 0 else {
            throw .setting(
                name: "block", expected: "at least a step of \(neuron.timeStep) s",
                found: "\(options.block) s")
        }
        var parameters = NoisyLIFParameters(
            neuron, count: count, mismatch: own.mismatch, seed: device)
        if let biases {
            guard biases.count == count else {
                throw .setting(
                    name: "biases", expected: "\(count)", found: "\(biases.count)")
            }
            for (k, bias) in biases.enumerated() { parameters.drives[k] += bias }
        }
        func stream(_ part: String, _ matrix: Int) -> RandomStream {
            Imperfections.stream(seed: device, part: part, matrix: matrix)
        }
        /// Weights with the noise of the device, without synapses that are not there.
        func real(_ weights: [Double], _ way: String, _ matrix: Int) -> [Double] {
            let count = weights.count
            let offsets = own.weightOffsets(count, stream: stream(way + "noise", matrix))
            let alive = own.alive(count, stream: stream(way + "dead", matrix))
            return (0..<count).map { alive[$0] ? weights[$0] + offsets[$0] : 0 }
        }
        let forward = forward.enumerated().map { own.stored(real($1, "forward.", $0)) }
        remembered = feedback.enumerated().map { real($1, "feedback.", $0) }
        plasticity = feedback.enumerated().map { matrix, weights in
            let count = weights.count
            let factors = own.plasticityFactors(count, stream: stream("plasticity", matrix))
            let alive = own.alive(count, stream: stream("feedback.dead", matrix))
            let movable = own.movable(count, stream: stream("stuck", matrix))
            return (0..<count).map { alive[$0] && movable[$0] ? factors[$0] : 0 }
        }
        let traces = try options.scale.traces(pairing: options.pairing, timeStep: neuron.timeStep)
        population = try NoisyLIFPopulation(
            sizes: sizes, parameters: parameters, neuron: neuron, traces: traces,
            forward: forward, feedback: remembered.map(own.stored), seed: noise)
        if own.delay > 0 {
            population.setDelays(
                forward: forward.enumerated().map {
                    own.delays($1.count, stream: stream("forward.delay", $0))
                },
                feedback: feedback.enumerated().map {
                    own.delays($1.count, stream: stream("feedback.delay", $0))
                })
        }
        self.options = options
        estimator = LocalScaleEstimator(
            options.scale, parameters: parameters, timeStep: neuron.timeStep, traces: traces)
        scales = Array(repeating: options.scale.target, count: count)
        rates = Array(repeating: 0, count: count)
    }

    /// Lets a block of time pass, and does what follows it.
    ///
    /// - Parameter step: η of this block; 0 leaves the weights as they are.
    /// - Throws: ``AlignmentError/nonFinite(what:advice:)`` where weights run away.
    public mutating func run(step: Double) throws(AlignmentError) {
        population.advance(steps: stepsPerBlock)
        let sums = population.takeSums()
        let seconds = Double(stepsPerBlock) * population.timeStep
        if options.scale.isMeasured {
            estimator.absorb(sums)
            scales = estimator.scales(gains: population.parameters.gains)
        }
        if step != 0 {
            for matrix in remembered.indices {
                for i in remembered[matrix].indices {
                    remembered[matrix][i] +=
                        step * plasticity[matrix][i] * sums.pairs[matrix][i] / seconds
                }
            }
            // Networks hold their weights in single precision.
            guard remembered.allSatisfy({ $0.allSatisfy { Float($0).isFinite } }) else {
                throw .nonFinite(
                    what: "a feedback weight", advice: "take a smaller step (\(options.step) now)")
            }
            population.setFeedback(remembered.map(options.imperfections.stored))
        }
        rates = sums.spikes.map { $0 / seconds }
        for (k, rate) in rates.enumerated() {
            if rate < options.activityGuard.silent { everSilent.insert(k) }
            if rate > options.activityGuard.runaway { everRunaway.insert(k) }
            population.parameters.drives[k] = options.activityGuard.drive(
                after: population.parameters.drives[k], rate: rate)
        }
        if options.scale.correction == .gain {
            population.parameters.gains = estimator.gains(
                after: population.parameters.gains, scales: scales)
        }
    }

    /// Finds drives, scales and gains while weights stay; then the weights run as those that would be read as what they were.
    ///
    /// For weights that are the result of an earlier alignment on the same device.
    public mutating func settle() throws(AlignmentError) {
        for _ in 0..<options.settlingBlocks { try run(step: 0) }
        guard options.scale.correction == .readOut, options.settlingBlocks > 0 else { return }
        remembered = scaled(remembered, by: scales.map { 1 / $0 })
        population.setFeedback(remembered.map(options.imperfections.stored))
    }

    /// Feedback weights as they are read: `B_ab ρ_a / ρ_b` with the correction of the read-out, else as they run.
    public var feedback: [[Double]] {
        let held = population.feedbackWeights
        return options.scale.correction == .readOut ? scaled(held, by: scales) : held
    }

    private func scaled(_ weights: [[Double]], by scales: [Double]) -> [[Double]] {
        zip(population.pairs, weights).map { pair, weights in
            LocalScaleEstimator.readOut(
                weights, lower: Array(scales[pair.lower]), upper: Array(scales[pair.upper]))
        }
    }

    /// Neurons that are silent after the last block.
    public var silent: [Int] {
        rates.indices.filter { rates[$0] < options.activityGuard.silent }
    }
    /// Neurons that run away after the last block.
    public var runaway: [Int] {
        rates.indices.filter { rates[$0] > options.activityGuard.runaway }
    }
    /// Neurons that were silent or ran away in a block, and no longer do.
    public var rescued: [Int] {
        everSilent.union(everRunaway).subtracting(silent).subtracting(runaway).sorted()
    }

    /// What there is to tell.
    func records(names: [String]) -> [String: ConfigurationValue] {
        func list(_ neurons: [Int]) -> ConfigurationValue {
            .list(neurons.map { .string(names[$0]) })
        }
        var records: [String: ConfigurationValue] = [
            "lowestRate": .float(rates.min() ?? 0), "highestRate": .float(rates.max() ?? 0),
            "silentNeurons": list(silent), "runawayNeurons": list(runaway),
            "rescuedNeurons": list(rescued),
        ]
        if options.scale.isMeasured {
            records["lowestScale"] = .float(scales.min() ?? 0)
            records["highestScale"] = .float(scales.max() ?? 0)
        }
        return records
    }
}
