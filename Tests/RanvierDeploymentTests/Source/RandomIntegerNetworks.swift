import RanvierDeployment
import RanvierNetworks
import RanvierSpikes
import RanvierTensors
import RanvierTestSupport

/// Networks of integers of all kinds, small, the same for the same seed.
struct RandomIntegerNetworks {
    private var numbers: SeededNumbers
    /// Whether a network is made that can run layer by layer.
    private var isPlain = false

    init(seed: UInt64) { numbers = SeededNumbers(seed: seed) }

    private mutating func pick<Element>(_ elements: [Element]) -> Element {
        elements[Int.random(in: 0..<elements.count, using: &numbers)]
    }
    private mutating func number(_ range: ClosedRange<Int>) -> Int {
        Int.random(in: range, using: &numbers)
    }
    private mutating func chance(_ percent: Int) -> Bool { number(1...100) <= percent }

    /// A network; its input encoding turns with the index.
    mutating func network(_ index: Int) throws -> IntegerNetwork {
        isPlain = [0, 1, 6].contains(index % 7) && chance(70)
        let input = try input(kind: index % 7)
        var shape = input.shownShape
        var stages: [IntegerStage] = []
        if !isPlain && chance(20) {
            stages.append(.neurons(try neurons("first", shape: shape, isLast: false)))
        }
        let depth = number(1...4)
        for layer in 0..<depth {
            let isLast = layer == depth - 1
            if shape.count == 3 && !isLast && chance(30) && !(isPlain && layer == 0) {
                let pooling = try IntegerPooling(
                    name: "pool\(layer)", rule: isPlain || chance(50) ? .maximum : .sum,
                    window: ImageWindow(
                        height: min(2, shape[0]), width: min(number(1...3), shape[1]),
                        strideHeight: number(1...2), strideWidth: number(1...2),
                        paddingHeight: number(0...1), paddingWidth: 0), inputShape: shape)
                stages.append(.pooling(pooling))
                shape = pooling.outputShape
            }
            let synapses = try synapses("weights\(layer)", shape: shape, isLast: isLast)
            stages.append(.synapses(synapses))
            shape = synapses.outputShape
            guard !(isLast && chance(25)) else { continue }
            stages.append(.neurons(try neurons("neurons\(layer)", shape: shape, isLast: isLast)))
        }
        let decoder = pick(SpikeDecoder.allCases)
        let isSum = [.spikeCount, .meanMembrane, .summedMembrane].contains(decoder)
        let offsets =
            isSum && chance(50)
            ? (0..<shape.reduce(1, *)).map { _ in Int32(number(-50...50)) } : nil
        return try IntegerNetwork(
            input: input, stages: stages, readout: IntegerReadout(decoder, offsets: offsets))
    }

    /// Samples for a network, some numbers beyond its range.
    mutating func samples(_ count: Int, for network: IntegerNetwork) -> [[Int32]] {
        let range = network.input.range
        let type = Int(range.lowerBound)...Int(range.upperBound)
        return (0..<count).map { _ in
            let zeros = number(0...80)
            return (0..<network.input.rows * network.input.rowCount).map { _ in
                chance(zeros) ? 0 : Int32(number(type))
            }
        }
    }

    // MARK: - Parts

    private mutating func input(kind: Int) throws -> IntegerInput {
        let range: ClosedRange<Int32> = pick([
            0...255, 0...100, -127...127, -300...250, 0...1, 0...4000,
        ])
        let rowShape =
            chance(50) ? [number(3...7), number(3...7), number(1...3)] : [number(5...70)]
        let first: Int32? = chance(50) ? Int32(number(0...5)) : nil
        let encoding: IntegerInput.Encoding
        var rows = number(2...5)
        switch kind {
        case 0:
            encoding = .numbers(steps: number(1...pick([2, 4, 16])))
            rows = 1
        case 1:
            encoding = .latency(cuts: (0..<number(1...10)).map { Int32(100 - 9 * $0) })
            rows = 1
        case 2: encoding = .numbers(steps: number(1...3))
        case 3: encoding = .latency(cuts: (0..<number(1...5)).map { Int32(100 - 15 * $0) })
        case 4: encoding = .delta(threshold: Int32(number(1...40)), first: first)
        case 5:
            encoding = .levelCrossing(
                distance: Int32(number(1...50)), mostEvents: number(1...4), first: first)
        default:
            encoding = .spikes
            if isPlain { rows = 1 }
        }
        return try IntegerInput(
            rowShape: rowShape, rows: rows, levels: 255,
            range: encoding == .spikes ? 0...1 : range, encoding: encoding)
    }

