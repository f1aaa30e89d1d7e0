import Foundation
import Ranvier
import RanvierTestSupport
import Testing

@testable import RanvierBayes

/// The method on real data, resumed, stored and refused.
@Suite("Expectation propagation") struct ExpectationPropagationTests {
    @Test func digitsInThreePasses() throws {
        let data = try PosteriorSamples.digits()
        var method = ExpectationPropagation(PosteriorSamples.model(), seed: 1)
        try Course(epochs: 3).run(&method, on: data.training)
        let result: Evaluation = try method.model.evaluate(on: data.test, intervals: false)
        #expect(result.accuracy >= 0.95, "\(result.accuracy)")
        let error = try #require(result.measures["expected-calibration-error"]).value
        #expect(error < 0.1)
        #expect(method.bayesianModel.seen == 3 * data.training.count)
        // Spikes and operations are heard of.
        #expect(result.activity.map(\.name) == ["spike1"])
        #expect(result.activity[0].spikesPerSample > 1 && result.activity[0].spikesPerSample < 99)
        #expect(
            result.operations.multiplyAccumulate
                == data.test.count * (2 * 64 * 100 + 3 * 100 * 10))
        var point = method.bayesianModel
        point.answers = .point
        #expect(try point.evaluate(on: data.test, counts: false, intervals: false).accuracy > 0.93)
    }

    @Test func binaryDigitsInThreePasses() throws {
        let data = try PosteriorSamples.digits()
        var method = ExpectationPropagation(
            PosteriorSamples.model(weights: .binary, activation: .signedSpike), seed: 1)
        try Course(epochs: 3).run(&method, on: data.training)
        let result = try method.model.evaluate(on: data.test, counts: false, intervals: false)
        #expect(result.accuracy >= 0.93, "\(result.accuracy)")
        let weights = method.bayesianModel.pointWeights[0].weights.scalars
        #expect(Set(weights) == [-1, 1])
    }

    /// The stability limit: ten times the gain fails, and the report says so.
    @Test func tooMuchGainIsNamed() throws {
        let data = try PosteriorSamples.digits()
        var rule = VisitRule()
        rule.gain = 10
        var method = ExpectationPropagation(PosteriorSamples.model(), rule: rule, seed: 1)
        do {
            let state = try Course(epochs: 1).run(&method, on: data.training)
            let accuracy = try method.model.evaluate(
                on: data.test, counts: false, intervals: false
            ).accuracy
            #expect(accuracy < 0.7)
            #expect(state.reports[0].warnings.contains { $0.contains("2/λ") })
        } catch let error as BayesError {
            #expect(error.description.contains("2/λ"))
        }
    }

    @Test func resumedIsAsIfNeverStopped() throws {
        let data = try PosteriorSamples.digits(training: 200).training
        var whole = ExpectationPropagation(PosteriorSamples.model(hidden: 20), seed: 5)
        try Course(epochs: 3).run(&whole, on: data)
        var first = ExpectationPropagation(PosteriorSamples.model(hidden: 20), seed: 5)
        let state = try Course(epochs: 1).run(&first, on: data)
        var second = ExpectationPropagation(PosteriorSamples.model(hidden: 20, seed: 99), seed: 5)
        try second.goOn(from: first.model.parameters, after: state.reports)
        try Course(epochs: 3).run(&second, on: data, from: state)
        #expect(
            whole.model.parameters.mapValues(\.scalars)
                == second.model.parameters.mapValues(\.scalars))
        #expect(whole.state.steps == second.state.steps)
        #expect(second.bayesianModel.seen == 600)
        var broken = state
        broken.reports[0].posteriorShares = [1]
        #expect(throws: TrainingStateError.self) {
            try Course(epochs: 3).restore(broken, into: &second)
        }
    }

    @Test func storedModelsAnswerAlike() throws {
        let data = try PosteriorSamples.digits(training: 100)
        for (weights, activation) in [
            (WeightFamily.gaussian, HiddenActivation.spike), (.ternary(), .signedSpike),
            (.categorical(support: [-1, 0.5], logPrior: [0, 1]), .rectified),
        ] {
            var method = ExpectationPropagation(
                PosteriorSamples.model(hidden: 8, weights: weights, activation: activation))
            try Course(epochs: 1).run(&method, on: data.training)
            let folder = try TemporaryFolder()
            try method.model.save(to: folder.url, method: "expectation-propagation")
            let stored = try #require(
                try Model.load(folder.url, registry: .standard) as? BayesianModel)
            let part = data.test.prefix(7)
            #expect(
                try stored.answers(to: part).answers == method.model.answers(to: part).answers)
            #expect(stored.seen == 100 && stored.plan == method.bayesianModel.plan)
            // A damaged posterior is refused.
            var parameters = stored.parameters
            parameters["linear1.precision"] = Tensor(repeating: -1, shape: [64, 8])
            var copy = stored
            #expect(throws: NetworkError.self) { try copy.restore(parameters) }
            parameters["linear1.precision"] = nil
            #expect(throws: NetworkError.self) { try copy.restore(parameters) }
        }
    }

    @Test func batchesGrow() {
        let ramp = BatchRamp()
        #expect(ramp.size(limit: 128, seen: 0) == 16)
        #expect(ramp.size(limit: 128, seen: 500) == 50)
        #expect(ramp.size(limit: 128, seen: 1_000_000) == 128)
        #expect(ramp.size(limit: 8, seen: 0) == 8)
    }

    /// A line with a step, two groups of points: less is known between them than at them.
    @Test func valuesHaveDeviationsThatKnowGaps() throws {
        let stream = RandomStream(seed: 6, name: "points")
        let places = stream.uniform(count: 120), noise = stream.substream(1).normal(count: 120)
        let x = places.map { $0 < 0.5 ? -1 + 1.4 * $0 : 0.3 + 1.4 * ($0 - 0.5) }
        let y = zip(x, noise).map { sin(4 * $0) + $0 / 2 + 0.1 * $1 }
        let data = try Dataset(
            name: "gap", values: x, featureShape: [1],
            targets: .values(y, names: ["y"], units: [""]))
        var hidden = BayesianSynapses(), output = BayesianSynapses()
        hidden.outputs = 50
        hidden.priorSpread = 5
        hidden.priorVariance = 1
        hidden.biases = .covering
        output.priorSpread = 0
        output.priorVariance = 4
        var neurons = BayesianNeurons()
        neurons.noise = 0
        let plan = BayesianPlan(
            synapses: [hidden, output], activations: [.spike], neurons: [neurons])
        let task = try #require(Regression(of: data))
        let model = BayesianModel(
            plan: plan,
            posterior: plan.posterior(
                inputs: 1, output: .gaussian, noise: 0.02, isExact: true, seed: 2),
            outputNoise: 0.02, signature: ModelSignature(inputShape: [1], task: task))
        var rule = VisitRule()
        (rule.batchSize, rule.memory, rule.messages) = (1, 3, .exact)
        var method = ExpectationPropagation(model, rule: rule, seed: 3)
        try Course(epochs: 8).run(&method, on: data)
        let responses = try method.model.answers(to: data)
        let deviations = try #require(responses.deviations)
        let inside = zip(zip(responses.answers, deviations), y).count {
            abs($0.0[0] - $1) <= 2 * $0.1[0]
        }
        #expect(Double(inside) / 120 >= 0.93)
        let noisePart = 0.02 * Float(task.scale[0] * task.scale[0])
        func spread(_ places: [Float]) throws -> Float {
            let part = try Dataset(
                name: "places", values: places, featureShape: [1],
                targets: .none(count: places.count))
            let all = try #require(try method.model.answers(to: part).deviations)
            let own = all.map { max($0[0] * $0[0] - noisePart, 0).squareRoot() }
            return own.reduce(0, +) / Float(own.count)
        }
        let gap = try spread([-0.2, -0.1, 0, 0.1, 0.2])
        let known = try spread([-0.9, -0.7, -0.5, 0.5, 0.7, 0.9])
        #expect(gap > 1.3 * known, "\(gap) in the gap, \(known) at the points")
    }
}

