import Foundation
import RanvierConfiguration
import RanvierData
import RanvierLearning
import RanvierNetworks
import RanvierSpikes
import RanvierTensors

/// Hidden layers by pairs of spikes, with a reward or without; the read-out by the delta rule.
struct PlasticityLearner: LocalLearner {
    /// What rewards do.
    struct Reward {
        var baseline: RewardBaseline
        /// τ_e in seconds.
        var eligibilityTime: Double
    }

    private let readout: TracedLearner
    private let rule: PairRule
    private let kind: String
    private var reward: Reward?

    init(
        _ network: TracedNetwork, of model: ClockedModel, rule kind: String, pairs: PairOptions,
        reward: Reward?, chunk: Int
    ) throws {
        guard network.layers.count > 1 else {
            throw AlignmentError.layer(
                name: network.layers[0].name, rule: kind,
                reason: "the read-out learns by its error, and there is no hidden layer",
                advice: "add a linear layer and lif neurons before it")
        }
        self.kind = kind
        self.reward = reward
        rule = pairs.rule(timeStep: model.network.timeStep)
        readout = TracedLearner(
            network, rule: kind, filter: 0, chunk: chunk,
            signal: try LearningSignal(.symmetric, for: network, of: model, seed: 0))
    }

    // MARK: - Learning

    mutating func gradients(
        _ pass: TrainingPass, of training: ClockedTraining
    ) throws -> [Tensor] {
        try OnlinePass.requireWholeSequences(training)
        let sequence = pass.batch.sequence
        let (steps, samples) = (sequence.shape[0], sequence.shape[1])
        let factors = try rewardFactors(pass)
        let run = try TracedRun(
            readout, samples: samples, steps: steps, timeStep: pass.network.timeStep,
            teachesHidden: false)
        let hidden = readout.network.layers.dropLast()
        var pairs = hidden.map { _ in Pairs() }, recurrent = pairs
        let decay = reward.map { exp(-pass.network.timeStep / $0.eligibilityTime) }
        run.eachChunk(of: sequence, in: pass) { range, moments in
            var third: Tensor?
            if let factors, let decay {
                let left = range.map { Float(pow(decay, Double(steps - 1 - $0))) }
                third = Tensor(left, shape: [range.count, 1, 1]) * factors
            }
            for index in hidden.indices {
                let moment = moments[index]
                pairs[index].add(moment.input, moment.output, rule, third: third)
                if let heard = moment.heard {
                    recurrent[index].add(heard, moment.output, rule, third: third)
                }
            }
        }
        var gradients = run.gradients
        for (index, layer) in hidden.enumerated() {
            let weights = layer.linear.weights
            gradients[weights.name] = pairs[index].change(of: weights, rule, samples: samples)
            if let recurrence = layer.neurons.recurrence {
                gradients[recurrence.name] =
                    recurrent[index].change(of: recurrence, rule, samples: samples)
            }
        }
        return pass.network.trainableParameters.map { gradients[$0.name] ?? .zeros($0.shape) }
    }

    /// What each sample's reward exceeds the mean by, `[1, B, 1]`; nil without rewards.
    private mutating func rewardFactors(_ pass: TrainingPass) throws -> Tensor? {
        guard var reward else { return nil }
        guard case .classes(let labels, _) = pass.batch.targets else {
            throw AlignmentError.setting(
                name: "rule '\(kind)'", expected: "answers that are classes, right or wrong",
                found: "values")
        }
        let sequence = pass.batch.sequence
        let probe = try TracedRun(
            readout, samples: sequence.shape[1], steps: sequence.shape[0],
            timeStep: pass.network.timeStep, teachesHidden: false)
        var outputs: [Tensor] = []
        probe.eachChunk(of: sequence, in: pass, learns: false) { _, moments in
            if let output = moments.last?.output { outputs.append(output.dense) }
        }
        let answers = pass.decoder.scores(of: Tensor.concatenate(outputs))
            .argumentOfMaximum(along: 1)
        let rewards = zip(answers, labels).map { $0 == $1 ? 1.0 : -1.0 }
        let mean = rewards.reduce(0, +) / Double(max(rewards.count, 1))
        // A batch moves the mean once; its samples are held against the mean before it.
        let difference = reward.baseline.factor(mean) - mean
        self.reward?.baseline = reward.baseline
        reward.baseline = RewardBaseline(memory: nil)
        return Tensor(rewards.map { Float($0 + difference) }, shape: [1, rewards.count, 1])
    }

