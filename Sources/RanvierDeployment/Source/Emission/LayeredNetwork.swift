import RanvierNetworks
import RanvierTensors

/// A network whose neurons can run all steps of a sample before the next neuron: blocks in order.
///
/// A sample is one row; nothing is heard across neurons of a layer, and nothing waits in synapses. Then a membrane lives in a register,
/// and what is kept of a neuron is its train of T bits.
struct LayeredNetwork {
    enum Block {
        /// Synapses and the neurons that hear them; none at the end where sums are read.
        case layer(synapses: Int, neurons: Int?)
        /// The largest of windows of trains.
        case pooling(Int)
    }
    let blocks: [Block]
    let steps: Int
    /// Bits that a train takes: 1, 2, 4, 8 or 16.
    let width: Int

    /// Longest train.
    static let longest = 16

    /// What stands in the way, by the layer's name; nil where nothing does.
    static func hindrance(_ network: IntegerNetwork) -> IntegerNetworkError? {
        do { _ = try LayeredNetwork(network) } catch { return error }
        return nil
    }

    init(_ network: IntegerNetwork) throws(IntegerNetworkError) {
        let input = network.input
        func refuse(_ name: String, _ expected: String, _ found: String) -> IntegerNetworkError {
            .layer(name: name, what: "layer by layer", expected: expected, found: found)
        }
        let entry = network.stages[0].name
        guard input.rows == 1 else {
            throw refuse(entry, "samples of one row", "\(input.rows) rows")
        }
        guard input.steps <= Self.longest else {
            throw refuse(entry, "up to \(Self.longest) steps", "\(input.steps)")
        }
        var isNumbers = false
        switch input.encoding {
        case .numbers: isNumbers = true
        case .spikes, .latency, .rate: break
        case .delta, .levelCrossing:
            throw refuse(entry, "numbers, spikes or a latency code", "changes from row to row")
        }
        var blocks: [Block] = [], index = 0
        let stages = network.stages
        while index < stages.count {
            switch stages[index] {
            case .pooling(let pooling):
                guard pooling.rule == .maximum, !isNumbers, index + 1 < stages.count else {
                    throw refuse(
                        pooling.name, "the largest of spikes within the network", "other pooling")
                }
                blocks.append(.pooling(index))
                index += 1
            case .neurons(let neurons):
                throw refuse(neurons.name, "neurons behind synapses", "neurons behind others")
            case .synapses(let synapses):
                guard synapses.delays == nil else {
                    throw refuse(synapses.name, "no delays", "up to \(synapses.longestDelay) steps")
                }
                guard index + 1 < stages.count else {
                    blocks.append(.layer(synapses: index, neurons: nil))
                    index += 1
                    continue
                }
                guard case .neurons(let neurons) = stages[index + 1] else {
                    throw refuse(synapses.name, "neurons behind it", stages[index + 1].name)
                }
                if case .allToAll = neurons.recurrence {
                    throw refuse(neurons.name, "no recurrence between neurons", "some")
                }
                guard !neurons.givesMembrane || index + 2 == stages.count else {
                    throw refuse(neurons.name, "spikes within the network", "membranes")
                }
                blocks.append(.layer(synapses: index, neurons: index + 1))
                isNumbers = false
                index += 2
            }
        }
        self.blocks = blocks
        steps = input.steps
        width = [1, 2, 4, 8, 16].first { $0 >= input.steps } ?? Self.longest
    }
}

/// Trains of bits side by side, as C reads and writes them.
struct CTrains {
    /// Bits of a train.
    let width: Int
    /// Type of an element.
    let type: CInteger

    init(width: Int, type: CInteger? = nil) {
        self.width = width
        self.type = type ?? (width > 8 ? .uint16 : .uint8)
    }

    /// Trains of an element.
    var perElement: Int { type.bytes * 8 / width }
    /// The bits of one train.
    var mask: Int { (1 << width) - 1 }
    private var shift: Int { perElement.trailingZeroBitCount }

    /// Elements that hold so many trains.
    func elements(_ count: Int) -> Int { (count + perElement - 1) / perElement }

    /// A train, `uint32_t`.
    func train(_ index: String, in array: String) -> String {
        guard perElement > 1 else { return "(uint32_t)\(array)[\(index)]" }
        return "((uint32_t)\(array)[\(index) >> \(shift)] >> \(offset(index))) & \(mask)U"
    }

    /// The element in which a train lies, `uint32_t`.
    func element(_ index: String, in array: String) -> String {
        "(uint32_t)\(array)[\(index) >> \(shift)]"
    }

    private func offset(_ index: String) -> String {
        width == 1
            ? "(\(index) & \(perElement - 1)U)"
            : "((\(index) & \(perElement - 1)U) << \(width.trailingZeroBitCount))"
    }

    /// Lines that write trains one after another.
    func write(_ train: String, at index: String, in array: String) -> [String] {
        guard perElement > 1 else { return ["\(array)[\(index)] = (\(type.name))\(train);"] }
        return [
            "if ((\(index) & \(perElement - 1)U) == 0U) {", "\(array)[\(index) >> \(shift)] = 0U;",
            "}",
            "\(array)[\(index) >> \(shift)] = (\(type.name))(\(array)[\(index) >> \(shift)] | (\(train) << \(offset(index))));",
        ]
    }
}
