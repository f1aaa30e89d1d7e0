import Foundation
import RanvierExact
import RanvierNetworks

/// Sweeps random directions through trained networks of several kinds and counts jumps of spike times.
///
/// All networks have 16 inputs that spike once, 8 hidden neurons and 3 outputs, and are trained to let
/// the first output fire first: QIF, theta and LIF networks by exact gradients, a clocked LIF network by
/// surrogate gradients. A sweep moves all weights along a random direction of unit length.
package struct ContinuityAnalysis: Sendable {
    /// Number of sweeps for each kind of network.
    package var sweeps = 100
    /// Seed of networks and directions.
    package var seed: UInt64 = 1
    /// Grid points of a sweep.
    package var positions = 201

    package init() {}

    /// How far a sweep goes to either side.
    package let reach = 8.0
    /// Smallest jump that counts, in time constants; below the step of the clocked network.
    package let jumpSize = 1e-3
    /// Smallest jump of a slope that counts as a kink, in time constants per unit of distance.
    package let kinkSize = 0.05
    /// End of the trial, in time constants.
    package let trial = 4.0
    /// Sizes of the networks.
    package let inputs = 16, hidden = 8, outputs = 3
    /// Steps of training.
    package let trainingSteps = 100
    /// Weights of the QIF and LIF networks before training.
    package let weights = -3.0...6.0

    /// Directions are spread over this many networks.
    private var networkCount: Int { min(10, sweeps) }

    /// Runs all sweeps; `advance` hears of progress and may throw to stop.
    package func run(advance: (Double, String) throws -> Void) throws -> [ContinuityTally] {
        let names = ["QIF", "theta", "LIF", "clocked LIF"]
        func told(_ index: Int, _ sweep: Int) throws {
            try advance(
                (Double(index) + Double(sweep) / Double(sweeps)) / Double(names.count),
                "continuity, \(names[index]): sweep \(sweep) of \(sweeps)")
        }
        return [
            try exact(names[0], try QIFNeuron(), QIFState(), weights) { try told(0, $0) },
            try exact(names[1], try ThetaNeuron(), 3, -1...2) { try told(1, $0) },
            try exact(names[2], try LIFNeuron(), LIFState(), weights) { try told(2, $0) },
            try clocked(names[3]) { try told(3, $0) },
        ]
    }

    // MARK: - Networks with exact gradients

    private func exact<Neuron>(
        _ name: String, _ neuron: Neuron, _ state: Neuron.State, _ weights: ClosedRange<Double>,
        advance: (Int) throws -> Void
    ) throws -> ContinuityTally where Neuron: PseudospikingNeuron {
        var tally = ContinuityTally(model: name, training: "exact gradient")
        for network in 0..<networkCount {
            let study = try trained(
                try SweptNetwork(
                    neuron, initialState: state, inputs: inputs, hidden: hidden, outputs: outputs,
                    weights: weights, trial: trial, seed: seed &+ UInt64(network)))
            for direction in directions(ofNetwork: network) {
                try advance(tally.sweeps)
                let sweep = try DirectionSweep(
                    over: -reach...reach, count: positions, jumpsAbove: jumpSize,
                    kinksAbove: kinkSize
                ) { (distance: Double) throws(ExactError) in
                    try study.times(along: direction, at: distance)
                }
                var steepest = 0.0
                // Where a spike vanishes the slope grows without bound, between grid points.
                for jump in sweep.jumps {
                    for side in [-1e-6, 1e-6] {
                        let slope = try slope(
                            study, of: jump.output, along: direction, at: jump.position + side)
                        steepest = max(steepest, abs(slope))
                    }
                }
                tally.add(sweep, slopeBesideJumps: steepest)
            }
        }
        return tally
    }

    /// Exact derivative of an output's first spike by the distance along a direction.
    private func slope<Neuron>(
        _ study: SweptNetwork<Neuron>, of output: Int, along direction: [Double],
        at distance: Double
    ) throws(ExactError) -> Double {
        var moved = study.network
        for k in direction.indices {
            try moved.setWeight(moved.synapses[k].weight + distance * direction[k], of: k)
        }
        let outcome = try moved.valueAndGradient(
            of: FirstSpikeTime(neuron: study.requests[output].neuron), from: study.initialStates,
            inputs: study.inputs, trial: study.trial)
        return zip(outcome.gradient.weights, direction).reduce(0) { $0 + $1.0 * $1.1 }
    }

    private func trained<Neuron>(
        _ study: SweptNetwork<Neuron>
    ) throws(ExactError) -> SweptNetwork<Neuron> {
        let first = study.requests[0].neuron
        var problem = EventProblem(
            study.network, from: study.initialStates, inputs: study.inputs, trial: study.trial,
            loss: try FirstSpikeLoss(outputs: first..<first + study.requests.count, label: 0))
        problem.trained.weights = Array(study.network.synapses.indices)
        let optimizer = try FlatAdaBelief(
            parameterCount: problem.trained.weights.count, learningRate: 0.01)
        var trainer = EventTrainer(
            problem, rule: .adaBelief(optimizer, .exponential(decay: .infinity)))
        for _ in 0..<trainingSteps { try trainer.step() }
        return SweptNetwork(
            trainer.problem.network, from: study.initialStates, inputs: study.inputs,
            requests: study.requests, trial: study.trial)
    }

    /// Directions of unit length: the same for all kinds of network.
    private func directions(ofNetwork network: Int) -> [[Double]] {
        let count = sweeps / networkCount + (network < sweeps % networkCount ? 1 : 0)
        var random = SplitMix64(seed: seed &* 0x9E37_79B9 &+ UInt64(network) &+ 1)
        return (0..<count).map { _ in
            let direction = (0..<inputs * hidden + hidden * outputs).map { _ in
                random.nextNormal()
            }
            let norm = direction.reduce(0) { $0 + $1 * $1 }.squareRoot()
            return direction.map { $0 / norm }
        }
    }

    // MARK: - The clocked network

    private func clocked(
        _ name: String, advance: (Int) throws -> Void
    ) throws -> ContinuityTally {
        var tally = ContinuityTally(model: name, training: "surrogate gradient")
        let grid = (0..<positions).map {
            -reach + 2 * reach * Double($0) / Double(positions - 1)
        }
        for network in 0..<networkCount {
            // Starts from the weights and inputs of the event-driven LIF network.
            let start = try SweptNetwork(
                try LIFNeuron(), initialState: LIFState(), inputs: inputs, hidden: hidden,
                outputs: outputs, weights: weights, trial: trial, seed: seed &+ UInt64(network))
            let clocked = try ClockedTwin(of: start, inputs: inputs, hidden: hidden)
            clocked.train(steps: trainingSteps)
            for direction in directions(ofNetwork: network) {
                try advance(tally.sweeps)
                let values = grid.map { clocked.times(along: direction, at: $0) }
                tally.add(steps: values, at: grid, jumpsAbove: jumpSize)
            }
        }
        return tally
    }
}
