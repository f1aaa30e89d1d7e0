import Foundation
import RanvierConfiguration
import RanvierData
import RanvierLearning
import RanvierNetworks
import RanvierSpikes
import RanvierTensors

/// A network with a distribution for every weight as the one ruler sees it: samples in, probabilities or values with deviations out.
///
/// Classes have the probability that their output is the largest, by quadrature over the outputs' distributions; values have mean ω
/// and deviation √V, noise included.
public struct BayesianModel: SpikingModel {
    /// `bayesian`.
    public static let kind = "bayesian"

    /// Layers and priors.
    public let plan: BayesianPlan
    /// How values come in.
    public let input: BayesianInput
    /// How answers are read of the outputs.
    public var answers: BayesianAnswers
    /// σ² of the outputs.
    public let outputNoise: Float
    /// The distributions.
    public internal(set) var posterior: DensePosterior
    /// μ of each input, where they are centred; 0 until samples were seen.
    public internal(set) var centre: Tensor?
    /// Samples that were visited, also in courses before.
    public var seen: Int
    /// What goes in and what comes out.
    public var signature: ModelSignature

    /// A model of a posterior.
    public init(
        plan: BayesianPlan, posterior: DensePosterior, input: BayesianInput = .values(),
        answers: BayesianAnswers = .analytic, outputNoise: Float, seen: Int = 0,
        signature: ModelSignature
    ) {
        self.plan = plan
        self.posterior = posterior
        self.input = input
        self.answers = answers
        self.outputNoise = outputNoise
        self.seen = seen
        centre = input.isCentred ? .zeros([posterior.sizes[0]]) : nil
        self.signature = signature
    }

    /// It spikes.
    public var family: NetworkFamily { .spiking }
    /// Samples at once in evaluation.
    public var batchSize: Int { 256 }

    /// Takes over what training has arrived at.
    mutating func store(_ posterior: DensePosterior, seen: Int) {
        self.posterior = posterior
        self.seen = seen
    }

    // MARK: - Answers

    /// Values of samples, `[samples, inputs]`.
    func inputs(of features: Tensor) -> Tensor {
        let values = features.flattened(from: 1)
        return centre.map { values - $0 } ?? values
    }

    /// Takes the mean of each input for its centre.
    mutating func takeCentre(of data: Dataset) {
        guard input.isCentred, data.count > 0 else { return }
        var sums = [Double](repeating: 0, count: posterior.sizes[0])
        for start in stride(from: 0, to: data.count, by: 1024) {
            let part = Array(start..<min(start + 1024, data.count))
            // Sums of a part in single precision are exact enough for a shift.
            let own = data.features(of: part).flattened(from: 1).sum(axes: [0]).scalars
            for (index, sum) in own.enumerated() { sums[index] += Double(sum) }
        }
        centre = Tensor(sums.map { Float($0 / Double(data.count)) }, shape: [sums.count])
    }

    /// Probabilities, or values and their deviations.
    public func respond(to batch: Batch, listener: Listener?) throws -> Responses {
        let values = inputs(of: batch.features)
        let potentials = posterior.potentials(of: values, inputVariance: input.variance(of: values))
        if let listener { tell(listener, potentials, count: batch.count) }
        let last = potentials[potentials.count - 1]
        let outputs =
            answers == .analytic ? last : pointAnswers(to: values)
        if posterior.output.isForClasses { return classes(outputs, batch) }
        return numbers(outputs, batch)
    }

    private func classes(_ outputs: (mean: Tensor, variance: Tensor), _ batch: Batch) -> Responses {
        let shares = posterior.classProbabilities(mean: outputs.mean, variance: outputs.variance)
        let width = shares.shape[1], scalars = shares.scalars
        let rows = (0..<batch.count).map { Array(scalars[$0 * width..<($0 + 1) * width]) }
        var responses = Responses(answers: rows, loss: .nan)
        if case .classes(let labels, _) = batch.targets {
            // What single precision takes for 0 is no infinite surprise.
            let least = Double(Float.leastNormalMagnitude)
            let sum = zip(rows, labels).reduce(0.0) {
                $0 - log(max(Double($1.0[$1.1]), least))
            }
            responses.loss = sum / Double(max(labels.count, 1))
        }
        return responses
    }

