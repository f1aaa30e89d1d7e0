import RanvierConfiguration
import RanvierLearning
import RanvierNetworks
import RanvierSpikes
import RanvierTensors

/// Learning whose errors stay at their step, for any layers that can do that, by the tape.
///
/// Chunks of steps run as whole sequences; between them the state of the neurons and the traces of the synapses go on as numbers.
struct StepwiseLearner: LocalLearner {
    private let leaks: TraceLeaks
    private let chunk: Int

    init(for model: ClockedModel, rule: String, chunk: Int) throws(AlignmentError) {
        leaks = try TraceLeaks(model, rule: rule)
        self.chunk = chunk
    }

    var state: [String: Tensor] { [:] }

    mutating func restore(_ state: [String: Tensor]) throws {
        try TrainingStateError.require(
            state.mapValues(\.shape), as: [:], what: "state of the rule")
    }

    /// Traces of all synapses, and what came into them in this chunk.
    private final class Traces {
        var before: [String: CreditAssignment.Trace] = [:]
        var inputs: [String: Tensor] = [:]
        let leaks: [String: Float]

        init(_ leaks: [String: Float]) { self.leaks = leaks }

        func trace(_ site: CreditAssignment.Site) -> CreditAssignment.Trace? {
            let name = site.weights.name
            guard let leak = leaks[name] else { return nil }
            inputs[name] = site.input.detached
            return before[name] ?? CreditAssignment.Trace(leak: leak)
        }

        /// Takes over what came in.
        func goOn() {
            for (name, input) in inputs {
                guard let leak = leaks[name] else { continue }
                let old = before[name]
                var bias = old?.ofBias ?? 0
                for _ in 0..<input.shape[0] { bias = leak * bias + 1 }
                before[name] = CreditAssignment.Trace(
                    leak: leak, before: input.trace(leak: leak, after: old?.before), ofBias: bias)
            }
            inputs = [:]
        }
    }

    mutating func gradients(
        _ pass: TrainingPass, of training: ClockedTraining
    ) throws -> [Tensor] {
        try OnlinePass.requireWholeSequences(training)
        let network = pass.network, sequence = pass.batch.sequence
        let traces = Traces(leaks.leaks)
        var context = pass.context
        context.credit = CreditAssignment(isLocalInTime: true, trace: { traces.trace($0) })
        var sums: [Tensor] = [], state: LayerState?
        for first in stride(from: 0, to: sequence.shape[0], by: chunk) {
            let steps = first..<min(first + chunk, sequence.shape[0])
            let (_, gradients) = network.valueAndGradients {
                let response = network.run(sequence.slice(steps), state: state, in: context)
                state = response.state.detached
                let errors = OnlinePass.errors(of: response.output.detached, in: pass)
                return Tape.record(Tensor(0), inputs: [response.output]) { _ in [errors] }
            }
            sums = sums.isEmpty ? gradients : zip(sums, gradients).map { $0 + $1 }
            if steps.upperBound < sequence.shape[0] { traces.goOn() }
        }
        return sums
    }

    /// Errors of all layers but the first, at every step, through the transposes.
    func traffic(of model: ClockedModel) -> LearningTraffic {
        let (steps, network) = (model.encoder.steps, model.network)
        var shape = network.inputShape, numbers = 0, isFirst = true
        for stage in network.stages {
            guard let next = try? stage.layer.outputShape(for: shape) else { break }
            if stage.layer.parameters.contains(where: { leaks.leaks[$0.parameter.name] != nil }) {
                if !isFirst { numbers += next.elementCount }
                isFirst = false
            }
            shape = next
        }
        return LearningTraffic(
            bytesBetweenLayers: 4 * Double(steps * numbers), bytesPerSynapse: 0,
            bytesPerNeuron: 4, transportsWeights: true, waitsForTheEnd: false)
    }
}
