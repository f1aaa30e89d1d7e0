import RanvierConfiguration
import RanvierLearning
import RanvierNetworks
import RanvierTensors

/// Errors of the output that go straight to each hidden layer.
///
///     δ_l = (e D_lᵀ) ⊙ f′(z_l),   ΔW = xᵀ δ
///
/// `e` is the gradient of the loss by the network's output at each step, `D_l` is `[hidden, outputs]`, uniform in ±1/√outputs for the
/// numbers that it takes up, and stays. Between layers nothing goes down. Source: Nøkland 2016.
struct DirectFeedbackLearner: LocalLearner {
    /// `[hidden, outputs]` by the name of the weights above the hidden layer.
    private(set) var projections: [String: Tensor]
    private let rule: String

    /// - Parameter gain: factor on the first projections.
    init(for model: ClockedModel, seed: UInt64, rule: String, gain: Float) throws {
        self.rule = rule
        try model.requirePlainLayers(for: rule)
        let synapses = try model.synapses(for: rule)
        let load = SynapseLoad(of: model), outputs = model.network.outputShape.reduce(1, *)
        projections = [:]
        for (index, site) in synapses.enumerated().dropFirst() {
            let hidden = load.inputs[index], bound = gain / Float(outputs).squareRoot()
            projections[site.weights.name] = Tensor(
                uniformIn: -bound..<bound, shape: [hidden, outputs],
                from: RandomStream(seed: seed, name: "feedback").substream(index))
        }
    }

    /// Hidden layers that a forward pass has come by.
    private final class Passed {
        var hidden: [(input: Tensor, projection: Tensor)] = []
    }

    mutating func gradients(
        _ pass: TrainingPass, of training: ClockedTraining
    ) throws -> [Tensor] {
        guard !pass.network.recomputesStates else {
            throw AlignmentError.setting(
                name: "training.recompute",
                expected: "false with the rule '\(rule)', whose errors meet hidden layers of the "
                    + "forward pass", found: "true")
        }
        let passed = Passed(), projections = projections
        pass.context.credit = CreditAssignment(path: { site in
            guard let own = projections[site.weights.name] else { return .transpose }
            passed.hidden.append((site.input, own))
            return .blocked
        })
        let network = pass.network, sequence = pass.batch.sequence
        guard let window = training.truncation, window < sequence.shape[0] else {
            return network.valueAndGradients {
                pass.loss(of: Self.sending(network(sequence, in: pass.context), to: passed))
            }.gradients
        }
        return network.truncatedValueAndGradients(over: sequence, window: window, in: pass.context)
        { output, _ in
            pass.loss(of: Self.sending(output, to: passed))
        }.gradients
    }

    /// The output, whose gradient also goes to hidden layers.
    private static func sending(_ output: Tensor, to passed: Passed) -> Tensor {
        let hidden = passed.hidden
        passed.hidden = []
        // A sequence that is the same at all steps has one gradient for all of them.
        let isConstant = output.storageKind == .constantInTime
        let ways = hidden.map { place in
            (
                back: place.projection.transposed([1, 0]), shape: place.input.gradientShape,
                sums: !isConstant && place.input.storageKind == .constantInTime
            )
        }
        let leading = isConstant ? 1 : 2
        return Tape.record(output.detached, inputs: [output] + hidden.map(\.input)) { gradient in
            let error =
                gradient.rank > leading + 1 ? gradient.flattened(from: leading) : gradient
            return [gradient]
                + ways.map { way in
                    let sent = error.matrixProduct(way.back)
                    return (way.sums ? sent.sum(axes: [0]) : sent).reshaped(to: way.shape)
                }
        }
    }

    var state: [String: Tensor] { projections }

    mutating func restore(_ state: [String: Tensor]) throws {
        try TrainingStateError.require(
            state.mapValues(\.shape), as: projections.mapValues(\.shape), what: "feedback")
        if let name = state.keys.sorted().first(where: { state[$0]?.isFinite == false }) {
            throw TrainingStateError(expected: "finite numbers in '\(name)'", found: "others")
        }
        projections = state
    }

    /// The error of the output goes to each hidden layer, at every step.
    func traffic(of model: ClockedModel) -> LearningTraffic {
        let load = SynapseLoad(of: model), outputs = model.network.outputShape.reduce(1, *)
        return LearningTraffic(
            bytesBetweenLayers: 4 * Double(outputs * projections.count * load.steps),
            bytesPerSynapse: 4 * Double(projections.values.reduce(0) { $0 + $1.count })
                / Double(max(load.synapses, 1)),
            bytesPerNeuron: load.pastBytesPerNeuron, transportsWeights: false,
            waitsForTheEnd: load.steps > 1)
    }
}
