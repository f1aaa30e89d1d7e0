import RanvierData
import RanvierLearning
import RanvierNetworks
import RanvierSpikes
import RanvierTensors

/// How a clocked network stands up to attacks and damage: accuracy, and how alike its layers answer to clean and to
/// changed inputs.
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

    /// The network.
    package let model: ClockedModel
    /// Test samples as the network takes them.
    package let data: Dataset
    /// What scaled the samples, so that sizes can be given in pixels; nil where they are pixels.
    package let normalization: Normalization?
    /// Whether attacks are those of the published code: sizes are ε/255 in scaled units, nothing is clamped, and the
    /// attacked batch's statistics are used and kept.
    package var isPublished = false
    /// The network whose gradient transferred attacks follow.
    package var other: ClockedModel?
    /// Most samples at once; batches are of one size, as the estimate of similarity needs.
    package var batchSize = 360
    /// Asked between batches.
    package var cancellation = Cancellation()

    package init(
        model: ClockedModel, data: Dataset, normalization: Normalization? = nil,
        isPublished: Bool = false, other: ClockedModel? = nil, batchSize: Int = 360,
        cancellation: Cancellation = Cancellation()
    ) {
        self.model = model
        self.data = data
        self.normalization = normalization
        self.isPublished = isPublished
        self.other = other
        self.batchSize = batchSize
        self.cancellation = cancellation
    }

    /// Applies a change to all samples.
    ///
    /// - Throws: ``RepresentationError/noGradient(_:)`` for attacks where the network is not shown values at every step.
    package func outcome(of change: Change) throws -> Outcome {
        // The published attack moves running values, of both networks.
        let kept = model.network.values, keptOther = other?.network.values
        defer {
            try? model.restore(kept)
            if let keptOther { try? other?.restore(keptOther) }
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
            let clean = try model.shown(data.features(of: samples), samples)
            let cleanLayers = isWhole ? try answers(to: clean).layers : []
            let changed = try self.changed(samples, labels: labels, by: change)
            guard isWhole else {
                correct += hits(model.network(changed), labels)
                continue
            }
            let damaged = try answers(to: changed), layers = damaged.layers
            correct += hits(damaged.output, labels)
            if sums == nil {
                sums = SimilarityAccumulator(layers: (cleanLayers + layers).map(\.name))
            }
            try sums?.add((cleanLayers + layers).map(\.kernel))
        }
        let count = (sums?.layers.count ?? 0) / 2
        return Outcome(
            change: change, accuracy: Double(correct) / Double(max(total, 1)),
            curve: LayerCurve(
                layers: Array(sums?.layers.prefix(count) ?? []),
                values: (0..<count).map { sums?.alignment($0, count + $0) ?? .nan }))
    }

    // MARK: - What the network is shown

    private func hits(_ output: Tensor, _ labels: [Int]) -> Int {
        zip(model.loss.decoder.predictedClasses(of: output), labels).count { $0 == $1 }
    }

    private func answers(
        to sequence: Tensor
    ) throws -> (output: Tensor, layers: [RepresentationBatch.Layer]) {
        let batch = RepresentationBatch()
        let output = model.network(
            sequence, in: ForwardContext(timeStep: model.network.timeStep, observer: batch.observe))
        return (output, try batch.layers)
    }

    private func changed(_ samples: [Int], labels: [Int], by change: Change) throws -> Tensor {
        let features = data.features(of: samples)
        let random = RandomStream(seed: 0, name: "damage").substream(samples.first ?? 0)
        switch change {
        case .fastGradientSign(let size):
            let attack = GradientAttack.fastGradientSign(epsilon: epsilon(size), range: range)
            return try model.shown(attacked(features, labels, attack, through: model), samples)
        case .projectedGradient(let size):
            let attack = GradientAttack.projectedGradient(epsilon: epsilon(size), range: range)
            return try model.shown(attacked(features, labels, attack, through: model), samples)
        case .transferred(let size):
            let attack = GradientAttack.projectedGradient(epsilon: epsilon(size), range: range)
            return try model.shown(
                attacked(features, labels, attack, through: other ?? model), samples)
        case .noise(let size):
            let unit = InputPerturbation.gaussianNoise(standardDeviation: 1)(
                Tensor.zeros(features.shape), from: random)
            let noisy = features + unit * perChannel(epsilon(size))
            return try model.shown(bounded(noisy), samples)
        case .dropout(let share):
            return InputPerturbation.dropout(probability: Float(share))(
                try model.shown(features, samples), from: random)
        case .jitter(let steps):
            return InputPerturbation.timeJitter(standardDeviation: Float(steps))(
                try model.shown(features, samples), from: random)
        }
    }

    private func attacked(
        _ features: Tensor, _ labels: [Int], _ attack: GradientAttack, through model: ClockedModel
    ) throws -> Tensor {
        guard let direct = model.encoder as? DirectEncoder else {
            throw RepresentationError.noGradient("an encoding by \(type(of: model.encoder))")
        }
        // Plain cross-entropy: a loss with smoothed labels also grows where the network becomes surer of the right class.
        let target = NetworkAttack(
            model.network, steps: direct.steps, isTraining: isPublished
        ) { model.loss.decoder.scores(of: $0).crossEntropy(labels: $1) }
        return target(attack, on: features, labels: labels)
    }

    // MARK: - Units

    /// A size in 255ths of the range of pixels in the units of the samples.
    private func epsilon(_ size: Double) -> [Float] {
        let pixels = Float(size / 255)
        guard let normalization, !isPublished else { return [pixels] }
        return normalization.scale.map { pixels / $0 }
    }

    /// Black and white in the units of the samples.
    private var range: [ClosedRange<Float>]? {
        guard !isPublished else { return nil }
        guard let normalization else {
            return [data.valueRange]
        }
        return zip(normalization.offset, normalization.scale).map { offset, scale in
            (-offset / scale)...((1 - offset) / scale)
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
