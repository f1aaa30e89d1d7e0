import CRanvierKernels
import Foundation
import RanvierTensors

/// A sampling network as the kernel reads it: weights in whole units of the neurons that they reach.
final class PackedSamplingNetwork: @unchecked Sendable {
    /// How pairs of spikes count, as the kernel says it.
    struct Rule {
        let pairing: Int32
        let window: Int
        let timeConstant: Double

        /// - Throws: ``AlignmentError/setting(name:expected:found:)`` for what the kernel does not know.
        init(_ kernel: SpikeTimingKernel, _ network: SamplingNetwork) throws(AlignmentError) {
            timeConstant = kernel.timeConstant
            let shortest = network.populations.flatMap(\.periods).min() ?? 1
            switch (kernel.window, kernel.pairing) {
            case (.exponential, .all): (pairing, window) = (Int32(RNV_SAMPLING_ALL), 0)
            case (.exponential, .nearest): (pairing, window) = (Int32(RNV_SAMPLING_NEAREST), 0)
            case (.exponential, .within(let steps)):
                // A count of the spikes in the window has a byte.
                guard steps / (shortest + 1) < 250 else {
                    throw .setting(
                        name: "window-length", expected: "at most \(250 * shortest) steps",
                        found: "\(steps)")
                }
                (pairing, window) = (Int32(RNV_SAMPLING_WINDOW), steps)
            case (.triangular, .nearest), (.triangular, .all):
                // Where a neuron fires once in a window at most, its last spike is all there is.
                if kernel.pairing == .all, kernel.timeConstant > Double(shortest + 1) {
                    throw .setting(
                        name: "pairing",
                        expected: "'nearest' for a triangular window longer than the period",
                        found: "'all'")
                }
                (pairing, window) = (Int32(RNV_SAMPLING_TRIANGULAR), 0)
            case (.triangular, .within(let steps)):
                throw .setting(
                    name: "pairing",
                    expected: "'all' or 'nearest' with a triangular window, which has an end",
                    found: "a window of \(steps) steps")
            }
        }
    }

    let network: SamplingNetwork
    let resolution: Double
    private let delays: Int
    private let strides: [Int]
    private let weights: [UnsafeMutablePointer<Int16>]
    private let units: [UnsafeMutablePointer<Float>]
    private let logs: [UnsafeMutablePointer<Float>]
    private let biases: [UnsafeMutablePointer<Int16>]
    private let periods: [UnsafeMutablePointer<UInt16>]

    /// Most units that a potential may come to, with room for the margin of a bound.
    private static let most = 32_000.0

