import RanvierData
import RanvierLearning
import RanvierNetworks
import RanvierTensors

/// A network of whole numbers, and what it became layer by layer.
public struct FoldedModel: Sendable {
    /// Stored, opened, evaluated and streamed as any other.
    public var model: ClockedModel
    /// What its numbers are.
    public var report: FoldingReport

    /// Looks which sums and membranes samples lead to, and notes the largest in the report.
    ///
    /// Membranes are those between two steps. Complexity: one inference for each sample, step by step.
    ///
    /// - Throws: what the model throws for samples that it cannot take.
    public mutating func measure(on data: Dataset) throws {
        var sums: [String: Float] = [:], membranes: [String: Float] = [:]
        let network = model.network
        let context = ForwardContext(timeStep: network.timeStep)
        let names = Set(report.layers.map(\.name))
        for batch in Batches(try model.prepared(data), size: model.batchSize) {
            var sequence = try model.shown(batch.features, samples: batch.indices)
            for stage in network.stages {
                if stage.layer.remembers {
                    var state: LayerState?
                    var outputs: [Tensor] = []
                    for t in 0..<sequence.shape[0] {
                        let next = stage.layer.step(sequence.step(at: t), state: state, in: context)
                        outputs.append(next.output)
                        state = next.state
                        if let membrane = state?["membrane"] {
                            membranes[stage.name] = max(
                                membranes[stage.name] ?? 0, membrane.largestSize)
                        }
                    }
                    sequence = Tensor.stack(outputs)
                } else {
                    sequence = stage.layer(sequence, in: context)
                }
                if names.contains(stage.name) {
                    sums[stage.name] = max(sums[stage.name] ?? 0, sequence.largestSize)
                }
            }
        }
        for index in report.layers.indices {
            report.layers[index].seenSum = sums[report.layers[index].name].map { Int($0) }
            report.layers[index].seenMembrane = report.layers[index].neurons
                .flatMap { membranes[$0] }.map { Int($0) }
        }
    }
}

extension Tensor {
    /// The largest size of a number.
    var largestSize: Float { scalars.reduce(0) { max($0, abs($1)) } }
}