extension ExpectationPropagationTests {
    /// The means of inputs are frozen with the first samples and stored with the model.
    @Test func inputsAreCentred() throws {
        let data = try Digits().train.prefix(50)
        let plan = PosteriorSamples.plan(sizes: [64, 8, 10])
        let model = BayesianModel(
            plan: plan,
            posterior: plan.posterior(
                inputs: 64, output: .argmax, noise: 0.1, isExact: false, seed: 1),
            input: .values(isCentred: true), outputNoise: 0.1,
            signature: ModelSignature(inputShape: [64], classes: 10))
        var method = ExpectationPropagation(model)
        try Course(epochs: 1).run(&method, on: data)
        let centre = try #require(method.bayesianModel.centre).scalars
        let mean = data.values.enumerated().reduce(Float(0)) {
            $1.offset % 64 == 20 ? $0 + $1.element / 50 : $0
        }
        #expect(abs(centre[20] - mean) < 1e-5 && mean > 0.1)
        let folder = try TemporaryFolder()
        try method.model.save(to: folder.url)
        let stored = try Model.load(folder.url, registry: .standard)
        #expect(try stored.answers(to: data).answers == method.model.answers(to: data).answers)
        // Other samples later do not move it.
        var second = ExpectationPropagation(method.bayesianModel)
        try Course(epochs: 1).run(&second, on: try Digits().test.prefix(20))
        #expect(second.bayesianModel.centre?.scalars == centre)
    }

    @Test func theWorkloadLearns() {
        let workload = ExpectationPropagationWorkload(batch: 8, batches: 2)
        let first = workload.pass()
        #expect(first.isFinite && workload.pass() < first)
        #expect(workload.multiplyAdds == 16 * (4 * 156_800 + 7 * 2000))
    }
}