    /// Brings taught weights back within their bounds.
    mutating func didUpdate(
        from before: [Tensor], of training: ClockedTraining, rateFactor: Float
    ) throws {
        let range = Float(rule.bounds.range.lowerBound)...Float(rule.bounds.range.upperBound)
        for layer in readout.network.layers.dropLast() {
            for parameter in [layer.linear.weights, layer.neurons.recurrence].compactMap({ $0 }) {
                parameter.value = parameter.value.clamped(to: range)
            }
        }
    }

    var followsUpdates: Bool { true }

    // MARK: - State

    private static let baselineName = "reward-baseline"

    /// Mean of the rewards and how many it is of.
    var state: [String: Tensor] {
        guard let baseline = reward?.baseline, baseline.memory != nil else { return [:] }
        return [
            Self.baselineName: Tensor([Float(baseline.mean), Float(baseline.count)], shape: [2])
        ]
    }

    mutating func restore(_ state: [String: Tensor]) throws {
        try TrainingStateError.require(
            state.mapValues(\.shape), as: self.state.mapValues(\.shape), what: "state of the rule")
        guard let stored = state[Self.baselineName]?.scalars, let memory = reward?.baseline.memory
        else { return }
        guard stored[0].isFinite, abs(stored[0]) <= 1, stored[1] >= 0, Int(stored[1]) <= memory
        else {
            throw AlignmentError.setting(
                name: "stored state '\(Self.baselineName)'",
                expected: "a mean in -1...1 of at most \(memory) batches",
                found: "\(stored[0]) of \(stored[1])")
        }
        reward?.baseline.mean = Double(stored[0])
        reward?.baseline.count = Int(stored[1])
    }

    /// The reward, one number for all synapses; traces of both neurons, and with a reward an eligibility.
    func traffic(of model: ClockedModel) -> LearningTraffic {
        LearningTraffic(
            bytesBetweenLayers: reward == nil
                ? 0 : 4 * Double(readout.network.layers.count - 1),
            bytesPerSynapse: reward == nil ? 0 : 4, bytesPerNeuron: 8, transportsWeights: false,
            waitsForTheEnd: reward != nil)
    }
}

/// Sums over pairs of spikes of one layer of synapses, chunk by chunk.
private struct Pairs {
    private var before: Tensor?
    private var behind: Tensor?
    private var causal: Tensor?
    private var anticausal: Tensor?

    /// - Parameter third: of each step and sample, `[T, B, 1]`; nil for 1.
    mutating func add(_ input: Tensor, _ output: Tensor, _ rule: PairRule, third: Tensor?) {
        let x = input.rank > 3 ? input.flattened(from: 2) : input
        func leak(_ trace: SpikeTrace) -> Float { Float(exp(-1 / trace.timeConstant)) }
        let (xEarlier, xAfter) = x.earlierTraces(
            leak: leak(rule.presynapticTrace), form: rule.pairing, after: before)
        let (sEarlier, sAfter) = output.earlierTraces(
            leak: leak(rule.postsynapticTrace), form: rule.pairing, after: behind)
        (before, behind) = (xAfter, sAfter)
        let fired = third.map { output.dense * $0 } ?? output.dense
        let remembered = third.map { sEarlier * $0 } ?? sEarlier
        func rows(_ tensor: Tensor) -> Tensor {
            let width = tensor.shape[tensor.rank - 1]
            return tensor.reshaped(to: [tensor.count / width, width])
        }
        Self.add(Tensor.weightGradient(rows(xEarlier), rows(fired)), to: &causal)
        let own = x.storageKind == .constantInTime ? x.dense : x
        Self.add(Tensor.weightGradient(own, rows(remembered)), to: &anticausal)
    }

    private static func add(_ part: Tensor, to sum: inout Tensor?) {
        sum = sum.map { $0 + part } ?? part
    }

    /// Against the change of the weights, for an optimiser that goes against it.
    func change(of weights: Parameter, _ rule: PairRule, samples: Int) -> Tensor? {
        guard let causal, let anticausal else { return nil }
        let scale = -1 / Float(samples)
        func side(_ sum: Tensor, _ amplitude: Double) -> Tensor {
            let part = sum * (Float(amplitude) * scale)
            guard rule.bounds.form == .soft else { return part }
            let w = weights.seen
            return part
                * (amplitude > 0
                    ? Float(rule.bounds.range.upperBound) - w
                    : w - Float(rule.bounds.range.lowerBound))
        }
        return side(causal, rule.window.causal) + side(anticausal, rule.window.anticausal)
    }
}
