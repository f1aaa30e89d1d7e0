import Foundation

/// Sampling neurons step by step in double precision, driven by uniform numbers that are handed in: the definition that the fast
/// engine is held against, and the way for potentials that are no rectangles.
///
/// Time for a step grows with the number of synapses.
public struct SamplingSimulation: Sendable {
    /// The network.
    public let network: SamplingNetwork
    /// What a spike does over time.
    public let shape: PostsynapticPotential
    /// Steps that have passed.
    public private(set) var steps = 0
    /// u of all neurons in the last step, population after population.
    public private(set) var potentials: [Double]
    /// Probabilities to fire in the last step, of silent neurons as if they might.
    public private(set) var probabilities: [Double]

    private let periods: [Int]
    private let bias: [Double]
    private let starts: [Int]
    private let retained: Int
    /// Steps of past spikes of each neuron, in order.
    private var past: [[Int]]

    /// Neurons that have never fired.
    public init(_ network: SamplingNetwork, shape: PostsynapticPotential = .rectangular) {
        self.network = network
        self.shape = shape
        periods = network.populations.flatMap(\.periods)
        bias = network.populations.flatMap(\.bias)
        starts = network.populations.reduce(into: [0]) { $0.append(($0.last ?? 0) + $1.count) }
        let shortest = periods.min() ?? 1
        retained =
            PostsynapticPotential.retainedSpikes + network.longestDelay / (shortest + 1)
        past = [[Int]](repeating: [], count: bias.count)
        potentials = bias
        probabilities = bias
    }

    /// Whether each neuron is in its period after a spike, now.
    public var states: [Bool] {
        past.indices.map { neuron in
            past[neuron].last.map { steps - $0 <= periods[neuron] } ?? false
        }
    }

    /// One step.
    ///
    /// - Parameter uniforms: a number in [0, 1) for each neuron.
    /// - Returns: the neurons that fire.
    public mutating func step(_ uniforms: [Double]) -> [Int] {
        potentials = bias
        for block in network.synapses { add(block) }
        var spikes: [Int] = []
        let states = states
        for neuron in bias.indices {
            let x = log(Double(periods[neuron])) - potentials[neuron]
            probabilities[neuron] = 1 / (1 + exp(x))
            if !states[neuron], uniforms[neuron] < probabilities[neuron] { spikes.append(neuron) }
        }
        for neuron in spikes {
            past[neuron].append(steps)
            if past[neuron].count > retained { past[neuron].removeFirst() }
        }
        steps += 1
        return spikes
    }

    private mutating func add(_ block: SamplingNetwork.Synapses) {
        let from = starts[block.source], to = starts[block.target]
        let targets = network.populations[block.target].count
        for source in 0..<network.populations[block.source].count {
            let spikes = past[from + source], period = periods[from + source]
            guard !spikes.isEmpty else { continue }
            func heard(_ delay: Int) -> Double {
                spikes.reduce(0) {
                    $0 + shape.value(after: steps - delay - $1, period: period)
                }
            }
            let row = source * targets
            if let delays = block.delays {
                for target in 0..<targets {
                    potentials[to + target] +=
                        block.weights[row + target] * heard(delays[row + target])
                }
            } else {
                let value = heard(0)
                guard value != 0 else { continue }
                for target in 0..<targets {
                    potentials[to + target] += block.weights[row + target] * value
                }
            }
        }
    }
}
