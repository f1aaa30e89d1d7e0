import CRanvierKernels
import RanvierNetworks
import RanvierSpikes
import RanvierTensors

/// A network of integers as the kernels want it: weights in rows, lists and planes, and where the state lies.
///
/// Everything that pointers lead to is written here, never again, and freed with it.
final class IntegerProgram: @unchecked Sendable {
    private(set) var layout = rnv_integer_network_t()
    private(set) var kernels: [IntegerKernel] = []
    let input: IntegerInput
    private let stages: UnsafeMutablePointer<rnv_integer_stage_t>
    private let count: Int
    private var owned: [UnsafeMutableRawPointer] = []
    private var bytes = 0

    subscript(stage: Int) -> rnv_integer_stage_t { stages[stage] }

    init(_ network: IntegerNetwork, choice: IntegerKernelChoice, countsAdditions: Bool) {
        input = network.input
        count = network.stages.count
        stages = .allocate(capacity: count)
        stages.initialize(repeating: rnv_integer_stage_t(), count: count)
        bytes = Self.aligned(count * MemoryLayout<rnv_integer_counts_t>.stride)
        var takesBits = network.input.showsSpikes
        for (index, stage) in network.stages.enumerated() {
            let next = index + 1 < count ? network.stages[index + 1] : nil
            var entry = rnv_integer_stage_t()
            entry.takes_bits = takesBits ? 1 : 0
            entry.inputs = stage.inputShape.reduce(1, *)
            entry.outputs = stage.outputShape.reduce(1, *)
            entry.padded = Self.padded(entry.outputs)
            entry.planes_from = .max
            entry.out = place(4 * entry.padded)
            entry.bits = place((entry.outputs + 63) / 64 * 8)
            switch stage {
            case .synapses(let synapses):
                prepare(synapses, before: next, choice, in: &entry)
            case .pooling(let pooling):
                entry.kind = Int32(
                    pooling.rule == .sum ? RNV_INTEGER_SUM : RNV_INTEGER_MAXIMUM)
                entry.gives_bits = takesBits && pooling.rule == .maximum ? 1 : 0
                entry.window = Self.window(
                    pooling.window, of: pooling.inputShape, to: pooling.outputShape)
                kernels.append(.pooling)
            case .neurons(let neurons): prepare(neurons, in: &entry)
            }
            if !countsAdditions { entry.fan_out = nil }
            takesBits = entry.gives_bits != 0
            stages[index] = entry
        }
        finish(network)
    }

    deinit {
        for piece in owned { piece.deallocate() }
        stages.deallocate()
    }

    /// Scratch memory of a run.
    private(set) var chunkBytes = 0

    private func finish(_ network: IntegerNetwork) {
        layout.stages = UnsafePointer(stages)
        layout.count = count
        layout.constant =
            network.stages.prefix { stage in
                switch stage {
                case .synapses(let synapses): synapses.delays == nil
                case .pooling: true
                case .neurons: false
                }
            }.count
        layout.scores = place(4 * network.outputs)
        layout.values = place(4 * network.outputs)
        layout.step = place(8)
        layout.state_bytes = bytes
        layout.steps = Int32(network.input.steps)
        layout.offsets = network.readout.offsets.map { store($0) }
        layout.decoder =
            switch network.readout.decoder {
            case .spikeCount, .meanMembrane, .summedMembrane:
                Int32(RNV_INTEGER_SCORE_SUM)
            case .maximumMembrane: Int32(RNV_INTEGER_SCORE_MAXIMUM)
            case .lastMembrane: Int32(RNV_INTEGER_SCORE_LAST)
            case .firstSpike: Int32(RNV_INTEGER_SCORE_FIRST)
            }
        chunkBytes = withUnsafePointer(to: layout) { rnv_integer_chunk_bytes($0) }
    }

    // MARK: - Memory

    static func padded(_ count: Int) -> Int { (count + 31) / 32 * 32 }
    private static func aligned(_ bytes: Int) -> Int { (bytes + 63) / 64 * 64 }

    /// A place in the state, in bytes from its beginning.
    private func place(_ size: Int) -> Int {
        defer { bytes += Self.aligned(size) }
        return bytes
    }

    /// Numbers that live as long as this.
    private func store<Number>(_ numbers: [Number]) -> UnsafePointer<Number> {
        let size = numbers.count * MemoryLayout<Number>.stride
        let memory = UnsafeMutableRawPointer.allocate(
            byteCount: Self.aligned(size + 64), alignment: 64)
        memory.initializeMemory(as: UInt8.self, repeating: 0, count: Self.aligned(size + 64))
        numbers.withUnsafeBytes { from in
            if let first = from.baseAddress { memory.copyMemory(from: first, byteCount: size) }
        }
        owned.append(memory)
        return UnsafePointer(memory.assumingMemoryBound(to: Number.self))
    }

