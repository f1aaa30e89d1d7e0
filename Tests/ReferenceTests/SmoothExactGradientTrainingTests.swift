import Foundation
import RanvierExact
import RanvierLearning
import RanvierNetworks
import RanvierStudies
import Testing

/// Sweeps and published training runs against the reference vectors.
@Suite struct SmoothExactGradientTrainingTests {
    private func sweep<Neuron: PseudospikingNeuron>(
        _ model: ContinuityFile.Model, _ neuron: Neuron, _ rest: Neuron.State, tolerance: Double
    ) throws {
        func check(
            weights: [Double], times: [Double], expected: Double?, slope: Double?,
            slopeOf: (EventGradient) -> Double, _ name: String
        ) throws {
            let network = try EventGraph(neuron, weights: [[0]], inputWeights: [weights])
            let inputs = times.enumerated().map { InputSpike(time: $1, input: $0) }
            let record = try network.simulate(from: [rest], inputs: inputs, trial: model.T)
            let spike = record.events.firstIndex { !$0.isInput }
            #expect(
                (spike == nil) == (expected == nil),
                "\(name): spike \(String(describing: expected))")
            #expect((slope == nil) == (expected == nil), "\(name): derivative of no spike")
            guard let spike, let expected else { return }
            #expect(abs(record.events[spike].time - expected) < tolerance, "\(name)")
            guard let slope else { return }
            var adjoints = [Double](repeating: 0, count: record.events.count)
            adjoints[spike] = 1
            let gradient = record.gradient(eventTimes: adjoints, finalStates: [.zero])
            #expect(
                abs(slopeOf(gradient) - slope) < tolerance * max(1, abs(slope * slope)),
                "derivative at \(name)")
        }
        let weightSweep = model.weight_sweep
        // Where time has no end, the neuron fires once the weight is larger than this.
        for (factor, fires) in [(1 - 1e-6, false), (1 + 1e-6, true)] {
            let network = try EventGraph(
                neuron, weights: [[0]], inputWeights: [[factor * model.w_min]])
            let record = try network.simulate(
                from: [rest], inputs: [InputSpike(time: weightSweep.input_time, input: 0)],
                trial: 1e3)
            #expect(record.events.contains { !$0.isInput } == fires, "weight \(factor) w_min")
        }
        for (k, w) in weightSweep.w.enumerated() {
            try check(
                weights: [w], times: [weightSweep.input_time], expected: weightSweep.t_spike[k],
                slope: weightSweep.dt_dw[k], slopeOf: { $0.weights[0] }, "weight \(w)")
        }
        let timeSweep = model.inhibition_time_sweep
        for (k, t) in timeSweep.t_inh.enumerated() {
            try check(
                weights: [timeSweep.w_exc, timeSweep.w_inh], times: [timeSweep.t_exc, t],
                expected: timeSweep.t_spike[k], slope: timeSweep.dt_dt_inh[k],
                slopeOf: { $0.inputTimes[1] }, "inhibition at \(t)")
        }
    }

    @Test(.reference(.continuitySweeps))
    func continuitySweeps() throws {
        let file = try ReferenceFile.continuitySweeps.decoded(as: ContinuityFile.self)
        try sweep(file.qif, try QIFNeuron(), QIFState(), tolerance: 1e-6)
        try sweep(file.lif, try LIFNeuron(), LIFState(), tolerance: 1e-8)
    }

    @Test(.reference(.singleNeuronTraining))
    func singleNeuronTraining() throws {
        let file = try ReferenceFile.singleNeuronTraining.decoded(as: SingleNeuronFile.self)
        var task = try SingleNeuronTask(
            neuron: try QIFNeuron(timeConstant: file.tau, softplusScale: file.alpha),
            fixedTimes: file.fixed_input_time, fixedWeights: file.fixed_input_weight,
            trainedTimes: file.initial_trainable.time,
            trainedWeights: file.initial_trainable.weight, targets: file.targets, trial: file.T)
        task.steps = file.steps
        #expect(file.reset_eps <= 1e-6, "what the tolerances allow for")
        #expect(file.loss.count == file.steps / file.record_every)
        task.descent = try ClippedDescent(
            learningRate: file.learning_rate, clip: file.gradient_clip)
        let trained = file.initial_trainable.time.count
        var last = Double.infinity
        _ = try task.train { step, outcome, parameters in
            last = outcome.loss
            let row = step / file.record_every
            guard step % file.record_every == 0, row < file.loss.count else { return }
            // The reference clamps V at 1e6, which moves spikes by about 1e-6.
            #expect(abs(outcome.loss - file.loss[row]) < 1e-3 * max(file.loss[row], 1e-2))
            let times = file.t_out[row]
            #expect(zip(outcome.times, times).allSatisfy { abs($0 - $1) < 1e-3 })
            let expected = file.parameters_weight_then_time[row].flatMap { $0 }
            #expect(zip(parameters, expected).allSatisfy { abs($0 - $1) < 1e-3 })
            let error = SmoothExactGradientVectors.relativeError(
                Array(
                    outcome.gradient.weights.suffix(trained)
                        + outcome.gradient.inputTimes.suffix(trained)),
                file.gradient_weight_then_time[row].flatMap { $0 }, floor: file.gradient_clip)
            #expect(error < 1e-3, "gradient of step \(step)")
        }
        let expectedEnd = try #require(file.loss.last)
        #expect(last < max(2 * expectedEnd, 1e-15))
    }

    @Test(.reference(.recurrentTraining))
    func recurrentTrainingStart() throws {
        let file = try ReferenceFile.recurrentTraining.decoded(as: RecurrentTrainingFile.self)
        #expect(file.targets_last_is_extra.count == file.n_targets)
        #expect(file.reset_eps <= 1e-6, "what the tolerances allow for")
        for (belief, expected) in [
            (AdaBelief.Belief.newMean, file.loss_belief_uses_new_mean),
            (.previousMean, file.loss_belief_uses_previous_mean),
        ] {
            #expect(expected.count == file.steps / file.record_every + 1)
            var task = try task(file)
            task.steps = min(51, file.steps)
            var exact: [Double] = []
            _ = try task.train(belief: belief) { exact.append($1.loss) }
            let optimizer = try FlatAdaBelief(
                parameterCount: task.problem.parameters.count, learningRate: file.lr,
                belief: belief)
            var trainer = EventTrainer(
                try clamped(task.problem, file), rule: .adaBelief(optimizer, task.schedule))
            for (step, loss) in exact.enumerated() {
                let clamped = try trainer.step().loss
                let row = step / file.record_every
                guard step % file.record_every == 0, row < expected.count else { continue }
                let errors = [loss, clamped].map { abs($0 - expected[row]) / expected[row] }
                // The reference's clamp moves spikes by 1e-6, and training makes that grow.
                if step <= 10 { #expect(errors[0] < 1e-3, "step \(step)") }
                #expect(min(errors[0], errors[1]) < 1e-4, "step \(step), \(belief)")
            }
        }
    }

    /// The problem with the reference's clamp.
    private func clamped(
        _ exact: EventProblem<QIFNeuron, SpikeTrainLoss>, _ file: RecurrentTrainingFile
    ) throws -> EventProblem<ClampedQIF, SpikeTrainLoss> {
        let network = exact.network
        var problem = EventProblem(
            try EventGraph(
                ClampedQIF(network.neuron, epsilon: file.reset_eps),
                neuronCount: network.neuronCount, inputCount: network.inputCount,
                synapses: network.synapses),
            from: exact.initialStates, inputs: exact.inputs, trial: exact.trial, loss: exact.loss)
        problem.trained.weights = exact.trained.weights
        problem.trained.initialStates = exact.trained.initialStates
        return problem
    }

    /// The trained network of the reference, started from its stored weights, spikes as stored.
    @Test(.reference(.recurrentTraining))
    func recurrentTrainingEnd() throws {
        let file = try ReferenceFile.recurrentTraining.decoded(as: RecurrentTrainingFile.self)
        var problem = try task(file).problem
        var parameters = file.final_W_new_mean_without_diagonal.flatMap { $0 }
        for i in 0..<file.N {
            parameters += [file.final_x0_new_mean[0][i], file.final_x0_new_mean[1][i]]
        }
        try problem.setParameters(parameters)
        let times = try problem.outcome().times
        let clampedTimes = try clamped(problem, file).outcome().times
        let expected = file.final_t_out_new_mean.flatMap { $0 }
        let errors = [times, clampedTimes].map { found in
            found.count == expected.count
                ? zip(found, expected).reduce(0) { max($0, abs($1.0 - $1.1)) } : .infinity
        }
        #expect(errors[0] < 1e-2)
        #expect(min(errors[0], errors[1]) < 1e-4)
        // The last losses are those of the stored spikes.
        for (losses, times) in [
            (file.loss_belief_uses_new_mean, file.final_t_out_new_mean),
            (file.loss_belief_uses_previous_mean, file.final_t_out_previous_mean),
        ] {
            let loss = problem.loss.evaluate(times.flatMap { $0 }, trial: file.T).value
            let last = try #require(losses.last)
            #expect(abs(loss - last) < 1e-9 * last, "\(loss), expected \(last)")
        }
    }

    private func task(_ file: RecurrentTrainingFile) throws -> RecurrentTask {
        var task = try RecurrentTask(
            neuron: try QIFNeuron(timeConstant: file.tau, softplusScale: file.alpha),
            neurons: file.N,
            inputs: zip(file.input_time, file.input_index).map { InputSpike(time: $0, input: $1) },
            targets: file.targets_last_is_extra, excitation: file.w_exc, inhibition: file.w_inh,
            trial: file.T)
        task.learningRate = file.lr
        task.schedule = .exponential(decay: file.lr_decay_steps)
        return task
    }
}
