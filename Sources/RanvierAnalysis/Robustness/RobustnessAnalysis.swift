import RanvierData
import RanvierLearning
import RanvierNetworks
import RanvierSpikes
import RanvierTensors

/// How a model stands up to attacks and damage: how good its answers are, and how alike its layers answer to clean and to
/// changed inputs.
///
/// Attacks need a gradient by the values of a sample, damage to spikes and steps a sequence; a model that lacks what a
/// change needs says so.
package struct RobustnessAnalysis {
    /// What is done to the inputs.
    package enum Change: Sendable, Hashable {
        /// FGSM.
        case fastGradientSign(Double)
        /// PGD with ε in the unit of the analysis.
        case projectedGradient(Double)
        /// The same, with the gradient of another network.
        case transferred(Double)
        /// Random damage; noise in the unit of the analysis.
        case noise(Double)
        case dropout(Double)
        case jitter(Double)

        /// Words for tables.
        package var label: (kind: String, size: Double) {
            switch self {
            case .fastGradientSign(let size): ("FGSM", size)
            case .projectedGradient(let size): ("PGD", size)
            case .transferred(let size): ("PGD of the other network", size)
            case .noise(let size): ("Gaussian noise", size)
            case .dropout(let size): ("dropout", size)
            case .jitter(let size): ("time jitter", size)
            }
        }
    }

    /// What the sizes of attacks and noise are multiples of.
    package enum Unit: Sendable, Hashable {
        /// 255ths of the range of pixels, 0…1.
        case pixels
        /// The standard deviation of each value or channel, in the units of the samples as the model takes them.
        case deviations([Float])

        /// A unit of deviations that are known in the samples' own units.
        package static func deviations(
            _ statistics: ChannelStatistics, scaling: Scaling?
        ) -> Unit {
            let own = statistics.deviation.map { Double($0) }
            guard let scale = scaling?.scale else { return .deviations(own.map { Float($0) }) }
            // Scales of all values together, of channels, or of values, of which those of a channel repeat.
            let units = (0..<max(scale.count, own.count)).map { index in
                Float(own[index % own.count] / scale[index % scale.count])
            }
            return .deviations(units)
        }
    }

    /// What came of a change.
    package struct Outcome: Sendable {
        package let change: Change
        /// Share of samples classified rightly; no number where samples have no classes.
        package let accuracy: Double
        /// The most important measure of the task.
        package let measure: Measure
        /// Clean against changed, layer by layer.
        package let curve: LayerCurve
    }

    /// The model.
    package let model: any SpikingModel
    /// Test samples as the model takes them.
    package let data: Dataset
    /// Whether attacks are those of the published code: sizes are ε/255 in scaled units, nothing is clamped, and the
    /// attacked batch's statistics are used and kept.
    package var isPublished = false
    /// What sizes are multiples of; of published attacks always 255ths of scaled units.
    package var unit = Unit.pixels
    /// What values are clipped to where the unit is a deviation; nil for nothing.
    package var limits: ClosedRange<Float>?
    /// What decides the damage.
    package var seed: UInt64 = 0
    /// The network whose gradient transferred attacks follow.
    package var other: (any SpikingModel)?
    /// Most samples at once; batches are of one size, as the estimate of similarity needs.
    package var batchSize = 360
    /// Asked between batches.
    package var cancellation = Cancellation()

    package init(
        model: any SpikingModel, data: Dataset, isPublished: Bool = false,
        other: (any SpikingModel)? = nil, batchSize: Int = 360,
        cancellation: Cancellation = Cancellation()
    ) {
        self.model = model
        self.data = data
        self.isPublished = isPublished
        self.other = other
        self.batchSize = batchSize
        self.cancellation = cancellation
    }

    /// Applies a change to all samples.
    ///
    /// - Throws: ``ModelError`` where the model lacks what the change needs.
    package func outcome(of change: Change) throws -> Outcome {
        // The published attack moves running values, of both networks.
        var (restored, restoredOther) = (model, other)
        let kept = model.parameters, keptOther = other?.parameters
        defer {
            try? restored.restore(kept)
            if let keptOther { try? restoredOther?.restore(keptOther) }
        }
        let batches = max((data.count + batchSize - 1) / batchSize, 1)
        let size = max(data.count / batches, 1)
        var sums: SimilarityAccumulator?
        var evaluation = Evaluation(task: model.signature.task, targets: data.targets)
        for first in stride(from: 0, to: data.count, by: size) {
            try cancellation.check()
            let samples = Array(first..<min(first + size, data.count))
            let targets = data.targets.subset(samples)
            // Fewer samples than batches may be left over: too few for a similarity.
            let isWhole = samples.count == size
            let clean = RepresentationBatch(), changed = RepresentationBatch()
            if isWhole { _ = try answers(to: data.features(of: samples), samples, clean) }
            evaluation.answers += try answers(
                to: samples, targets: targets, under: change, isWhole ? changed : nil
            ).answers
            guard isWhole else { continue }
            let layers = try clean.layers + changed.layers
            if sums == nil { sums = SimilarityAccumulator(layers: layers.map(\.name)) }
            try sums?.add(layers.map(\.kernel))
        }
        let count = (sums?.layers.count ?? 0) / 2
        return Outcome(
            change: change, accuracy: evaluation.accuracy,
            measure: try evaluation.mostImportantMeasure(seed: seed),
            curve: LayerCurve(
                layers: Array(sums?.layers.prefix(count) ?? []),
                values: (0..<count).map { sums?.alignment($0, count + $0) ?? .nan }))
    }

    // MARK: - What the network is shown

    private func answers(
        to features: Tensor, _ samples: [Int], _ heard: RepresentationBatch?,
        changing: ((Tensor) -> Tensor)? = nil
    ) throws -> Responses {
        let batch = Batch(
            indices: samples, features: features, targets: .none(count: samples.count))
        let listener = heard.map { Listener(.signals(bins: 20), hears: $0.observe) }
        guard let changing else { return try model.respond(to: batch, listener: listener) }
        return try model.respond(to: batch, listener: listener, changing: changing)
    }

    private func answers(
        to samples: [Int], targets: Targets, under change: Change, _ heard: RepresentationBatch?
    ) throws -> Responses {
        let features = data.features(of: samples)
        let random = RandomStream(seed: seed, name: "damage").substream(samples.first ?? 0)
        switch change {
        case .fastGradientSign(let size):
            let attack = GradientAttack.fastGradientSign(epsilon: epsilon(size), range: range)
            return try answers(
                to: attacked(features, targets, attack, through: model), samples, heard)
        case .projectedGradient(let size):
            let attack = GradientAttack.projectedGradient(epsilon: epsilon(size), range: range)
            return try answers(
                to: attacked(features, targets, attack, through: model), samples, heard)
        case .transferred(let size):
            let attack = GradientAttack.projectedGradient(epsilon: epsilon(size), range: range)
            return try answers(
                to: attacked(features, targets, attack, through: other ?? model), samples, heard)
        case .noise(let size):
            let unit = InputPerturbation.gaussianNoise(standardDeviation: 1)(
                Tensor.zeros(features.shape), from: random)
            return try answers(
                to: bounded(features + unit * features.parameters(epsilon(size))), samples, heard)
        case .dropout(let share):
            return try answers(to: features, samples, heard) {
                InputPerturbation.dropout(probability: Float(share))($0, from: random)
            }
        case .jitter(let steps):
            return try answers(to: features, samples, heard) {
                InputPerturbation.timeJitter(standardDeviation: Float(steps))($0, from: random)
            }
        }
    }

    private func attacked(
        _ features: Tensor, _ targets: Targets, _ attack: GradientAttack,
        through model: any SpikingModel
    ) throws -> Tensor {
        try attack(features) {
            try model.inputGradient($0, targets: targets, isTraining: isPublished)
        }
    }

    // MARK: - Units

    /// A size in the units of the samples.
    private func epsilon(_ size: Double) -> [Float] {
        if case .deviations(let deviations) = unit, !isPublished {
            return deviations.map { $0 * Float(size) }
        }
        let pixels = Float(size / 255)
        guard let scaling = data.scaling, !isPublished else { return [pixels] }
        return scaling.scale.map { pixels / Float($0) }
    }

    /// Black and white in the units of the samples, or what the encoding takes.
    private var range: [ClosedRange<Float>]? {
        guard !isPublished else { return nil }
        if case .deviations = unit { return limits.map { [$0] } }
        guard let scaling = data.scaling else { return [data.valueRange] }
        return zip(scaling.offset, scaling.scale).map { offset, scale in
            let black = Float(-offset / scale), white = Float((1 - offset) / scale)
            return black...white
        }
    }

    private func bounded(_ values: Tensor) -> Tensor {
        guard let range else { return values }
        return Tensor.minimum(
            Tensor.maximum(values, values.parameters(range.map(\.lowerBound))),
            values.parameters(range.map(\.upperBound)))
    }
}
