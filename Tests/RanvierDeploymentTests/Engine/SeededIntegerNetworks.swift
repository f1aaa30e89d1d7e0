import RanvierDeployment
import RanvierNetworks
import RanvierSpikes
import RanvierTensors
import RanvierTestSupport

/// Networks of integers drawn at random: all kinds of stages, leaks, resets, widths and encodings come up, sizes that are no
/// multiples of 32 more often than not.
struct SeededIntegerNetworks {
    private var numbers: SeededNumbers

    init(seed: UInt64) { numbers = SeededNumbers(seed: seed) }

    private mutating func draw(_ range: ClosedRange<Int>) -> Int {
        Int.random(in: range, using: &numbers)
    }
    private mutating func chance(_ share: Double) -> Bool {
        Double.random(in: 0..<1, using: &numbers) < share
    }
    private mutating func pick<Value>(_ values: [Value]) -> Value {
        values[draw(0...values.count - 1)]
    }

    /// A network of images, or of vectors.
    mutating func network() throws -> IntegerNetwork {
        let isImage = chance(0.4)
        let shape = isImage ? [draw(3...7), draw(3...7), draw(1...5)] : [draw(1...150)]
        let input = try self.input(shape)
        var stages: [IntegerStage] = [], now = input.shownShape
        if isImage {
            for index in 0..<draw(1...2) {
                stages.append(.synapses(try convolution(of: &now, index)))
                if chance(0.2) { try pool(&now, index, &stages) }
                if chance(0.9) { stages.append(.neurons(try neurons(now, "conv\(index)-n"))) }
                if chance(0.3) { try pool(&now, index + 10, &stages) }
            }
        } else if chance(0.1) {
            stages.append(.neurons(try neurons(now, "first")))
        }
        for index in 0..<draw(1...3) {
            let outputs = draw(1...90)
            stages.append(.synapses(try dense(now.reduce(1, *), outputs, index)))
            now = [outputs]
            if chance(0.95) { stages.append(.neurons(try neurons(now, "dense\(index)-n"))) }
        }
        let decoder = pick(SpikeDecoder.allCases)
        let takesOffsets = [.spikeCount, .meanMembrane, .summedMembrane].contains(decoder)
        let offsets = (0..<now.reduce(1, *)).map { _ in Int32(draw(-9...9)) }
        return try IntegerNetwork(
            input: input, stages: stages,
            readout: IntegerReadout(decoder, offsets: takesOffsets ? offsets : nil))
    }

    /// A sample, sometimes beyond what the input takes.
    mutating func sample(of network: IntegerNetwork, rate: Double) -> [Int32] {
        let input = network.input, range = input.range
        return (0..<input.rows * input.rowCount).map { _ in
            guard range.upperBound > 1 else { return chance(rate) ? 1 : 0 }
            return chance(0.3)
                ? 0 : Int32(draw(Int(range.lowerBound) - 2...Int(range.upperBound) + 2))
        }
    }

    private mutating func input(_ shape: [Int]) throws -> IntegerInput {
        let rows = draw(1...5)
        let encoding: IntegerInput.Encoding =
            switch draw(0...5) {
            case 0: .numbers(steps: draw(1...5))
            case 1: .latency(cuts: [200, 120, 60, 20])
            case 2: .delta(threshold: 40, first: chance(0.5) ? 10 : nil)
            case 3:
                .levelCrossing(
                    distance: 30, mostEvents: draw(1...3), first: chance(0.5) ? 0 : nil)
            default: .spikes
            }
        let range: ClosedRange<Int32> =
            if case .spikes = encoding { 0...1 } else {
                pick([0...255, -127...127, 0...1, -1...1])
            }
        return try IntegerInput(
            rowShape: shape, rows: rows, levels: Int(range.upperBound), range: range,
            encoding: encoding)
    }

    private mutating func weights(_ shape: [Int], _ layer: String) throws -> IntegerWeights {
        let bits = pick(IntegerWeights.widths), count = shape.reduce(1, *)
        let density = pick([1, 1, 0.5, 0.1, 0.02])
        let mask: [Bool]? =
            density < 1 ? (0..<count).map { _ in chance(density) } : nil
        let largest = bits == 1 ? 1 : 1 << (bits - 1) - 1
        let codes = (0..<count).map { index -> Int8 in
            guard mask?[index] ?? true else { return 0 }
            return bits == 1 ? (chance(0.5) ? 1 : -1) : Int8(draw(-largest...largest))
        }
        return try IntegerWeights(
            shape: shape, codes: codes, mask: mask, bits: bits,
            shift: chance(0.3) ? draw(1...4) : 0, layer: layer)
    }