    private func numbers(_ outputs: (mean: Tensor, variance: Tensor), _ batch: Batch) -> Responses {
        let width = outputs.mean.shape[1], scales = (signature.task as? Regression)?.scale ?? []
        let means = signature.task.answers(of: outputs.mean).scalars
        let variances = outputs.variance.scalars
        func rows(_ values: [Float]) -> [[Float]] {
            (0..<batch.count).map { Array(values[$0 * width..<($0 + 1) * width]) }
        }
        let deviations = variances.enumerated().map {
            $1.squareRoot() * Float(scales.isEmpty ? 1 : scales[$0 % width])
        }
        var responses = Responses(
            answers: rows(means), deviations: rows(deviations), loss: .nan)
        if case .values(let targets, _, _) = signature.task.trainingTargets(batch.targets) {
            let sum = zip(zip(outputs.mean.scalars, variances), targets).reduce(0.0) {
                let variance = Double($1.0.1), error = Double($1.1) - Double($1.0.0)
                return $0 + 0.5 * (log(2 * Double.pi * variance) + error * error / variance)
            }
            responses.loss = sum / Double(max(batch.count, 1))
        }
        return responses
    }

    /// Whole samples alone: neurons have no memory.
    public func stream() throws -> any ModelStream {
        throw ModelError.noStream(
            model: "a model of the kind '\(Self.kind)'",
            reason: "its neurons have no memory, and take all values of a sample at once")
    }

    // MARK: - What listeners hear

    /// Most probable spikes of hidden layers, and what the moments cost.
    private func tell(
        _ listener: Listener, _ potentials: [(mean: Tensor, variance: Tensor)], count: Int
    ) {
        for (index, layer) in posterior.layers.enumerated() {
            // ω and V take a product each, and a third where inputs are uncertain.
            let products = index == 0 && input.isKnown ? 2 : 3
            listener.hears(
                BayesianPlan.synapsesName(index),
                .operations(
                    OperationCount(
                        multiplyAccumulate: count * layer.inputs * layer.outputs * products)))
            guard index < potentials.count - 1 else { continue }
            let name = plan.neuronsName(index), shape = [1, count, layer.outputs]
            let omega = potentials[index].mean.scalars
            switch layer.activation {
            case .spike:
                listener.hears(
                    name, .spikes(Tensor(spikes: omega.map { $0 > 0 ? 1 : 0 }, shape: shape)))
            case .signedSpike:
                listener.hears(
                    name, .spikes(Tensor(omega.map { $0 > 0 ? 1 : -1 }, shape: shape)))
            case .rectified:
                listener.hears(name, .values(Tensor(omega.map { max($0, 0) }, shape: shape)))
            }
        }
    }

    /// Connections of the first layer take values, the rest spikes.
    public func connectionLoad(of batch: Batch) throws -> ConnectionLoad? {
        let counts = posterior.layers.map { $0.inputs * $0.outputs * batch.count }
        let rest = counts.dropFirst().reduce(0, +)
        return ConnectionLoad(analog: counts[0], spiking: rest, spikingSteps: rest, steps: 1)
    }

    /// Any number, or 0…1 where values are rates.
    public var accepts: AcceptedValues { input.isKnown ? .all : .unit }

    /// In words.
    public var presentation: String {
        switch input {
        case .values: "values at once"
        case .rate(let frames, let draws):
            "the moments of \(frames) frames of \(draws == .bernoulli ? "Bernoulli" : "Poisson") spikes"
        }
    }

    /// A millisecond for each frame: there is no other clock.
    public var duration: Double { 1e-3 * Double(input.frames) }

    /// Nothing is kept.
    public var stateCount: Int { 0 }
}
