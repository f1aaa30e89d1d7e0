import Foundation
import RanvierCompression
import RanvierNetworks
import RanvierTensors

/// The layers of a network of whole numbers on their way into integers.
struct LoweringChain {
    let lowering: IntegerLowering
    let timeStep: Double
    let steps: Int
    /// Shape behind the stages so far.
    private var shape: [Int]
    /// Largest size of what the stages so far hand on.
    private var largest: Int
    private(set) var stages: [IntegerStage] = []
    /// What one unit of the last stage's output stands for.
    private(set) var scale = 1.0

    init(lowering: IntegerLowering, timeStep: Double, steps: Int, shape: [Int], largest: Int) {
        self.lowering = lowering
        self.timeStep = timeStep
        self.steps = steps
        self.shape = shape
        self.largest = largest
    }

    mutating func append(_ stage: Network.Stage) throws {
        let name = stage.name, layer = stage.layer, kind = type(of: stage.layer).kind
        switch layer {
        case let layer as WholeNumberOutput: scale = layer.options.scale
        case is Linear, is DelayedLinear, is Convolution1D, is Convolution2D:
            let synapses = try SynapseLowering(layer: layer, name: name, shape: shape).synapses()
            largest = synapses.largestSum(ofInputsUpTo: largest)
            stages.append(.synapses(synapses))
        case let layer as MaxPool2D:
            stages.append(
                .pooling(
                    try IntegerPooling(
                        name: name, rule: .maximum, window: layer.window, inputShape: shape)))
        case let layer as WholeNumberPool:
            let pooling = try IntegerPooling(
                name: name, rule: .sum, window: layer.window(of: shape), inputShape: shape)
            largest *= pooling.window.height * pooling.window.width
            stages.append(.pooling(pooling))
        case is Flatten, is Dropout: break
        case _ where kind == "folded-norm": break
        case is IntegrateAndFire, is LIF, is RecurrentLIF, is WholeNumberIntegrator:
            let neurons = try NeuronLowering(
                layer: layer, name: name, shape: shape, timeStep: timeStep
            ).neurons()
            let bound = neurons.largestMembrane(ofSumsUpTo: largest, steps: steps)
            let bits = lowering.stateBits ?? Self.bits(of: bound)
            stages.append(.neurons(try neurons.with(stateBits: bits)))
            largest = neurons.givesMembrane ? min(bound, 1 << (bits - 1)) : 1
        default:
            throw LoweringError.layer(
                name: name, kind: kind,
                reason: "only synapses, pooling and neurons of whole numbers have one")
        }
        shape = try layer.outputShape(for: shape)
    }

    /// The fewest bits that hold a size.
    private static func bits(of bound: Int) -> Int {
        [8, 16].first { bound < 1 << ($0 - 1) } ?? 32
    }
}

extension WholeNumberPool {
    /// Its window in images of a shape.
    fileprivate func window(of shape: [Int]) -> ImageWindow {
        guard !options.isGlobal else {
            return ImageWindow(
                height: shape[0], width: shape[1], strideHeight: shape[0], strideWidth: shape[1])
        }
        let own = options.window
        return ImageWindow(own.size, stride: own.stride ?? own.size, padding: own.padding)
    }
}

extension IntegerNeurons {
    /// The same neurons with membranes of other bits.
    func with(stateBits: Int) throws(IntegerNetworkError) -> IntegerNeurons {
        try IntegerNeurons(
            name: name, shape: shape, thresholds: thresholds, initial: initial, leak: leak,
            reset: reset, comparison: comparison, stateBits: stateBits,
            refractorySteps: refractorySteps, levels: levels, recurrence: recurrence,
            givesMembrane: givesMembrane)
    }
}

/// Synapses of whole numbers as integers.
struct SynapseLowering {
    let layer: any Layer
    let name: String
    /// Shape of what comes in.
    let shape: [Int]

    func synapses() throws -> IntegerSynapses {
        let parameters = Dictionary(
            layer.parameters.map { ($0.name, $0.parameter) }, uniquingKeysWith: { a, _ in a })
        guard let weights = parameters["weights"] else { throw refuse("it has no weights") }
        var geometry: IntegerSynapses.Geometry
        var weightShape = weights.shape
        switch layer {
        case let layer as Convolution2D:
            geometry = .convolution(
                try ConvolutionShape(
                    inputChannels: layer.inputs, height: shape[0], width: shape[1],
                    outputChannels: layer.outputs, window: layer.window, groups: layer.groups))
        case let layer as Convolution1D:
            let options = layer.options.convolution
            geometry = .convolution(
                try ConvolutionShape(
                    inputChannels: shape[1], height: 1, width: shape[0],
                    outputChannels: options.channels, window: options.window,
                    groups: options.groups))
            weightShape = [1] + weightShape
        default: geometry = .dense(inputs: weights.shape[0], outputs: weights.shape[1])
        }
        let delays = try parameters["delays"].map { delays in
            try wholeNumbers(of: delays, "delays", in: 0...255).map { UInt8($0) }
        }
        return try IntegerSynapses(
            name: name, geometry: geometry,
            weights: try integerWeights(weights, shape: weightShape),
            biases: try parameters["bias"].map {
                try wholeNumbers(of: $0, "biases").map { Int32($0) }
            },
            delays: delays)
    }

    private func refuse(_ reason: String) -> LoweringError {
        .layer(name: name, kind: type(of: layer).kind, reason: reason)
    }

    /// The numbers of a parameter, which must be whole.
    func wholeNumbers(
        of parameter: Parameter, _ what: String,
        in bounds: ClosedRange<Int> = -16_777_215...16_777_215
    ) throws(LoweringError) -> [Int] {
        var numbers: [Int] = []
        for value in parameter.seen.scalars {
            guard let number = Int(exactly: value), bounds.contains(number) else {
                throw refuse(
                    "among its \(what) is \(value), no whole number from \(bounds.lowerBound) to "
                        + "\(bounds.upperBound); fold the network to whole numbers first")
            }
            numbers.append(number)
        }
        return numbers
    }

    /// Codes, bits and fraction bits of weights.
    func integerWeights(_ parameter: Parameter, shape: [Int]) throws -> IntegerWeights {
        let numbers = try wholeNumbers(of: parameter, "weights")
        let view = parameter.views.last { $0.bits != nil }
        // Of one bit all weights have one size; else the quantiser says what a code counts.
        let unit: Int
        switch view {
        case let view as SymmetricQuantizer:
            let scales = view.scales(of: parameter.value)
            unit = Int(scales.first ?? 1)
        case is BinaryQuantizer: unit = numbers.lazy.map(abs).max() ?? 1
        default: unit = 1
        }
        let shift = unit > 0 ? min(unit.trailingZeroBitCount, 15) : 0
        let codes = numbers.map { $0 >> shift }
        guard zip(codes, numbers).allSatisfy({ $0 << shift == $1 }) else {
            throw refuse("its weights are no multiples of \(unit)")
        }
        let largest = codes.lazy.map(abs).max() ?? 0
        guard largest <= 127 else {
            throw refuse("a weight counts \(largest), more than the 127 of 8 bits; take fewer bits")
        }
        let needed = IntegerWeights.widths.dropFirst().first { largest < 1 << ($0 - 1) } ?? 8
        let bits = view?.bits.map { $0 == 1 ? 1 : max($0, needed) } ?? needed
        let mask = parameter.mask?.alive.scalars.map { $0 != 0 }
        return try IntegerWeights(
            shape: shape, codes: codes.map { Int8($0) }, mask: mask, bits: bits, shift: shift,
            layer: name)
    }
}
