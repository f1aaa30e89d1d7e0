import RanvierConfiguration
import RanvierNetworks
import RanvierTensors

/// A stage of an integer network as keys; its numbers lie beside it as tensors.
enum StageOptions: Hashable, Sendable {
    case synapses(SynapsesOptions)
    case pooling(PoolingOptions)
    case neurons(NeuronsOptions)

    enum Kind: String, CaseIterable { case synapses, pooling, neurons }

    init(_ stage: IntegerStage) {
        self =
            switch stage {
            case .synapses(let stage): .synapses(SynapsesOptions(stage))
            case .pooling(let stage): .pooling(PoolingOptions(stage))
            case .neurons(let stage): .neurons(NeuronsOptions(stage))
            }
    }

    init(_ element: ConfigurationElement) throws(ConfigurationError) {
        switch Kind(rawValue: element.kind) {
        case .pooling: self = .pooling(try PoolingOptions(element.options))
        case .neurons: self = .neurons(try NeuronsOptions(element.options))
        case .synapses, nil: self = .synapses(try SynapsesOptions(element.options))
        }
    }

    var element: Element {
        switch self {
        case .synapses(let options):
            Element(Kind.synapses.rawValue, options.configurationValue)
        case .pooling(let options): Element(Kind.pooling.rawValue, options.configurationValue)
        case .neurons(let options): Element(Kind.neurons.rawValue, options.configurationValue)
        }
    }

    static func random(using random: inout any RandomNumberGenerator) -> StageOptions {
        Bool.random(using: &random)
            ? .neurons(NeuronsOptions.random(using: &random))
            : .synapses(SynapsesOptions.random(using: &random))
    }

    /// The stage with its numbers.
    func stage(_ numbers: inout StoredIntegers) throws -> IntegerStage {
        switch self {
        case .synapses(let options): .synapses(try options.synapses(&numbers))
        case .pooling(let options): .pooling(try options.pooling())
        case .neurons(let options): .neurons(try options.neurons(&numbers))
        }
    }
}

/// Weights as keys.
struct WeightOptions: Configurable {
    var bits = 8
    var shift = 0
    var hasMask = false

    init() {}
    init(_ weights: IntegerWeights) {
        (bits, shift, hasMask) = (weights.bits, weights.shift, weights.mask != nil)
    }

    static let schema = Schema<WeightOptions> {
        Field.integer("bits", \.bits, in: 1...8, drawn: 2...8)
        Field.integer("shift", \.shift, in: 0...15, drawn: 0...2)
        Field.boolean("masked", \.hasMask)
    }

    func weights(
        _ name: String, shape: [Int], layer: String, _ numbers: inout StoredIntegers
    ) throws -> IntegerWeights {
        let codes = try numbers.take("\(layer).\(name)", shape: shape, in: -127...127)
        let mask =
            hasMask ? try numbers.take("\(layer).\(name)-mask", shape: shape, in: 0...1) : nil
        return try IntegerWeights(
            shape: shape, codes: codes.map { Int8($0) }, mask: mask?.map { $0 == 1 }, bits: bits,
            shift: shift, layer: layer)
    }
}

/// Synapses as keys.
struct SynapsesOptions: Configurable {
    var name = ""
    /// Inputs, or height, width and channels of images.
    var input = [1]
    var outputs = 1
    /// Height, width, strides and paddings of a window; none for all-to-all synapses.
    var window: [Int] = []
    var groups = 1
    var weights = WeightOptions()
    var hasBias = false
    var isDelayed = false

    init() {}
    init(_ stage: IntegerSynapses) {
        name = stage.name
        input = stage.inputShape
        outputs = stage.weights.outputs
        weights = WeightOptions(stage.weights)
        (hasBias, isDelayed) = (stage.biases != nil, stage.delays != nil)
        if case .convolution(let shape) = stage.geometry {
            let w = shape.window
            window = [
                w.height, w.width, w.strideHeight, w.strideWidth, w.paddingHeight, w.paddingWidth,
            ]
            groups = shape.groups
        }
    }