    init(_ network: SamplingNetwork) {
        self.network = network
        delays = network.longestDelay
        let strides = network.populations.map { rnv_sampling_stride($0.count) }
        self.strides = strides
        func memory<Element>(
            _ count: Int, _ zero: Element
        ) -> UnsafeMutablePointer<Element> {
            let bytes = max(count, 1) * MemoryLayout<Element>.stride
            let memory = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64)
                .bindMemory(to: Element.self, capacity: max(count, 1))
            memory.initialize(repeating: zero, count: max(count, 1))
            return memory
        }
        units = strides.map { memory($0, 0) }
        logs = strides.map { memory($0, 0) }
        biases = strides.map { memory($0, 0) }
        periods = strides.map { memory($0, 1) }
        var coarsest = 0.0
        for (index, population) in network.populations.enumerated() {
            // No potential can be larger than all weights that reach a neuron together.
            var reach = population.bias.map { abs($0) + 1 }
            for block in network.synapses where block.target == index {
                for (place, weight) in block.weights.enumerated() {
                    reach[place % population.count] += abs(weight)
                }
            }
            for neuron in 0..<population.count {
                let unit = reach[neuron] / Self.most
                coarsest = max(coarsest, unit)
                units[index][neuron] = Float(unit)
                logs[index][neuron] = Float(log(Double(population.periods[neuron])))
                biases[index][neuron] = Int16((population.bias[neuron] / unit).rounded())
                periods[index][neuron] = UInt16(population.periods[neuron])
            }
        }
        resolution = coarsest
        var weights: [UnsafeMutablePointer<Int16>] = []
        for block in network.synapses {
            let sources = network.populations[block.source].count
            let targets = network.populations[block.target].count
            let stride = strides[block.target]
            let packed = memory((delays + 1) * sources * stride, Int16(0))
            for source in 0..<sources {
                for target in 0..<targets {
                    let place = source * targets + target
                    let delay = block.delays?[place] ?? 0
                    let unit = Double(units[block.target][target])
                    packed[(delay * sources + source) * stride + target] =
                        Int16((block.weights[place] / unit).rounded())
                }
            }
            weights.append(packed)
        }
        self.weights = weights
    }

    deinit {
        for pointer in weights + biases { pointer.deallocate() }
        for pointer in units + logs { pointer.deallocate() }
        for pointer in periods { pointer.deallocate() }
    }

    /// Runs some replicas on one thread.
    func run(
        _ range: Range<Int>, warmup: Int, steps: Int, random: RandomStream,
        request: SamplingEngine.Request, rule: Rule
    ) -> SamplingOutcome {
        let sizes = network.populations.map(\.count)
        let all = network.populations.flatMap(\.periods)
        let blocks = zip(network.synapses, weights).map { block, weights in
            rnv_sampling_block_t(
                source: block.source, target: block.target, weights: UnsafePointer(weights))
        }
        let pairs = request.pairs.map {
            rnv_sampling_correlator_t(spiking: $0.spiking, traced: $0.traced)
        }
        let streams = range.map { random.substream($0).stream }
        let sums = request.pairs.map { pair in
            let count = sizes[pair.spiking] * rnv_sampling_trace_stride(sizes[pair.traced])
            let memory = UnsafeMutablePointer<Float>.allocate(capacity: max(count, 1))
            memory.initialize(repeating: 0, count: max(count, 1))
            return memory
        }
        defer { for memory in sums { memory.deallocate() } }
        var counts = [UInt64](repeating: 0, count: network.count)
        var states = [UInt64](repeating: 0, count: request.countsStates ? 1 << sizes[0] : 0)
        var coincidences = [UInt64](
            repeating: 0, count: request.countsCoincidences ? sizes[0] * sizes[0] : 0)
        var spikes = [rnv_sampling_spike_t](
            repeating: rnv_sampling_spike_t(), count: request.keptSpikes)
        let places: [UnsafeMutablePointer<Float>?] = sums
        let units = units.map { Optional(UnsafePointer($0)) }
        let logs = logs.map { Optional(UnsafePointer($0)) }
        let biases = biases.map { Optional(UnsafePointer($0)) }
        let periods = periods.map { Optional(UnsafePointer($0)) }
        var kept = 0
        sizes.withUnsafeBufferPointer { sizes in
            blocks.withUnsafeBufferPointer { blocks in
                pairs.withUnsafeBufferPointer { pairs in
                    units.withUnsafeBufferPointer { units in
                        logs.withUnsafeBufferPointer { logs in
                            biases.withUnsafeBufferPointer { biases in
                                periods.withUnsafeBufferPointer { periods in
                                    var form = rnv_sampling_network_t(
                                        populations: sizes.count, sizes: sizes.baseAddress,
                                        blocks: blocks.count, block: blocks.baseAddress,
                                        correlators: pairs.count, correlator: pairs.baseAddress,
                                        units: units.baseAddress, log_periods: logs.baseAddress,
                                        biases: biases.baseAddress, periods: periods.baseAddress,
                                        longest: all.max() ?? 1, shortest: all.min() ?? 1,
                                        delays: delays, pairing: rule.pairing,
                                        window: rule.window, trace_time: rule.timeConstant)
                                    kept = Self.call(
                                        &form, random.seed, streams, range, warmup, steps, places,
                                        &counts, &states, &coincidences, &spikes)
                                }
                            }
                        }
                    }
                }
            }
        }
        return SamplingOutcome(
            sums: zip(request.pairs, sums).map { pair, memory in
                var out = [Double](repeating: 0, count: sizes[pair.spiking] * sizes[pair.traced])
                rnv_sampling_collect(memory, sizes[pair.spiking], sizes[pair.traced], &out)
                return out
            }, counts: counts.map(Int.init), sizes: sizes, states: states.map(Int.init),
            coincidences: coincidences.map(Int.init),
            spikes: spikes.prefix(min(kept, request.keptSpikes)).map {
                SamplingRecord.Spike(
                    replica: Int($0.replica), step: Int($0.step), neuron: Int($0.neuron))
            })
    }

    private static func call(
        _ form: inout rnv_sampling_network_t, _ seed: UInt64, _ streams: [UInt64],
        _ range: Range<Int>, _ warmup: Int, _ steps: Int,
        _ sums: [UnsafeMutablePointer<Float>?], _ counts: inout [UInt64],
        _ states: inout [UInt64], _ coincidences: inout [UInt64],
        _ spikes: inout [rnv_sampling_spike_t]
    ) -> Int {
        let bytes = rnv_sampling_scratch(&form, range.count)
        let scratch = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64)
        defer { scratch.deallocate() }
        let capacity = spikes.count
        return sums.withUnsafeBufferPointer { sums in
            counts.withUnsafeMutableBufferPointer { counts in
                states.withUnsafeMutableBufferPointer { states in
                    coincidences.withUnsafeMutableBufferPointer { coincidences in
                        spikes.withUnsafeMutableBufferPointer { spikes in
                            var report = rnv_sampling_report_t(
                                sums: sums.isEmpty ? nil : sums.baseAddress,
                                counts: counts.baseAddress,
                                states: states.isEmpty ? nil : states.baseAddress,
                                coincidences: coincidences.isEmpty ? nil : coincidences.baseAddress,
                                spikes: spikes.isEmpty ? nil : spikes.baseAddress,
                                spike_capacity: capacity, spike_count: 0)
                            rnv_sampling_run(
                                &form, seed, streams, range.count, range.lowerBound, warmup, steps,
                                scratch, &report)
                            return report.spike_count
                        }
                    }
                }
            }
        }
    }
}