    private mutating func weights(_ shape: [Int], layer: String) throws -> IntegerWeights {
        let bits = pick([1, 2, 3, 4, 8])
        let largest = bits == 1 ? 1 : 1 << (bits - 1) - 1
        let count = shape.reduce(1, *)
        let density = pick([5, 30, 60, 100])
        let block = chance(30) ? 4 : 1
        var mask: [Bool] = []
        var isAlive = true
        for index in 0..<count {
            if index % block == 0 { isAlive = chance(density) }
            mask.append(isAlive)
        }
        let codes = mask.map { alive -> Int8 in
            guard alive else { return 0 }
            return bits == 1 ? (chance(50) ? 1 : -1) : Int8(number(-largest...largest))
        }
        return try IntegerWeights(
            shape: shape, codes: codes, mask: mask, bits: bits, shift: pick([0, 0, 1, 3]),
            layer: layer)
    }

    private mutating func synapses(_ name: String, shape: [Int], isLast: Bool) throws
        -> IntegerSynapses
    {
        let geometry: IntegerSynapses.Geometry
        if shape.count == 3 && !isLast && chance(75) {
            let groups = shape[2] % 2 == 0 && chance(40) ? 2 : 1
            geometry = .convolution(
                try ConvolutionShape(
                    inputChannels: shape[2], height: shape[0], width: shape[1],
                    outputChannels: chance(20) ? 32 : 2 * number(1...3),
                    window: ImageWindow(
                        height: min(number(1...3), shape[0]), width: min(number(1...3), shape[1]),
                        strideHeight: number(1...3), strideWidth: number(1...2),
                        paddingHeight: number(0...1), paddingWidth: number(0...1)),
                    groups: groups))
        } else {
            geometry = .dense(
                inputs: shape.reduce(1, *), outputs: isLast ? number(1...6) : number(3...40))
        }
        let weights = try weights(geometry.weightShape, layer: name)
        let delays =
            !isPlain && geometry.isDense && chance(25)
            ? weights.codes.map { _ in UInt8(number(0...pick([3, 20]))) } : nil
        return try IntegerSynapses(
            name: name, geometry: geometry, weights: weights,
            biases: chance(60) ? (0..<weights.outputs).map { _ in Int32(number(-9...9)) } : nil,
            delays: delays)
    }

    private mutating func neurons(_ name: String, shape: [Int], isLast: Bool) throws
        -> IntegerNeurons
    {
        let channels = shape[shape.count - 1], count = shape.reduce(1, *)
        let leak: IntegerNeurons.Leak = pick([
            .none, .shiftFloor(number(0...4)), .shiftTowardsZero(number(0...4)),
            .multiply(number(0...4096)),
        ])
        let bits = pick([8, 12, 16, 24, 32])
        let isIntegrator = isLast && chance(40)
        let ceiling = bits == 8 ? 100 : 200
        let same = number(1...ceiling)
        let thresholds = (0..<channels).map { _ in Int32(chance(50) ? same : number(1...ceiling)) }
        let initial: [Int32]? = pick([
            nil, thresholds.map { $0 >> 1 }, (0..<channels).map { _ in Int32(number(-40...40)) },
        ])
        var recurrence: IntegerNeurons.Recurrence?
        if !isIntegrator && count <= 80 && chance(35) {
            recurrence =
                !isPlain && chance(60)
                ? .allToAll(try weights([count, count], layer: name))
                : .oneToOne(try weights([channels], layer: name))
        }
        let levels =
            !isIntegrator && chance(30)
            ? IntegerNeurons.Levels(
                step: pick([1, 3, 4, 16]), bits: number(2...6), roundsUp: chance(30)) : nil
        return try IntegerNeurons(
            name: name, shape: shape, thresholds: isIntegrator ? nil : thresholds,
            initial: initial, leak: leak, reset: pick(IntegerNeurons.Reset.allCases),
            comparison: pick([.atLeast, .above]), stateBits: bits,
            refractorySteps: !isIntegrator && chance(30) ? number(1...3) : 0, levels: levels,
            recurrence: recurrence, givesMembrane: !isPlain && !isIntegrator && chance(15))
    }
}