    static let schema = Schema<SynapsesOptions> {
        Field.text("name", \.name, isRequired: true)
        Field.integers("input", \.input, in: 1..., isRequired: true)
        Field.integer("outputs", \.outputs, in: 1..., isRequired: true)
        Field.integers("window", \.window, in: 0...)
        Field.integer("groups", \.groups, in: 1..., drawn: 1...1)
        Field.part(\.weights)
        Field.boolean("bias", \.hasBias)
        Field.boolean("delayed", \.isDelayed)
    }

    func synapses(_ numbers: inout StoredIntegers) throws -> IntegerSynapses {
        let geometry: IntegerSynapses.Geometry
        if window.isEmpty {
            geometry = .dense(inputs: input.reduce(1, *), outputs: outputs)
        } else {
            guard window.count == 6, input.count == 3, window[0...3].allSatisfy({ $0 > 0 }) else {
                throw IntegerNetworkError.layer(
                    name: name, what: "window",
                    expected: "height, width, strides and paddings, for images", found: "\(window)")
            }
            geometry = .convolution(
                try ConvolutionShape(
                    inputChannels: input[2], height: input[0], width: input[1],
                    outputChannels: outputs,
                    window: ImageWindow(
                        height: window[0], width: window[1], strideHeight: window[2],
                        strideWidth: window[3], paddingHeight: window[4], paddingWidth: window[5]),
                    groups: groups))
        }
        let shape = geometry.weightShape
        return try IntegerSynapses(
            name: name, geometry: geometry,
            weights: try weights.weights("weights", shape: shape, layer: name, &numbers),
            biases: hasBias
                ? try numbers.take("\(name).bias", shape: [outputs]).map { Int32($0) } : nil,
            delays: isDelayed
                ? try numbers.take("\(name).delays", shape: shape, in: 0...255).map { UInt8($0) }
                : nil)
    }
}

/// Pooling as keys.
struct PoolingOptions: Configurable {
    var name = ""
    var rule = IntegerPooling.Rule.maximum
    var input = [1, 1, 1]
    var window = [1, 1, 1, 1, 0, 0]

    init() {}
    init(_ stage: IntegerPooling) {
        let w = stage.window
        (name, rule, input) = (stage.name, stage.rule, stage.inputShape)
        window = [
            w.height, w.width, w.strideHeight, w.strideWidth, w.paddingHeight, w.paddingWidth,
        ]
    }

    static let schema = Schema<PoolingOptions> {
        Field.text("name", \.name, isRequired: true)
        Field.choice("rule", \.rule)
        Field.integers("input", \.input, in: 1..., isRequired: true)
        Field.integers("window", \.window, in: 0..., isRequired: true)
    }

    func pooling() throws -> IntegerPooling {
        guard window.count == 6, window[0...3].allSatisfy({ $0 > 0 }) else {
            throw IntegerNetworkError.layer(
                name: name, what: "window", expected: "height, width, strides and paddings",
                found: "\(window)")
        }
        return try IntegerPooling(
            name: name, rule: rule,
            window: ImageWindow(
                height: window[0], width: window[1], strideHeight: window[2],
                strideWidth: window[3], paddingHeight: window[4], paddingWidth: window[5]),
            inputShape: input)
    }
}

/// Neurons as keys.
struct NeuronsOptions: Configurable {
    enum LeakWord: String, CaseIterable {
        case none
        case shiftFloor = "shift-floor"
        case shiftTowardsZero = "shift-towards-zero"
        case multiply
    }
    enum Hearing: String, CaseIterable {
        case nothing
        case allToAll = "all-to-all"
        case oneToOne = "one-to-one"
    }

    var name = ""
    var shape = [1]
    var isSpiking = true
    var hasInitial = false
    var leak = LeakWord.none
    /// Places of a shift, or what is lost in 4096.
    var leakBy = 0
    var reset = IntegerNeurons.Reset.soft
    var comparison = IntegerNeurons.Comparison.atLeast
    var stateBits = 32
    var refractorySteps = 0
    /// Step of levels; 0 for none.
    var levelStep = 0
    var levelBits = 8
    var levelsRoundUp = false
    var hearing = Hearing.nothing
    var recurrent = RecurrentOptions()
    var givesMembrane = false

    /// Recurrent weights as keys.
    struct RecurrentOptions: Configurable {
        var bits = 8
        var shift = 0
        var hasMask = false

