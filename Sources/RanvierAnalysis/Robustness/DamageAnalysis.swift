import RanvierData
import RanvierLearning
import RanvierTensors

/// How a model answers where sensors are damaged, measured by the most important measure of its task.
package struct DamageAnalysis {
    /// The model.
    package let model: any SpikingModel
    /// Samples as the model takes them.
    package let data: Dataset
    /// Rows and channels of a sample.
    package let layout: SensorLayout
    /// What sizes are multiples of.
    package let statistics: ChannelStatistics
    /// Whether samples are made of zeros and ones.
    package let holdsSpikes: Bool
    /// Scaled values are clipped to this; nil where the encoding takes any number.
    package let limits: ClosedRange<Float>?
    /// What decides which values are hit.
    package var seed: UInt64 = 0
    /// Asked between batches.
    package var cancellation = Cancellation()

    /// - Parameter statistics: of the samples that the model learned from.
    package init(
        model: any SpikingModel, data: Dataset, statistics: ChannelStatistics, seed: UInt64 = 0,
        cancellation: Cancellation = Cancellation()
    ) throws {
        self.model = model
        self.data = data
        layout = SensorLayout(of: model.signature)
        self.statistics = statistics
        holdsSpikes = data.count > 0 && Self.raw(data, samples: Array(0..<data.count)).isBinary
        limits = try model.limitsOfInput(near: data)
        self.seed = seed
        self.cancellation = cancellation
    }

    /// Whether a damage can be done to these samples.
    package func suits(_ damage: any InputDamage) -> Bool {
        !(damage.needsRows && layout.rows < 2) && !(damage.needsNumbers && holdsSpikes)
    }

    /// The most important measure without damage.
    package func clean() throws -> Measure { try measure(of: nil, size: 0, channel: nil) }

    /// The most important measure under a damage, of all channels or of one alone.
    package func measure(
        of damage: any InputDamage, size: Double, channel: Int? = nil
    ) throws -> Measure {
        try measure(of: .some(damage), size: size, channel: channel)
    }

    private func measure(
        of damage: (any InputDamage)?, size: Double, channel: Int?
    ) throws -> Measure {
        var evaluation = Evaluation(task: model.signature.task, targets: data.targets)
        for first in stride(from: 0, to: data.count, by: model.batchSize) {
            try cancellation.check()
            let samples = Array(first..<min(first + model.batchSize, data.count))
            let features =
                damage.map { damaged(samples, by: $0, size: size, channel: channel) }
                ?? data.features(of: samples)
            evaluation.answers += try model.respond(
                to: Batch(
                    indices: samples, features: features, targets: .none(count: samples.count)),
                listener: nil
            ).answers
        }
        return try evaluation.mostImportantMeasure(seed: seed)
    }

    /// Some samples under a damage, as the model takes them. Values that were not hit keep their bits.
    package func damaged(
        _ samples: [Int], by damage: any InputDamage, size: Double, channel: Int? = nil
    ) -> Tensor {
        let scaled = data.features(of: samples), count = layout.count
        let before = Self.raw(data, samples: samples).scalars
        let stream = RandomStream(seed: seed, name: "damage/\(type(of: damage).name)")
        // Frozen sensors show one and the same moment in all samples.
        let frozen = Int(stream.uniform(count: 1)[0] * Float(data.count))
        let other = Self.raw(data, samples: [min(frozen, data.count - 1)]).scalars
        let channels = channel.map { [$0] } ?? Array(0..<layout.channels)
        var after = before
        for (position, index) in samples.enumerated() {
            let range = position * count..<(position + 1) * count
            var sample = SensorSample(
                values: Array(before[range]), other: other, layout: layout,
                statistics: statistics, channels: channels, holdsSpikes: holdsSpikes)
            damage(&sample, size: size, from: stream.substream(index))
            after.replaceSubrange(range, with: sample.values)
        }
        let damaged = Tensor(after, shape: scaled.shape)
        let rescaled = (data.scaling.map { $0(damaged) } ?? damaged).scalars
        var result = scaled.scalars
        for place in result.indices where after[place] != before[place] {
            result[place] =
                limits.map { min(max(rescaled[place], $0.lowerBound), $0.upperBound) }
                ?? rescaled[place]
        }
        return Tensor(result, shape: scaled.shape)
    }

    /// Samples in their own units.
    private static func raw(_ data: Dataset, samples: [Int]) -> Tensor {
        let features = data.features(of: samples)
        return data.scaling?.inverse(features) ?? features
    }
}

extension SpikingModel {
    /// The range that scaled values must lie in, 0…1 for encodings that refuse others; nil where any number is taken.
    package func limitsOfInput(near data: Dataset) throws -> ClosedRange<Float>? {
        guard data.count > 0 else { return nil }
        let sample = data.features(of: [0])
        func takes(_ value: Float) -> Bool {
            let features = Tensor(
                Array(repeating: value, count: sample.count), shape: sample.shape)
            let batch = Batch(indices: [0], features: features, targets: .none(count: 1))
            return (try? respond(to: batch, listener: nil)) != nil
        }
        // What takes neither is broken otherwise, and says so when it is asked.
        return !takes(1.5) && takes(0.5) ? 0...1 : nil
    }
}
