import RanvierConfiguration
import RanvierData
import RanvierNetworks
import RanvierSpikes
import RanvierTensors

extension ClockedModel {
    /// The model before the first row: of values that are shown as they are, or of sequences.
    public func stream() throws -> any ModelStream {
        guard encoder.form != .coded else {
            throw ModelError.noStream(
                model: "a network with the encoding '\(encoderDescription.kind)'",
                reason: "it codes whole samples; train with 'direct' or 'sequence'")
        }
        if encoder.form == .rows, signature.scaling?.scope == .perFeature {
            throw ModelError.noStream(
                model: "a network whose values are scaled per feature",
                reason: "each step has a scale of its own; train with 'standard-per-channel' or "
                    + "'standard-together'")
        }
        return ClockedStream(model: self)
    }
}

/// A clocked model that is shown one row after the other.
struct ClockedStream: ModelStream {
    let model: ClockedModel
    private(set) var steps = 0
    private(set) var state = LayerState()
    /// What the decoder needs of the steps so far.
    private var kept: Tensor?

    init(model: ClockedModel) { self.model = model }

    mutating func step(_ row: [Float]) throws -> [Float] {
        let shape = model.network.inputShape
        guard row.count == shape.elementCount else {
            throw ModelError.row(expected: shape.elementCount, found: row.count)
        }
        var values = Tensor(row, shape: [1] + shape)
        if let scaling = model.signature.scaling { values = scaling(values) }
        if values.isBinary, model.encoder.form == .rows { values = values.packedAsSpikes }
        let (output, next) = model.network.step(values, state: steps == 0 ? nil : state)
        state = next.detached
        steps += 1
        kept = accumulated(output.detached)
        let scores = model.loss.decoder.scores(after: steps, accumulated: kept ?? output)
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
        let earlier = kept?.scalars ?? Array(repeating: -Float(steps - 1), count: spikes.count)
        let values = zip(earlier, spikes.scalars).map { old, spike -> Float in
            old > -Float(steps - 1) ? old : spike != 0 ? -Float(steps - 1) : -Float(steps)
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