        init() {}
        static let schema = Schema<RecurrentOptions> {
            Field.integer("recurrent-bits", \.bits, in: 1...8, drawn: 2...8)
            Field.integer("recurrent-shift", \.shift, in: 0...15, drawn: 0...2)
            Field.boolean("recurrent-masked", \.hasMask)
        }
    }

    init() {}
    init(_ stage: IntegerNeurons) {
        (name, shape) = (stage.name, stage.shape)
        (isSpiking, hasInitial) = (stage.thresholds != nil, stage.initial != nil)
        switch stage.leak {
        case .none: break
        case .shiftFloor(let places): (leak, leakBy) = (.shiftFloor, places)
        case .shiftTowardsZero(let places): (leak, leakBy) = (.shiftTowardsZero, places)
        case .multiply(let loss): (leak, leakBy) = (.multiply, loss)
        }
        (reset, comparison, stateBits) = (stage.reset, stage.comparison, stage.stateBits)
        refractorySteps = stage.refractorySteps
        if let levels = stage.levels {
            (levelStep, levelBits) = (Int(levels.step), levels.bits)
            levelsRoundUp = levels.roundsUp
        }
        if let recurrence = stage.recurrence {
            switch recurrence {
            case .allToAll: hearing = .allToAll
            case .oneToOne: hearing = .oneToOne
            }
            let weights = recurrence.weights
            (recurrent.bits, recurrent.shift) = (weights.bits, weights.shift)
            recurrent.hasMask = weights.mask != nil
        }
        givesMembrane = stage.givesMembrane
    }

    static let schema = Schema<NeuronsOptions> {
        Field.text("name", \.name, isRequired: true)
        Field.integers("shape", \.shape, in: 1..., isRequired: true)
        Field.boolean("spiking", \.isSpiking)
        Field.boolean("first-membranes", \.hasInitial)
        Field.choice("leak", \.leak)
        Field.integer("leak-by", \.leakBy, in: 0...4096)
        Field.choice("reset", \.reset)
        Field.choice("comparison", \.comparison)
        Field.integer("state-bits", \.stateBits, in: 8...32, drawn: 8...32)
        Field.integer("refractory-steps", \.refractorySteps, in: 0...255)
        Field.integer("level-step", \.levelStep, in: 0...Int(Int32.max))
        Field.integer("level-bits", \.levelBits, in: 2...16, drawn: 2...8)
        Field.boolean("levels-round-up", \.levelsRoundUp)
        Field.choice("hears", \.hearing)
        Field.part(\.recurrent)
        Field.boolean("gives-membrane", \.givesMembrane)
    }

    func neurons(_ numbers: inout StoredIntegers) throws -> IntegerNeurons {
        let channels = shape.last ?? 1, count = shape.reduce(1, *)
        func channelNumbers(_ word: String) throws -> [Int32] {
            try numbers.take("\(name).\(word)", shape: [channels]).map { Int32($0) }
        }
        let kept = WeightOptions().with {
            ($0.bits, $0.shift, $0.hasMask) = (recurrent.bits, recurrent.shift, recurrent.hasMask)
        }
        func heard(_ shape: [Int]) throws -> IntegerWeights {
            try kept.weights("recurrent", shape: shape, layer: name, &numbers)
        }
        let recurrence: IntegerNeurons.Recurrence? =
            switch hearing {
            case .nothing: nil
            case .allToAll: .allToAll(try heard([count, count]))
            case .oneToOne: .oneToOne(try heard([channels]))
            }
        return try IntegerNeurons(
            name: name, shape: shape,
            thresholds: isSpiking ? try channelNumbers("threshold") : nil,
            initial: hasInitial ? try channelNumbers("first-membrane") : nil,
            leak: leakRule, reset: reset, comparison: comparison, stateBits: stateBits,
            refractorySteps: refractorySteps,
            levels: levelStep > 0
                ? .init(step: Int32(levelStep), bits: levelBits, roundsUp: levelsRoundUp) : nil,
            recurrence: recurrence, givesMembrane: givesMembrane)
    }

    private var leakRule: IntegerNeurons.Leak {
        switch leak {
        case .none: .none
        case .shiftFloor: .shiftFloor(leakBy)
        case .shiftTowardsZero: .shiftTowardsZero(leakBy)
        case .multiply: .multiply(leakBy)
        }
    }
}
