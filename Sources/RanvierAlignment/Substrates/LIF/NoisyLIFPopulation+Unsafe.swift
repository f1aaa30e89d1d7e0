import CRanvierKernels
import Foundation
import RanvierTensors

extension NoisyLIFPopulation {
    /// Lets time pass with listed noise and probes, by the kernel.
    ///
    /// - Parameters:
    ///   - noise: `[steps, neurons]`.
    ///   - probes: signs at the end of each step, `[steps, neurons]`; nil for none.
    /// - Returns: whether each neuron fired in each step, `[steps, neurons]`.
    @discardableResult
    public mutating func advance(noise: [Double], probes: [Double]? = nil) -> [Bool] {
        let steps = noise.count / count
        precondition(noise.count == steps * count, "noise comes in whole steps")
        precondition(probes.map { $0.count == noise.count } ?? true, "as many probes as noise")
        var fired = [UInt8](repeating: 0, count: noise.count)
        withKernel { population, state in
            if let probes {
                rnv_noisy_lif_advance(population, state, steps, noise, probes, &fired)
            } else {
                rnv_noisy_lif_advance(population, state, steps, noise, nil, &fired)
            }
        }
        step += steps
        return fired.map { $0 != 0 }
    }

    /// Lets time pass with the population's own noise and probes. Cost: steps times neurons, and spikes times their synapses.
    public mutating func advance(steps: Int) {
        var words = [UInt32](repeating: 0, count: 2 * max(count, 4096))
        let noise = noise, probes = probes
        withKernel { population, state in
            rnv_noisy_lif_run(
                population, state, steps, noise.seed, noise.stream, probes.stream, &words)
        }
        step += steps
    }

    /// Numbers of the parameters in the order of the kernel; fillers never fire.
    private var kernelParameters: [Double] {
        func filled(_ values: [Double], _ filler: Double) -> [Double] {
            values + Array(repeating: filler, count: stride - count)
        }
        return filled(parameters.synapticDecays(timeStep), 0)
            + filled(parameters.leaks(timeStep), 0)
            + filled(parameters.noisePerStep(timeStep), 0)
            + filled(parameters.thresholds, .infinity)
            + filled(parameters.drives, 0) + filled(parameters.gains, 0)
    }

    /// Calls `body` with the population as the kernel knows it. Its numbers lie one after the other in one list meanwhile.
    private mutating func withKernel(
        _ body: (
            UnsafePointer<rnv_noisy_lif_t>, UnsafeMutablePointer<rnv_noisy_lif_state_t>
        ) -> Void
    ) {
        let parts = [
            kernelParameters, forward, backward, rows, arrivals, after, before,
            Array(repeating: 0, count: 2 * stride),
        ]
        let starts = parts.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1.count) }
        var numbers = parts.flatMap { $0 }
        var list = [UInt32](repeating: 0, count: count)
        var population = rnv_noisy_lif_t(), state = rnv_noisy_lif_state_t()
        population.layers = sizes.count
        population.neurons = count
        population.stride = stride
        population.slots = slots
        population.reset = resetPotential
        population.refractory = Double(refractorySteps)
        traces.describe(to: &population, timeStep: timeStep)
        state.step = UInt64(step)
        let late = forwardDelays + backwardDelays, isLate = !late.isEmpty
        numbers.withUnsafeMutableBufferPointer { all in
            sizes.withUnsafeBufferPointer { sizes in
                late.withUnsafeBufferPointer { late in
                    list.withUnsafeMutableBufferPointer { list in
                        guard let base = all.baseAddress else { return }
                        population.sizes = sizes.baseAddress
                        population.parameters = UnsafePointer(base)
                        population.forward = UnsafePointer(base + starts[1])
                        population.backward = UnsafePointer(base + starts[2])
                        population.forward_delay = isLate ? late.baseAddress : nil
                        population.backward_delay =
                            isLate ? late.baseAddress.map { $0 + forwardDelays.count } : nil
                        state.rows = base + starts[3]
                        state.arrivals = base + starts[4]
                        state.after = base + starts[5]
                        state.before = base + starts[6]
                        state.numbers = base + starts[7]
                        state.list = list.baseAddress
                        body(&population, &state)
                    }
                }
            }
        }
        rows = Array(numbers[starts[3]..<starts[4]])
        arrivals = Array(numbers[starts[4]..<starts[5]])
        after = Array(numbers[starts[5]..<starts[6]])
        before = Array(numbers[starts[6]..<starts[7]])
    }
}

extension LIFTraces {
    fileprivate func describe(to population: inout rnv_noisy_lif_t, timeStep: Double) {
        population.trace_decay = exp(-timeStep / pairing)
        population.response_decay = exp(-timeStep / response)
        population.slow_decay = exp(-timeStep / slow)
        population.fast_decay = exp(-timeStep / fast)
        population.unit = filterUnit(timeStep)
        population.measures = measuresScale ? 1 : 0
        population.probe_probability = probeProbability
        population.probe_weight = probeWeight
    }
}
