import RanvierData
import RanvierLearning
import RanvierNetworks
import RanvierTensors

/// The numbers of the NeuroBench harness by its definitions, for tables beside others'.
///
///     footprint             bytes of all parameters, dense, each at its width; masks make nothing smaller
///     connection sparsity   zeros / all of the weights of synapses, to four digits
///     activation sparsity   1 − outputs that are not 0 / all outputs of spiking layers, steps and samples
///     synaptic operations   for a sample: inputs that are not 0 × weights that are not 0, at every step;
///                           accumulations (ACs) where all inputs of a layer, step and batch are −1, 0 or 1, else MACs
///     dense                 the same if no input and no weight were 0
///
/// They differ from the one ruler of this package: an analog input counts at every step here, and zeros of it do not; there a product
/// that is done once counts once. Biases are no operations. Recurrent weights count as synapses.
///
/// Source: Yik et al. 2025 (NeuroBench), harness 2.3.
public struct NeuroBenchMetrics: Codable, Equatable, Sendable {
    /// Bytes.
    public var footprint: Int
    /// Share of weights that are 0.
    public var connectionSparsity: Double
    /// Share of outputs that are 0.
    public var activationSparsity: Double
    /// Multiply-accumulates of a sample.
    public var effectiveMACs: Double
    /// Accumulations of a sample.
    public var effectiveACs: Double
    /// Operations of a sample if nothing were 0.
    public var denseOperations: Double
    /// Share of samples classified correctly; nil where they have no classes.
    public var accuracy: Double?

    /// Measures a model on samples, in batches of its size.
    ///
    /// - Throws: what the model throws; `AnalysisError` without samples, and for a model without a clock.
    public init(of model: any SpikingModel, on samples: Dataset) throws {
        guard let model = model as? ClockedModel else {
            throw AnalysisError.impossibleValue(
                what: "a model for the counts of NeuroBench", expected: "a clocked network",
                found: "one of the kind '\(type(of: model).kind)'")
        }
        let data = try model.prepared(samples)
        guard data.count > 0 else { throw AnalysisError.empty(what: "samples") }
        let storage = model.storage
        footprint = storage.reduce(0) { $0 + ($1.count * $1.bits + 7) / 8 }
        let weights = model.network.layerParameters.filter(\.isPrunable)
        let zeros = weights.reduce(0) { $0 + $1.seen.scalars.count { $0 == 0 } }
        let all = weights.reduce(0) { $0 + $1.shape.reduce(1, *) }
        connectionSparsity =
            (Double(zeros) / Double(max(all, 1)) * 10_000).rounded() / 10_000
        var tally = NeuroBenchTally()
        for batch in Batches(data, size: model.batchSize) {
            var context = ForwardContext(timeStep: model.network.timeStep)
            context.inspector = { _, inspection in tally.take(inspection) }
            _ = model.network(
                try model.shown(batch.features, samples: batch.indices), in: context)
        }
        let count = Double(data.count)
        activationSparsity =
            tally.outputs > 0 ? Double(tally.outputs - tally.spikes) / Double(tally.outputs) : 0
        effectiveMACs = Double(tally.multiplied) / count
        effectiveACs = Double(tally.added) / count
        denseOperations = Double(tally.dense) / count
        let found = try model.evaluate(on: samples, counts: false, intervals: false).accuracy
        accuracy = found.isNaN ? nil : found
    }
}

/// Adds up what synapses and neurons do.
struct NeuroBenchTally {
    var spikes = 0
    var outputs = 0
    var multiplied = 0
    var added = 0
    var dense = 0

    mutating func take(_ inspection: Inspection) {
        switch inspection {
        case .input(let record), .recurrentInput(let record): take(record)
        case .membranes(let record):
            outputs += record.spikes.count
            spikes += record.spikes.spikeCount
        }
    }

    private mutating func take(_ record: SynapseRecord) {
        let steps = record.input.shape[0], samples = record.input.shape[1]
        dense += record.places * steps * samples
        // All steps of a constant sequence are alike.
        let isConstant = record.input.storageKind == .constantInTime
        for t in 0..<(isConstant ? 1 : steps) {
            let values = record.input.step(at: t).dense.scalars
            let features = record.fanOut.count
            var operations = 0, isSpiking = true
            for (place, value) in values.enumerated() where value != 0 {
                operations += record.fanOut[place % features]
                isSpiking = isSpiking && (value == 1 || value == -1)
            }
            operations *= isConstant ? steps : 1
            if isSpiking { added += operations } else { multiplied += operations }
        }
    }
}
