import RanvierConfiguration
import RanvierNetworks
import RanvierSpikes

/// An integer network as a value, but for its numbers.
///
///     integer: {input: {…}, stages: [synapses: {…}, neurons: {…}], decoder: spikeCount}
struct IntegerDescription: Configurable {
    /// How samples come in.
    var input = InputOptions()
    /// The stages in order.
    var stages: [StageOptions] = []
    /// How scores are read.
    var decoder = SpikeDecoder.spikeCount
    /// Whether something is added once to each score.
    var hasOffsets = false
    /// What one unit of a step's output stands for.
    var scale = 1.0

    init() {}

    static let schema = Schema<IntegerDescription> {
        Field.section("input", \.input)
        Field { section, value throws(ConfigurationError) in
            let kinds = StageOptions.Kind.allCases.map(\.rawValue)
            value.stages = []
            for element in try section.elements("stages", kinds: kinds) {
                value.stages.append(try StageOptions(element))
            }
        } write: {
            [.init("stages", .list($0.stages.map(\.element.configurationValue)))]
        } vary: { value, random in
            value.stages = (0..<2).map { _ in StageOptions.random(using: &random) }
        }
        Field.choice("decoder", \.decoder)
        Field.boolean("offsets", \.hasOffsets)
        Field.number("scale", \.scale, in: .positive)
    }

    /// Reads the description of an integer network.
    ///
    /// - Throws: `ConfigurationError` for a network of another kind, or one that cannot be.
    init(
        _ network: NetworkDescription, in registry: Registry, at place: String
    ) throws(ConfigurationError) {
        let section = try ConfigurationSection(
            ConfigurationNode(network.content, location: place), location: place,
            keyPath: "network", registry: registry)
        self = try IntegerDescription(section)
        try section.finish()
    }
}

/// How samples come in, as keys.
struct InputOptions: Configurable {
    enum Code: String, CaseIterable {
        case numbers, spikes, latency, rate, delta
        case levelCrossing = "level-crossing"
    }

    var rowShape = [1]
    var rows = 1
    var levels = 255
    var lowest = 0
    var largest = 255
    var code = Code.numbers
    /// Steps of a row, for numbers and rates.
    var steps = 1
    var seed = 0
    /// Cuts of a latency code.
    var cuts: [Int] = []
    /// Threshold of a change, or distance of levels.
    var distance = 1
    var mostEvents = 1
    /// What stands before the first row; nil for that row itself.
    var first: Int?

    init() {}

    static let schema = Schema<InputOptions> {
        Field.integers("row-shape", \.rowShape, in: 1..., isRequired: true)
        Field.integer("rows", \.rows, in: 1..., drawn: 1...3)
        Field.integer("levels", \.levels, in: 1..., drawn: 1...9)
        Field.integer("lowest", \.lowest, in: ...0, drawn: -3...0)
        Field.integer("largest", \.largest, in: 1..., drawn: 1...9)
        Field.choice("code", \.code)
        Field.integer("steps", \.steps, in: 1..., drawn: 1...3)
        Field.integer("seed", \.seed, in: 0...Int(UInt32.max))
        Field.integers("cuts", \.cuts)
        Field.integer("distance", \.distance, in: 1..., drawn: 1...3)
        Field.integer("most-events", \.mostEvents, in: 1..., drawn: 1...3)
        Field.optionalInteger("first", \.first)
    }

    init(_ input: IntegerInput) {
        (rowShape, rows, levels) = (input.rowShape, input.rows, input.levels)
        (lowest, largest) = (Int(input.range.lowerBound), Int(input.range.upperBound))
        switch input.encoding {
        case .numbers(let steps): (code, self.steps) = (.numbers, steps)
        case .spikes: code = .spikes
        case .latency(let cuts): (code, self.cuts) = (.latency, cuts.map { Int($0) })
        case .rate(let steps, let seed): (code, self.steps, self.seed) = (.rate, steps, Int(seed))
        case .delta(let threshold, let first):
            (code, distance, self.first) = (.delta, Int(threshold), first.map { Int($0) })
        case .levelCrossing(let distance, let most, let first):
            (code, self.distance) = (.levelCrossing, Int(distance))
            (mostEvents, self.first) = (most, first.map { Int($0) })
        }
    }

    /// - Throws: ``IntegerNetworkError`` for numbers that cannot be.
    func input() throws(IntegerNetworkError) -> IntegerInput {
        let numbers = [lowest, largest, distance] + cuts + (first.map { [$0] } ?? [])
        guard numbers.allSatisfy({ Int32(exactly: $0) != nil }) else {
            throw .interface(
                what: "numbers of the input", expected: "32 bits", found: "\(numbers)")
        }
        let encoding: IntegerInput.Encoding =
            switch code {
            case .numbers: .numbers(steps: steps)
            case .spikes: .spikes
            case .latency: .latency(cuts: cuts.map { Int32($0) })
            case .rate: .rate(steps: steps, seed: UInt32(seed))
            case .delta: .delta(threshold: Int32(distance), first: first.map { Int32($0) })
            case .levelCrossing:
                .levelCrossing(
                    distance: Int32(distance), mostEvents: mostEvents,
                    first: first.map { Int32($0) })
            }
        return try IntegerInput(
            rowShape: rowShape, rows: rows, levels: levels,
            range: Int32(lowest)...Int32(largest), encoding: encoding)
    }
}
