import RanvierNetworks
import RanvierTensors

/// Adds up what layers tell while a network answers batch after batch.
struct CalibrationPass {
    /// Inputs of a layer of synapses.
    struct Inputs {
        var values = ChannelStatistics()
        var sizes = ChannelStatistics()
        var hearsSpikes = true
        var isConstant = true
        var connections = 0
    }

    /// Membranes of a layer of neurons.
    struct Membranes {
        var potentials = ChannelStatistics()
        var spikes = ChannelStatistics()
        var last: MembraneRecord
        var places: Int
    }

    private(set) var inputs: [String: Inputs] = [:]
    private(set) var heard: [String: Inputs] = [:]
    private(set) var membranes: [String: Membranes] = [:]
    private(set) var samples = 0

    /// Shows a network one more batch `[T, B, …]`.
    mutating func add(_ sequence: Tensor, to network: Network) throws(CompressionError) {
        var failure: CompressionError?
        var pass = self
        var context = ForwardContext(timeStep: network.timeStep)
        context.inspector = { layer, inspection in
            guard failure == nil else { return }
            // Taken in at once, so that no more than one layer's numbers are held.
            do throws(CompressionError) {
                try pass.take(inspection, of: layer)
            } catch {
                failure = error
            }
        }
        _ = Tape.withoutRecording { network(sequence, in: context) }
        if let failure { throw failure }
        self = pass
        samples += sequence.shape[1]
    }

    private mutating func take(
        _ inspection: Inspection, of layer: String
    ) throws(CompressionError) {
        switch inspection {
        case .input(let record):
            try Self.add(record, to: &inputs[layer, default: Inputs()], of: layer)
        case .recurrentInput(let record):
            try Self.add(record, to: &heard[layer, default: Inputs()], of: layer)
        case .membranes(let record):
            guard record.refractorySteps == 0 else {
                throw .unmeasured(
                    layer: layer, kind: "neurons with a refractory period",
                    reason: "a potential at the threshold is no spike while a neuron waits")
            }
            let shape = record.potentials.shape
            let places = shape.count > 3 ? shape[2..<shape.count - 1].reduce(1, *) : 1
            var all = membranes[layer] ?? Membranes(last: record, places: places)
            guard all.potentials.add(record.potentials, perStep: true),
                all.spikes.add(record.spikes, perStep: false)
            else { throw Self.otherShape(of: layer, record.potentials) }
            membranes[layer] = all
        }
    }

    private static func add(
        _ record: SynapseRecord, to inputs: inout Inputs, of layer: String
    ) throws(CompressionError) {
        let input = record.input, isBinary = input.isBinary
        guard inputs.values.add(input, perStep: false),
            inputs.sizes.add(isBinary ? input : input.absoluteValue(), perStep: false)
        else { throw otherShape(of: layer, input) }
        inputs.hearsSpikes = inputs.hearsSpikes && isBinary
        inputs.isConstant = inputs.isConstant && input.storageKind == .constantInTime
        inputs.connections = record.connections
    }

    private static func otherShape(of layer: String, _ sequence: Tensor) -> CompressionError {
        .mismatch(
            layer: layer, what: "a batch", expected: "steps and features of those before it",
            found: "shape \(sequence.shape)")
    }
}

extension CalibrationPass.Inputs {
    func statistics(
        of layer: String, _ parameter: Parameter, isRecurrent: Bool
    ) -> SynapseStatistics {
        SynapseStatistics(
            layer: layer, parameter: parameter.name, weights: parameter.seen.dense,
            inputMean: values.mean[0], inputVariance: values.variance[0],
            inputSize: sizes.mean[0], hearsSpikes: hearsSpikes, isConstant: isConstant,
            isRecurrent: isRecurrent, connections: connections)
    }
}

extension CalibrationPass.Membranes {
    func statistics(of layer: String) -> NeuronStatistics {
        NeuronStatistics(
            layer: layer, places: places, membraneMean: potentials.mean,
            membraneVariance: potentials.variance, rates: spikes.mean[0],
            threshold: last.threshold, leaks: last.leaks, synapticLeak: last.synapticLeak,
            scalesInput: last.scalesInput, reset: last.reset)
    }
}
