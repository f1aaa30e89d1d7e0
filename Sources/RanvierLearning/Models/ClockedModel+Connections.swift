import RanvierData
import RanvierNetworks
import RanvierSpikes
import RanvierTensors

extension ClockedModel {
    /// Connections that the first sample of a batch passes.
    ///
    /// Nil where there is no artificial network that does the same in one pass: for sequences, of which every row would be one, and
    /// for layers that hear themselves.
    public func connectionLoad(of batch: Batch) throws -> ConnectionLoad? {
        guard family == .spiking, encoder.form != .rows, batch.count > 0 else { return nil }
        let first = batch.features.slice(0..<1)
        var load = ConnectionLoad(analog: 0, spiking: 0, spikingSteps: 0, steps: encoder.steps)
        var hearsItself = false
        var context = ForwardContext(timeStep: network.timeStep)
        context.inspector = { _, inspection in
            switch inspection {
            case .input(let record):
                let connections = record.connections
                if record.input.storageKind == .constantInTime {
                    load.analog += connections
                } else {
                    load.spiking += connections
                    load.spikingSteps += connections * record.input.shape[0]
                }
            case .recurrentInput: hearsItself = true
            case .membranes: break
            }
        }
        _ = network(try shown(first, samples: Array(batch.indices.prefix(1))), in: context)
        return hearsItself ? nil : load
    }
}