    /// Rows of numbers, each padded.
    private func storeRows<Number: FixedWidthInteger>(
        _ numbers: [Number], columns: Int
    ) -> UnsafePointer<Number> {
        let padded = Self.padded(columns), rows = numbers.count / columns
        var all = [Number](repeating: 0, count: rows * padded)
        for row in 0..<rows {
            for column in 0..<columns {
                all[row * padded + column] = numbers[row * columns + column]
            }
        }
        return store(all)
    }

    private static func window(
        _ window: ImageWindow, of inputShape: [Int], to outputShape: [Int]
    ) -> rnv_window_t {
        rnv_window_t(
            height: inputShape[0], width: inputShape[1], channels: inputShape[2],
            window_height: window.height, window_width: window.width,
            stride_height: window.strideHeight, stride_width: window.strideWidth,
            padding_height: window.paddingHeight, padding_width: window.paddingWidth,
            output_height: outputShape[0], output_width: outputShape[1])
    }

    // MARK: - Synapses

    private func prepare(
        _ synapses: IntegerSynapses, before next: IntegerStage?, _ choice: IntegerKernelChoice,
        in entry: inout rnv_integer_stage_t
    ) {
        let weights = synapses.weights
        entry.largest = Self.largest(weights)
        entry.shift = Int32(weights.shift)
        entry.narrow_spikes = narrowSpikes(of: synapses, before: next)
        entry.fan_out = store(synapses.fanOut.map { UInt32($0) })
        entry.list = place(4 * (entry.inputs + 64))
        switch synapses.geometry {
        case .convolution(let shape):
            entry.kind = Int32(RNV_INTEGER_CONVOLUTION)
            entry.codes = store(weights.codes)
            entry.bias = synapses.biases.map { store($0) }
            entry.window = Self.window(
                shape.window, of: synapses.inputShape, to: synapses.outputShape)
            entry.out_channels = shape.outputChannels
            entry.groups = shape.groups
            // Not so many spikes, but any: only what the weights prove counts.
            entry.narrow_spikes = entry.narrow_spikes == .max ? 1 : 0
            kernels.append(.scatter)
        case .dense(_, let outputs):
            entry.kind = Int32(RNV_INTEGER_DENSE)
            entry.codes = storeRows(weights.codes, columns: outputs)
            entry.bias = synapses.biases.map { storeRows($0, columns: outputs) }
            entry.narrow_bias = synapses.biases.map {
                storeRows($0.map { Int16(clamping: $0) }, columns: outputs)
            }
            if let delays = synapses.delays {
                entry.kind = Int32(RNV_INTEGER_DELAYED)
                entry.delays = storeRows(delays, columns: outputs)
                entry.slots = synapses.longestDelay + 1
                entry.pending = place(4 * entry.slots * entry.padded)
                kernels.append(.delayed)
            } else if entry.takes_bits == 0 {
                kernels.append(.products)
            } else {
                kernels.append(prepareDense(weights, choice, in: &entry))
            }
        }
    }

    /// Lists and planes where they are to be taken.
    private func prepareDense(
        _ weights: IntegerWeights, _ choice: IntegerKernelChoice,
        in entry: inout rnv_integer_stage_t
    ) -> IntegerKernel {
        let cost = IntegerCost(level: Processor.level, weights: weights, padded: entry.padded)
        let words = (entry.inputs + 63) / 64
        let hasZeros = weights.additions < weights.codes.count
        if choice == .lists || (choice == .counted && cost.list < cost.row) {
            list(weights, in: &entry)
        }
        guard weights.isTernary, entry.largest == 1, choice == .planes || choice == .counted
        else { return entry.starts == nil ? .rows : .lists }
        let all = cost.planes(words: words, planes: hasZeros ? 2 : 1)
        let from =
            choice == .planes
            ? 0 : Int(min(all / min(cost.row, cost.list), Double(entry.inputs + 1)))
        guard from <= entry.inputs else { return entry.starts == nil ? .rows : .lists }
        entry.planes_from = from
        entry.plus = store(plane(of: weights, words: words, padded: entry.padded) { $0 > 0 })
        if hasZeros {
            entry.minus = store(plane(of: weights, words: words, padded: entry.padded) { $0 < 0 })
        }
        return from == 0 ? .planes : entry.starts == nil ? .rows : .lists
    }

    private func list(_ weights: IntegerWeights, in entry: inout rnv_integer_stage_t) {
        var starts: [UInt32] = [0], places: [UInt32] = [], codes: [Int8] = []
        for row in 0..<entry.inputs {
            for column in 0..<entry.outputs {
                let code = weights.codes[row * entry.outputs + column]
                guard code != 0 else { continue }
                places.append(UInt32(column))
                codes.append(code)
            }
            starts.append(UInt32(places.count))
        }
        entry.starts = store(starts)
        entry.places = store(places)
        entry.listed = store(codes)
    }

    /// `[words, padded]`: bit i of word w of a column for the weight of input 64 w + i.
    private func plane(
        of weights: IntegerWeights, words: Int, padded: Int, _ isSet: (Int8) -> Bool
    ) -> [UInt64] {
        var plane = [UInt64](repeating: 0, count: words * padded)
        for (index, code) in weights.codes.enumerated() where isSet(code) {
            let input = index / weights.outputs, output = index % weights.outputs
            plane[input / 64 * padded + output] |= 1 << UInt64(input % 64)
        }
        return plane
    }