    private mutating func biases(_ count: Int) -> [Int32]? {
        let largest = pick([20, 300, 40_000])
        return chance(0.5) ? (0..<count).map { _ in Int32(draw(-largest...largest)) } : nil
    }

    private mutating func dense(_ inputs: Int, _ outputs: Int, _ index: Int) throws
        -> IntegerSynapses
    {
        let name = "dense\(index)", delayed = chance(0.2)
        return try IntegerSynapses(
            name: name, geometry: .dense(inputs: inputs, outputs: outputs),
            weights: weights([inputs, outputs], name), biases: biases(outputs),
            delays: delayed ? (0..<inputs * outputs).map { _ in UInt8(draw(0...4)) } : nil)
    }

    private mutating func convolution(of shape: inout [Int], _ index: Int) throws
        -> IntegerSynapses
    {
        let groups = shape[2] % 2 == 0 && chance(0.4) ? 2 : 1
        let geometry = try ConvolutionShape(
            inputChannels: shape[2], height: shape[0], width: shape[1],
            outputChannels: groups * draw(1...20), kernelHeight: draw(1...min(3, shape[0])),
            kernelWidth: draw(1...min(3, shape[1])),
            stride: draw(1...2), padding: draw(0...1), groups: groups)
        let result = try IntegerSynapses(
            name: "conv\(index)", geometry: .convolution(geometry),
            weights: weights(
                IntegerSynapses.Geometry.convolution(geometry).weightShape, "conv\(index)"),
            biases: biases(geometry.outputChannels))
        shape = result.outputShape
        return result
    }

    private mutating func pool(
        _ shape: inout [Int], _ index: Int, _ stages: inout [IntegerStage]
    ) throws {
        guard shape[0] > 1, shape[1] > 1 else { return }
        let pooling = try IntegerPooling(
            name: "pool\(index)", rule: pick(IntegerPooling.Rule.allCases),
            window: ImageWindow(2, stride: draw(1...2), padding: draw(0...1)), inputShape: shape)
        shape = pooling.outputShape
        stages.append(.pooling(pooling))
    }

    private mutating func neurons(_ shape: [Int], _ name: String) throws -> IntegerNeurons {
        let bits = pick([8, 12, 16, 16, 16, 18, 24, 32, 32])
        let channels = shape[shape.count - 1], count = shape.reduce(1, *)
        let highest = Int32(clamping: Int64(1) << (bits - 1) - 1)
        let isIntegrator = chance(0.1)
        let reach = min(highest, pick([30, 200, 2000]))
        let leak: IntegerNeurons.Leak =
            switch draw(0...4) {
            case 0: .none
            case 1: .shiftFloor(pick([0, 2, 4, 17, 30]))
            case 2: .shiftTowardsZero(pick([0, 1, 4, 15, 16, 30]))
            default: .multiply(pick([0, 1, 205, 2000, 4096]))
            }
        let recurrence: IntegerNeurons.Recurrence? =
            isIntegrator || chance(0.7)
            ? nil
            : chance(0.5) && count < 120
                ? .allToAll(try weights([count, count], name))
                : .oneToOne(try weights([channels], name))
        return try IntegerNeurons(
            name: name, shape: shape,
            thresholds: isIntegrator
                ? nil : (0..<channels).map { _ in Int32(draw(1...Int(reach))) },
            initial: chance(0.3)
                ? (0..<channels).map { _ in Int32(draw(-Int(reach)...Int(reach))) } : nil,
            leak: leak, reset: pick(IntegerNeurons.Reset.allCases),
            comparison: pick(IntegerNeurons.Comparison.allCases), stateBits: bits,
            refractorySteps: !isIntegrator && chance(0.2) ? draw(1...3) : 0,
            levels: !isIntegrator && chance(0.15)
                ? .init(step: Int32(draw(1...40)), bits: draw(2...8), roundsUp: chance(0.5)) : nil,
            recurrence: recurrence, givesMembrane: chance(0.1))
    }
}
