import RanvierTensors

/// What is known of a layer when its weights are scored: more than the weights only where a criterion needs it.
public struct PruningLayer: Sendable {
    /// What is known of the neurons of an output channel.
    public struct Outputs: Sendable, Hashable {
        /// Mean of the membrane before the reset, over samples, places and steps; one for each output.
        public var membraneMean: [Double]
        /// Its variance.
        public var membraneVariance: [Double]
        /// Threshold θ.
        public var threshold: Double
        /// `|γ|/√(σ² + ε)` of the normalisation between synapses and neurons; nil where there is none.
        public var normalizationGain: [Double]?

        /// Statistics of the outputs of a layer.
        public init(
            membraneMean: [Double], membraneVariance: [Double], threshold: Double = 1,
            normalizationGain: [Double]? = nil
        ) {
            self.membraneMean = membraneMean
            self.membraneVariance = membraneVariance
            self.threshold = threshold
            self.normalizationGain = normalizationGain
        }
    }

    /// Name, for reports and messages.
    public var name: String
    /// The weights.
    public var weights: Tensor
    /// Where they lie.
    public var layout: WeightLayout
    /// Ones where a connection is; nil for all.
    public var alive: Tensor?
    /// Gradient of a loss by the weights.
    public var gradient: Tensor?
    /// Firing rates of the inputs, spikes per step: one for each input, of a convolution in groups for those of all groups.
    public var inputRates: [Double]?
    /// Statistics of the outputs.
    public var outputs: Outputs?

    /// A layer.
    public init(
        name: String, weights: Tensor, order: WeightLayout.Order = .outputsLast,
        alive: Tensor? = nil, gradient: Tensor? = nil, inputRates: [Double]? = nil,
        outputs: Outputs? = nil
    ) {
        self.name = name
        self.weights = weights.detached.dense
        layout = WeightLayout(weights.shape, order: order)
        self.alive = alive?.detached.dense
        self.gradient = gradient?.detached.dense
        self.inputRates = inputRates
        self.outputs = outputs
    }

    func requireRates() throws(CompressionError) -> [Double] {
        guard let inputRates else {
            throw .missing(
                layer: name, what: "firing rates of its inputs",
                advice: "measure them on some samples, or take 'magnitude'")
        }
        guard layout.groups(ofInputs: inputRates.count) != nil else {
            throw .mismatch(
                layer: name, what: "firing rates", expected: "\(layout.inputs), one for each input",
                found: "\(inputRates.count)")
        }
        return inputRates
    }

    /// Density of the membrane at the threshold for each output, times the gain of the normalisation.
    func requireSensitivities() throws(CompressionError) -> [Double] {
        guard let outputs else {
            throw .missing(
                layer: name, what: "statistics of its membranes",
                advice: "measure them on some samples, or take 'magnitude'")
        }
        for (what, numbers) in [
            ("means of membranes", outputs.membraneMean),
            ("variances of membranes", outputs.membraneVariance),
            (
                "gains of the normalisation",
                outputs.normalizationGain ?? [Double](repeating: 1, count: layout.outputs)
            ),
        ] where numbers.count != layout.outputs {
            throw .mismatch(
                layer: name, what: what, expected: "\(layout.outputs), one for each output",
                found: "\(numbers.count)")
        }
        guard outputs.membraneVariance.allSatisfy({ $0 >= 0 && $0.isFinite }) else {
            throw .impossibleValue(
                what: "variances of membranes of layer '\(name)'",
                expected: "numbers of at least 0", found: "\(outputs.membraneVariance)")
        }
        return (0..<layout.outputs).map { j in
            let membrane = GaussianMembrane(
                mean: outputs.membraneMean[j], variance: outputs.membraneVariance[j])
            return membrane.density(at: outputs.threshold) * abs(outputs.normalizationGain?[j] ?? 1)
        }
    }
}
