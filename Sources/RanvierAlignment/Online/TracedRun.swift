import Foundation
import RanvierConfiguration
import RanvierLearning
import RanvierNetworks
import RanvierTensors

/// One pass over a batch by a ``TracedLearner``, chunk by chunk.
final class TracedRun {
    private let learner: TracedLearner
    private let layers: [LayerMemory]
    private let samples: Int
    private let timeStep: Double
    /// Whether errors teach hidden layers, or the read-out alone.
    private let teachesHidden: Bool

    /// What a layer remembers between chunks.
    private final class LayerMemory {
        let layer: TracedLayer
        let past: TracedNeurons.Past
        /// κ of its eligibilities.
        let filter: Float
        let weights: SynapseTraces
        let bias: SynapseTraces?
        let recurrence: SynapseTraces?
        var state = TracedNeurons.State.none
        /// Spikes of the last step, `[1, B, N]`.
        var last: Tensor?

        init(_ layer: TracedLayer, filter: Float, samples: Int, timeStep: Double) {
            self.layer = layer
            self.filter = filter
            past = layer.neurons.past(timeStep: timeStep)
            weights = SynapseTraces(
                samples: samples, inputs: layer.inputs, outputs: layer.outputs)
            bias =
                layer.linear.bias == nil
                ? nil : SynapseTraces(samples: samples, inputs: 1, outputs: layer.outputs)
            recurrence =
                layer.neurons.recurrence == nil
                ? nil
                : SynapseTraces(
                    samples: samples, inputs: layer.outputs, outputs: layer.outputs)
        }

        /// Bytes that its synapses keep where a sequence has more than one chunk.
        var keptBytes: Double {
            [weights, bias, recurrence].compactMap { $0 }.reduce(0) {
                $0
                    + SynapseTraces.bytes(
                        samples: $1.samples, inputs: $1.inputs, outputs: $1.outputs,
                        filters: filter > 0, adapts: past.adaptation != nil)
            }
        }
    }

    init(
        _ learner: TracedLearner, samples: Int, steps: Int, timeStep: Double,
        teachesHidden: Bool = true
    ) throws {
        self.learner = learner
        self.teachesHidden = teachesHidden
        self.samples = samples
        self.timeStep = timeStep
        let filter = learner.filter ?? learner.network.readoutFilter(timeStep: timeStep)
        let last = learner.network.layers.count - 1
        layers = learner.network.layers.enumerated().map {
            LayerMemory(
                $1, filter: $0 < last ? filter : 0, samples: samples, timeStep: timeStep)
        }
        guard steps > learner.chunk, teachesHidden else { return }
        try MemoryNeed(
            "eligibilities of rule '\(learner.rule)' for batches of \(samples)",
            bytes: layers.reduce(0) { $0 + $1.keptBytes },
            advice: "take smaller batches, a larger 'chunk', or readout-filter: 0"
        ).check()
    }

    /// What the rule gives in place of gradients, by the names of parameters.
    var gradients: [String: Tensor] {
        var gradients: [String: Tensor] = [:]
        for memory in layers {
            gradients[memory.layer.linear.weights.name] = memory.weights.gradient
            if let bias = memory.layer.linear.bias {
                gradients[bias.name] = memory.bias?.gradient?.reshaped(to: bias.shape)
            }
            if let recurrence = memory.layer.neurons.recurrence {
                gradients[recurrence.name] = memory.recurrence?.gradient
            }
        }
        return gradients
    }

    /// What a layer saw and did in a chunk.
    struct Moment {
        /// What came in, `[T, B, …]`.
        let input: Tensor
        fileprivate let response: TracedNeurons.Response
        /// Spikes of the steps before, where neurons hear each other.
        let heard: Tensor?
        /// What came out, `[T, B, N]`.
        var output: Tensor { response.output }
    }

    /// Goes through a sequence chunk by chunk.
    ///
    /// - Parameter body: hears of what all layers saw and did.
    func eachChunk(
        of sequence: Tensor, in pass: TrainingPass, learns: Bool = true,
        _ body: (_ steps: Range<Int>, _ moments: [Moment]) -> Void = { _, _ in }
    ) {
        let all = sequence.shape[0]
        for first in stride(from: 0, to: all, by: learner.chunk) {
            let steps = first..<min(first + learner.chunk, all)
            let moments = Tape.withoutRecording {
                forward(sequence.slice(steps), in: pass.context)
            }
            if learns { learn(moments, in: pass, goesOn: steps.upperBound < all) }
            body(steps, moments)
        }
    }

    private func learn(_ moments: [Moment], in pass: TrainingPass, goesOn: Bool) {
        guard let output = moments.last?.response.output else { return }
        let errors = OnlinePass.errors(of: output, in: pass)
        Tape.withoutRecording { backward(moments, errors: errors, goesOn: goesOn) }
    }

    private func forward(_ input: Tensor, in context: ForwardContext) -> [Moment] {
        var x = input
        return layers.map { memory in
            let current = memory.layer.linear(x, in: context)
            let response = memory.layer.neurons.run(
                current, from: memory.state, timeStep: timeStep)
            var heard: Tensor?
            if memory.recurrence != nil {
                heard = response.output.delayedByOneStep(after: memory.last)
                let steps = response.output.shape[0]
                memory.last = response.output.slice(steps - 1..<steps)
            }
            memory.state = response.state
            defer { x = response.output }
            return Moment(input: x, response: response, heard: heard)
        }
    }

    private func backward(_ moments: [Moment], errors: Tensor, goesOn: Bool) {
        // What reaches the neurons of the layer above at the same step.
        var above = errors, readout = errors
        for index in layers.indices.reversed() {
            let memory = layers[index], moment = moments[index]
            let isReadout = index == layers.count - 1
            let signal =
                isReadout
                ? errors
                : learner.signal.errors(
                    below: layers[index + 1].layer, above: above, readout: readout,
                    teaching: memory.layer.linear.weights.name)
            let way = OwnPast(
                memory.past, filter: memory.filter, margin: moment.response.margin ?? signal)
            // Below a read-out the local error is that of the read-out's current.
            let needsLocal = index > 0
            let learning = way.back(signal, from: way.ends(), wantsLocal: needsLocal)
            let steps = signal.shape[0]
            let step = SynapseTraces.Step(
                learning: learning,
                filtered: goesOn && memory.filter > 0
                    ? way.back(nil, from: way.ends(filtered: 1)) : nil,
                adaptation: goesOn && memory.past.adaptation != nil
                    ? way.back(nil, from: way.ends(adaptation: 1)) : nil,
                leak: memory.past.leak, filterDecay: pow(memory.filter, Float(steps)),
                inputScale: memory.past.inputScale, goesOn: goesOn)
            memory.weights.learn(moment.input, step)
            memory.bias?.learn(
                Tensor(constantInTime: .ones([samples, 1]), steps: steps), step)
            if let heard = moment.heard { memory.recurrence?.learn(heard, step) }
            if let local = learning.local { above = local }
            if isReadout { readout = above }
            if !teachesHidden { return }
        }
    }
}