    private static func largest(_ weights: IntegerWeights) -> Int32 {
        max(weights.codes.map { abs(Int32($0)) }.max() ?? 1, 1)
    }

    /// One more than the spikes for which sums, and what neurons add to them, fit 16 bits; 0 for none, `max` for any.
    private func narrowSpikes(of synapses: IntegerSynapses, before next: IntegerStage?) -> Int {
        guard case .neurons(let neurons) = next, neurons.stateBits <= 16, !neurons.isSingle else {
            return 0
        }
        let limit = Int(Int16.max)
        let bias = synapses.biases?.map { abs(Int($0)) }.max() ?? 0
        let late = neurons.reset == .softDelayed ? Int(neurons.thresholds?.max() ?? 0) : 0
        let added = bias + late + (neurons.recurrence?.largestSum ?? 0)
        guard added <= limit else { return 0 }
        if (synapses.weights.sums.max() ?? 0) + added <= limit { return .max }
        return (limit - added) / (Int(Self.largest(synapses.weights)) << synapses.weights.shift) + 1
    }

    // MARK: - Neurons

    private func prepare(_ neurons: IntegerNeurons, in entry: inout rnv_integer_stage_t) {
        entry.kind = Int32(RNV_INTEGER_NEURONS)
        entry.gives_membrane = neurons.givesMembrane ? 1 : 0
        entry.gives_bits = neurons.givesMembrane ? 0 : 1
        entry.above = neurons.comparison == .above ? 1 : 0
        entry.refractory = Int32(neurons.refractorySteps)
        entry.narrow = neurons.stateBits <= 16 ? 1 : 0
        entry.exact = neurons.isSingle ? 1 : 0
        entry.lowest = neurons.limits.lowerBound
        entry.highest = neurons.limits.upperBound
        switch neurons.leak {
        case .none: entry.leak = Int32(RNV_INTEGER_LEAK_NONE)
        case .shiftFloor(let shift):
            entry.leak = Int32(RNV_INTEGER_LEAK_FLOOR)
            entry.leak_amount = Int32(shift)
        case .shiftTowardsZero(let shift):
            entry.leak = Int32(RNV_INTEGER_LEAK_ZERO)
            entry.leak_amount = Int32(shift)
        case .multiply(let loss):
            entry.leak = Int32(RNV_INTEGER_LEAK_MULTIPLY)
            entry.leak_amount = Int32(loss)
        }
        switch neurons.reset {
        case .hard: entry.reset = Int32(RNV_INTEGER_HARD)
        case .soft: entry.reset = Int32(RNV_INTEGER_SOFT)
        case .softDelayed: entry.reset = Int32(RNV_INTEGER_SOFT_DELAYED)
        }
        if let levels = neurons.levels {
            entry.level_step = levels.step
            entry.level_most = levels.largestCode
            entry.level_up = levels.roundsUp ? 1 : 0
        }
        /// One for each channel becomes one for each neuron.
        func spread<Number: FixedWidthInteger>(
            _ numbers: [Int32], behind: Number
        ) -> UnsafePointer<Number> {
            store(
                (0..<entry.padded).map {
                    $0 < neurons.count
                        ? Number(clamping: numbers[$0 % neurons.channels]) : behind
                })
        }
        if let thresholds = neurons.thresholds {
            entry.fires = 1
            // Padding never fires.
            entry.threshold = spread(thresholds, behind: Int32.max)
            entry.narrow_threshold = spread(thresholds, behind: Int16.max)
        }
        entry.initial = neurons.initial.map { spread($0, behind: Int32(0)) }
        entry.membranes = place(4 * entry.padded)
        entry.waiting = place(entry.padded)
        entry.currents = place(4 * entry.padded)
        entry.heard = place(4 * entry.padded)
        entry.list = place(4 * (entry.outputs + 64))
        switch neurons.recurrence {
        case nil: break
        case .allToAll(let weights):
            entry.codes = storeRows(weights.codes, columns: neurons.count)
            entry.largest = Self.largest(weights)
            entry.shift = Int32(weights.shift)
            entry.fan_out = store(
                (0..<neurons.count).map { row in
                    UInt32(
                        weights.codes[row * neurons.count..<(row + 1) * neurons.count]
                            .count { $0 != 0 })
                })
        case .oneToOne(let weights):
            let shifted = weights.codes.map { Int32($0) << Int32(weights.shift) }
            entry.coupling = spread(shifted, behind: Int32(0))
            entry.narrow_coupling = spread(shifted, behind: Int16(0))
            entry.fan_out = store(
                (0..<neurons.count).map { weights.codes[$0 % neurons.channels] == 0 ? 0 : 1 })
        }
        kernels.append(
            neurons.isSingle ? .single : neurons.stateBits <= 16 ? .sixteen : .thirtyTwo)
    }
}

extension IntegerNeurons {
    /// Whether levels ask for a division.
    fileprivate var isSingle: Bool { levels != nil }
}