/// What one thread found.
struct SamplingOutcome {
    var sums: [[Double]]
    var counts: [Int]
    let sizes: [Int]
    var states: [Int]
    var coincidences: [Int]
    var spikes: [SamplingRecord.Spike]
}

/// What all threads found, each in a place of its own; added up in their order.
final class SamplingOutcomes: @unchecked Sendable {
    private let places: UnsafeMutablePointer<SamplingOutcome?>
    private let count: Int

    init(_ count: Int) {
        self.count = count
        places = .allocate(capacity: count)
        places.initialize(repeating: nil, count: count)
    }

    deinit {
        places.deinitialize(count: count)
        places.deallocate()
    }

    func set(_ index: Int, _ outcome: SamplingOutcome) { places[index] = outcome }

    func sum(replicas: Int, steps: Int) -> SamplingRecord {
        var record = SamplingRecord(replicas: replicas, steps: steps, counts: [], sums: [])
        var counts: [Int] = []
        func add<Number: AdditiveArithmetic>(_ new: [Number], to sum: inout [Number]) {
            sum = sum.isEmpty ? new : zip(sum, new).map { $0 + $1 }
        }
        for index in 0..<count {
            guard let outcome = places[index] else { continue }
            add(outcome.counts, to: &counts)
            add(outcome.states, to: &record.states)
            add(outcome.coincidences, to: &record.coincidences)
            if record.sums.isEmpty {
                record.sums = outcome.sums
            } else {
                for pair in outcome.sums.indices { add(outcome.sums[pair], to: &record.sums[pair]) }
            }
            record.spikes += outcome.spikes
            guard index == count - 1 else { continue }
            var first = 0
            for size in outcome.sizes {
                record.counts.append(Array(counts[first..<first + size]))
                first += size
            }
        }
        return record
    }
}
