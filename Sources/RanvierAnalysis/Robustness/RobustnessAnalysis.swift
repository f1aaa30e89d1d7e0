import RanvierData
import RanvierLearning
import RanvierNetworks
import RanvierSpikes
import RanvierTensors

/// How a model stands up to attacks and damage: accuracy, and how alike its layers answer to clean and to
/// changed inputs.
///
/// Attacks need a gradient by the values of a sample, damage to spikes and steps a sequence; a model that lacks what a
/// change needs says so.
package struct RobustnessAnalysis {
    /// What is done to the inputs.
    package enum Change: Sendable, Hashable {
        /// FGSM with ε in 255ths of the range of pixels.
        case fastGradientSign(Double)
        /// PGD with ε in 255ths of the range of pixels.
        case projectedGradient(Double)
        /// The same, with the gradient of another network.
        case transferred(Double)
        /// Random damage; noise in 255ths of the range of pixels.
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

    /// What came of a change.
    package struct Outcome: Sendable {
        package let change: Change
        package let accuracy: Double
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
        var correct = 0, total = 0
        for first in stride(from: 0, to: data.count, by: size) {
            try cancellation.check()
            let samples = Array(first..<min(first + size, data.count))
            let labels = data.labels(of: samples)
            total += samples.count
            // Fewer samples than batches may be left over: too few for a similarity.
            let isWhole = samples.count == size
            let clean = RepresentationBatch(), changed = RepresentationBatch()
            if isWhole { _ = try answers(to: data.features(of: samples), samples, clean) }
            let damaged = try answers(
                to: samples, labels: labels, under: change, isWhole ? changed : nil)
            correct += zip(damaged.answers, labels).count { answer, label in
                answer.indices.max { answer[$0] < answer[$1] } == label
            }
            guard isWhole else { continue }
            let layers = try clean.layers + changed.layers
            if sums == nil { sums = SimilarityAccumulator(layers: layers.map(\.name)) }
            try sums?.add(layers.map(\.kernel))
        }
        let count = (sums?.layers.count ?? 0) / 2
        return Outcome(
            change: change, accuracy: Double(correct) / Double(max(total, 1)),
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
        to samples: [Int], labels: [Int], under change: Change, _ heard: RepresentationBatch?
    ) throws -> Responses {
        let features = data.features(of: samples)
        let random = RandomStream(seed: 0, name: "damage").substream(samples.first ?? 0)
        switch change {
        case .fastGradientSign(let size):
            let attack = GradientAttack.fastGradientSign(epsilon: epsilon(size), range: range)
            return try answers(
                to: attacked(features, labels, attack, through: model), samples, heard)
        case .projectedGradient(let size):
            let attack = GradientAttack.projectedGradient(epsilon: epsilon(size), range: range)
            return try answers(
                to: attacked(features, labels, attack, through: model), samples, heard)
        case .transferred(let size):
            let attack = GradientAttack.projectedGradient(epsilon: epsilon(size), range: range)
            return try answers(
                to: attacked(features, labels, attack, through: other ?? model), samples, heard)
        case .noise(let size):
            let unit = InputPerturbation.gaussianNoise(standardDeviation: 1)(
                Tensor.zeros(features.shape), from: random)
            return try answers(
                to: bounded(features + unit * perChannel(epsilon(size))), samples, heard)
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
        _ features: Tensor, _ labels: [Int], _ attack: GradientAttack,
        through model: any SpikingModel
    ) throws -> Tensor {
        try attack(features) {
            try model.inputGradient($0, labels: labels, isTraining: isPublished)
        }
    }

    // MARK: - Units

    /// A size in 255ths of the range of pixels in the units of the samples.
    private func epsilon(_ size: Double) -> [Float] {
        let pixels = Float(size / 255)
        guard let scaling = data.scaling, !isPublished else { return [pixels] }
        return scaling.scale.map { pixels / Float($0) }
    }

    /// Black and white in the units of the samples.
    private var range: [ClosedRange<Float>]? {
        guard !isPublished else { return nil }
        guard let scaling = data.scaling else { return [data.valueRange] }
        return zip(scaling.offset, scaling.scale).map { offset, scale in
            let black = Float(-offset / scale), white = Float((1 - offset) / scale)
            return black...white
        }
    }

    private func perChannel(_ values: [Float]) -> Tensor {
        Tensor(values, shape: values.count == 1 ? [] : [values.count])
    }

    private func bounded(_ values: Tensor) -> Tensor {
        guard let range else { return values }
        return Tensor.minimum(
            Tensor.maximum(values, perChannel(range.map(\.lowerBound))),
            perChannel(range.map(\.upperBound)))
    }
}
