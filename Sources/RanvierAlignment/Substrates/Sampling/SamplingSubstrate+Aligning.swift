import Foundation
import RanvierConfiguration
import RanvierTensors

extension SamplingSubstrate {
    /// One update with the steps of the schedule.
    public func align(
        _ stack: inout [FeedbackLayer], update: Int, seed: UInt64
    ) throws -> [String: ConfigurationValue] {
        let pairStep = normalization.pairStep(
            schedule[update], refractoryPeriod: Double(tau), replicas: replicas, steps: steps)
        return try align(
            &stack, update: update, seed: seed,
            pairSteps: [Double](repeating: pairStep, count: stack.count))
    }

    /// One update with a pair step for each layer.
    func align(
        _ stack: inout [FeedbackLayer], update: Int, seed: UInt64, pairSteps: [Double]
    ) throws -> [String: ConfigurationValue] {
        guard !stack.isEmpty else { return [:] }
        let device = SamplingDevice(imperfections: imperfections, seed: seed)
        var network = device.network(of: stack, tau: tau)
        let random = RandomStream(seed: seed, name: "sampling").substream(update)
        if homeostasis { network = try adapted(network, random: random.substream(-1)) }
        let record = try run(network, random: random, layers: stack.count)
        for index in stack.indices {
            let change = record.change(ofLayer: index, in: network).map { pairSteps[index] * $0 }
            guard change.allSatisfy(\.isFinite) else {
                throw AlignmentError.nonFinite(
                    what: "the feedback to '\(stack[index].name)'",
                    advice: "take a smaller 'step'")
            }
            stack[index].feedback = device.changed(
                stack[index], index, by: change, update: update)
        }
        return told(record, network)
    }

    /// Runs all replicas and correlates neighbours.
    func run(
        _ network: SamplingNetwork, random: RandomStream, layers: Int
    ) throws(AlignmentError) -> SamplingRecord {
        var request = SamplingEngine.Request(kernel: kernel)
        request.pairs = (0..<layers).flatMap {
            [
                SamplingEngine.Request.Pair(spiking: $0, traced: $0 + 1),
                .init(spiking: $0 + 1, traced: $0),
            ]
        }
        guard potential == .rectangular else {
            return try plainRun(network, random: random, request)
        }
        return try SamplingEngine(network).run(
            replicas: replicas, warmup: warmupSteps, steps: steps, random: random, for: request)
    }

    /// The same with other potentials, in double precision.
    private func plainRun(
        _ network: SamplingNetwork, random: RandomStream, _ request: SamplingEngine.Request
    ) throws(AlignmentError) -> SamplingRecord {
        let groups = SamplingOutcomes(replicas)
        let warmup = warmupSteps, steps = steps, potential = potential
        Parallel.forEach(parts: replicas) { replica in
            var simulation = SamplingSimulation(network, shape: potential)
            groups.set(
                replica,
                simulation.outcome(
                    random: random.substream(replica), warmup: warmup, steps: steps, request))
        }
        return groups.sum(replicas: replicas, steps: steps)
    }

    /// Biases that keep neurons between silence and saturation, found in short runs; those of the trained network stay as they are.
    func adapted(
        _ network: SamplingNetwork, random: RandomStream
    ) throws(AlignmentError) -> SamplingNetwork {
        var network = network
        let inside = 0.1...0.9
        for round in 0..<8 {
            let record = try SamplingEngine(network).run(
                replicas: 8, warmup: 5 * tau, steps: 50 * tau, random: random.substream(round),
                for: .init(kernel: kernel))
            var isDone = true
            for (index, own) in record.occupancies(of: network).enumerated() {
                for (neuron, occupancy) in own.enumerated() where !inside.contains(occupancy) {
                    isDone = false
                    let aim = min(max(occupancy, 0.25), 0.75)
                    let seen = min(max(occupancy, 1e-3), 0.999)
                    network.populations[index].bias[neuron] +=
                        log(aim / (1 - aim)) - log(seen / (1 - seen))
                }
            }
            if isDone { break }
        }
        return network
    }

    /// Occupancies, and who is silent or never silent.
    private func told(
        _ record: SamplingRecord, _ network: SamplingNetwork
    ) -> [String: ConfigurationValue] {
        let occupancies = record.occupancies(of: network)
        let all = occupancies.flatMap { $0 }
        var notes: [String] = []
        for (population, own) in zip(network.populations, occupancies) {
            func tell(_ what: String, _ which: (Double) -> Bool) {
                let found = own.indices.filter { which(own[$0]) }
                guard !found.isEmpty else { return }
                let named = found.prefix(8).map(String.init).joined(separator: ", ")
                let rest = found.count > 8 ? " and \(found.count - 8) more" : ""
                notes.append(
                    "alignment: \(what) neurons of \(population.name): \(named)\(rest); their "
                        + "weights find little (set 'homeostasis: true')")
            }
            tell("silent", { $0 < 0.01 })
            tell("saturated", { $0 > 0.97 })
        }
        var told: [String: ConfigurationValue] = [
            "occupancy-lowest": .float(all.min() ?? 0),
            "occupancy-highest": .float(all.max() ?? 0),
        ]
        if !notes.isEmpty { told["notes"] = .list(notes.map { .string($0) }) }
        return told
    }
}

extension SamplingRecord {
    /// `Σ K` of the feedback synapses of a layer, `[lower, upper]`, where neighbours were asked for in order: pairs in which the lower
    /// neuron, their target, fires first raise them.
    func change(ofLayer layer: Int, in network: SamplingNetwork) -> [Double] {
        let lower = network.populations[layer].count, upper = network.populations[layer + 1].count
        let atLower = sums[2 * layer], atUpper = sums[2 * layer + 1]
        var change = [Double](repeating: 0, count: lower * upper)
        for a in 0..<lower {
            for b in 0..<upper {
                change[a * upper + b] = atUpper[b * lower + a] - atLower[a * upper + b]
            }
        }
        return change
    }
}

extension SamplingSimulation {
    /// Runs on numbers of a stream, as a replica of the engine does.
    mutating func outcome(
        random: RandomStream, warmup: Int, steps count: Int, _ request: SamplingEngine.Request
    ) -> SamplingOutcome {
        let neurons = network.count, sizes = network.populations.map(\.count)
        let starts = sizes.reduce(into: [0]) { $0.append(($0.last ?? 0) + $1) }
        var traces = SpikeTraces(of: neurons, kernel: request.kernel)
        var counts = [Int](repeating: 0, count: neurons)
        for step in 0..<warmup + count {
            let uniforms = random.uniform(count: neurons, from: step * neurons).map(Double.init)
            let spikes = self.step(uniforms)
            guard step >= warmup else { continue }
            traces.advance(spikes)
            for neuron in spikes { counts[neuron] += 1 }
        }
        let sums = request.pairs.map { pair in
            (0..<sizes[pair.spiking]).flatMap { i in
                (0..<sizes[pair.traced]).map { j in
                    traces.sums[(starts[pair.spiking] + i) * neurons + starts[pair.traced] + j]
                }
            }
        }
        return SamplingOutcome(
            sums: sums, counts: counts, sizes: sizes, states: [], coincidences: [], spikes: [])
    }
}
