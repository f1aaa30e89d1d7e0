import CRanvierKernels
import Foundation
import RanvierTensors

extension Microcircuit {
    /// Lets time pass in a phase.
    mutating func run(_ steps: Int, _ drives: [Double], _ phase: Phase) {
        guard steps > 0 else { return }
        var circuit = rnv_microcircuit_t(), state = rnv_microcircuit_state_t()
        circuit.layers = sizes.count
        circuit.tau = settings.refractorySteps
        circuit.log_tau = log(Double(settings.refractorySteps))
        circuit.window = settings.averaging
        circuit.trace_decay = exp(-1 / Double(settings.refractorySteps))
        circuit.copies = settings.feedback == .copied ? 1 : 0
        var learnsForward = false
        switch phase {
        case .teaching(let learns):
            circuit.apical = settings.apical
            circuit.nudging = settings.nudging
            circuit.interneurons = 1
            learnsForward = learns
        case .free:
            circuit.apical = settings.apical
            circuit.interneurons = 1
        case .aligning:
            circuit.apical = 1
            circuit.backward_rate = settings.feedbackRate
        }
        let rates =
            [Double](repeating: settings.hiddenRate, count: sizes.count - 2) + [settings.outputRate]
        // All numbers that stay, and then those that change, one after the other.
        let parts = [
            rates, drives, biases, teacher.flatMap { $0 }, teacherBiases, forwardPlasticity,
            backwardPlasticity, interneuronGains, interneuronWeights, forward.flatMap { $0 },
            feedback.flatMap { $0 }, means, traces, apicalSums, history,
        ]
        let starts = parts.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1.count) }
        var numbers = parts.flatMap { $0 }
        state.step = UInt64(step)
        let random = random
        sizes.withUnsafeBufferPointer { sizes in
            circuit.sizes = sizes.baseAddress
            let room = rnv_microcircuit_scratch(&circuit)
            var scratch = [Double](repeating: 0, count: room)
            numbers.withUnsafeMutableBufferPointer { all in
                left.withUnsafeMutableBufferPointer { left in
                    guard let base = all.baseAddress else { return }
                    func part(_ index: Int) -> UnsafePointer<Double> {
                        UnsafePointer(base + starts[index])
                    }
                    circuit.forward_rates = learnsForward ? part(0) : nil
                    circuit.input_drives = part(1)
                    circuit.biases = part(2)
                    circuit.teacher = part(3)
                    circuit.teacher_biases = part(4)
                    circuit.forward_plasticity = part(5)
                    circuit.backward_plasticity = part(6)
                    circuit.interneuron_gains = part(7)
                    circuit.interneuron_weights = part(8)
                    state.forward = base + starts[9]
                    state.backward = base + starts[10]
                    state.means = base + starts[11]
                    state.traces = base + starts[12]
                    state.apical_sums = base + starts[13]
                    state.history = base + starts[14]
                    state.left = left.baseAddress
                    rnv_microcircuit_run(
                        &circuit, &state, steps, random.seed, random.stream, &scratch)
                }
            }
        }
        step += steps
        summedSteps += steps
        func take(_ index: Int) -> [Double] { Array(numbers[starts[index]..<starts[index + 1]]) }
        means = take(11)
        traces = take(12)
        apicalSums = take(13)
        history = take(14)
        let up = take(9), down = take(10)
        var first = 0
        for pair in forward.indices {
            forward[pair] = Array(up[first..<first + forward[pair].count])
            first += forward[pair].count
        }
        first = 0
        for pair in feedback.indices {
            feedback[pair] = Array(down[first..<first + feedback[pair].count])
            first += feedback[pair].count
        }
    }
}
