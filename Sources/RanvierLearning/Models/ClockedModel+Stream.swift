import RanvierConfiguration
import RanvierData
import RanvierNetworks
import RanvierSpikes
import RanvierTensors

extension ClockedModel {
    /// The model before the first row: of values that are shown as they are, or of sequences whose rows are coded as
    /// they come.
    public func stream() throws -> any ModelStream {
        try network.requireSharedSteps()
        guard let rows = encoder.rowEncoder() else {
            throw ModelError.noStream(
                model: "a network with the encoding '\(encoderDescription.kind)'",
                reason: "it codes whole samples; train with 'direct', 'sequence', 'delta' or "
                    + "'level-crossing', or put the code inside 'each-row'")
        }
        if encoder.rowDuration != nil, signature.scaling?.scope == .perFeature {
            throw ModelError.noStream(
                model: "a network whose values are scaled per feature",
                reason: "each step has a scale of its own; train with 'standard-per-channel' or "
                    + "'standard-together'")
        }
        return ClockedStream(model: self, rows: rows)
    }

    /// Shape of what a stream is shown at once: a row of a sequence, or the values of a sample.
    fileprivate var rowShape: [Int] {
        guard encoder.rowDuration != nil else { return signature.inputShape }
        return signature.inputShape.count > 1 ? Array(signature.inputShape.dropFirst()) : [1]
    }
}

/// A clocked model that is shown one row after the other.
struct ClockedStream: ModelStream {
    let model: ClockedModel
    private(set) var steps = 0
    private(set) var state = LayerState()
    /// What the encoder knows of the rows so far.
    private var rows: any RowEncoder
    /// Steps of the network, of which a row may take several.
    private var ticks = 0
    /// What the decoder needs of the steps so far.
    private var kept: Tensor?

    init(model: ClockedModel, rows: any RowEncoder) {
        self.model = model
        self.rows = rows
    }

    mutating func step(_ row: [Float]) throws -> [Float] {
        let shape = model.rowShape
        guard row.count == shape.elementCount else {
            throw ModelError.row(expected: shape.elementCount, found: row.count)
        }
        var values = Tensor(row, shape: [1] + shape)
        if let scaling = model.signature.scaling { values = scaling(values) }
        let sequence = try rows.encode(values)
        for step in 0..<sequence.shape[0] {
            let input = sequence.slice(step..<step + 1)
                .reshaped(to: [1] + model.network.inputShape)
            let (output, next) = model.network.step(
                sequence.storageKind == .spikes ? input.packedAsSpikes : input,
                state: ticks == 0 ? nil : state)
            state = next.detached
            ticks += 1
            kept = accumulated(output.detached)
        }
        steps += 1
        let scores = model.loss.decoder.scores(
            after: ticks, accumulated: kept ?? .zeros([1] + model.network.outputShape))
        return model.signature.task.answers(of: scores).scalars
    }

    private func accumulated(_ output: Tensor) -> Tensor {
        let dense = output.dense
        guard let kept else {
            return model.loss.decoder == .firstSpike ? firstSteps(dense, before: nil) : dense
        }
        switch model.loss.decoder {
        case .spikeCount, .summedMembrane, .meanMembrane: return kept + dense
        case .maximumMembrane: return Tensor.maximum(kept, dense)
        case .lastMembrane: return dense
        case .firstSpike: return firstSteps(dense, before: kept)
        }
    }

    /// Minus the step of the first spike; what has not fired yet is as late as there are steps.
    private func firstSteps(_ spikes: Tensor, before kept: Tensor?) -> Tensor {
        let earlier = kept?.scalars ?? Array(repeating: -Float(ticks - 1), count: spikes.count)
        let values = zip(earlier, spikes.scalars).map { old, spike -> Float in
            old > -Float(ticks - 1) ? old : spike != 0 ? -Float(ticks - 1) : -Float(ticks)
        }
        return Tensor(values, shape: spikes.shape)
    }
}

extension SpikeDecoder {
    /// Scores from what was added up over some steps.
    fileprivate func scores(after steps: Int, accumulated: Tensor) -> Tensor {
        switch self {
        case .meanMembrane: accumulated * (1 / Float(max(steps, 1)))
        case .spikeCount, .summedMembrane, .maximumMembrane, .lastMembrane, .firstSpike:
            accumulated
        }
    }
}
