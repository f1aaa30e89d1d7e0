import Foundation
import RanvierNetworks
import RanvierTensors

/// The layers of a network on their way into whole numbers, one after the other.
struct FoldingChain {
    let folding: WholeNumberFolding
    let steps: Int
    let timeStep: Double
    /// Shape behind the layers so far.
    var shape: [Int]
    /// Layers that are done, with their names.
    var layers: [any Layer] = []
    /// Views of parameters by name.
    var views: [String: [any ParameterView]] = [:]
    var report: [FoldingReport.Layer] = []
    var warnings: [String] = []

    /// Synapses whose neurons are still to come, and layers between them.
    var pending: FoldingSynapses?
    var between: [(name: String, layer: any Layer)] = []
    /// How many sums of the synapses one sum behind the layers between adds up.
    var pooled = 1.0
    /// What one unit that comes in stands for, and how many there can be.
    var unit = 1.0, largest = 1.0
    /// The read-out has been seen: nothing may follow.
    var isFinished = false
    /// What one whole number of the read-out stands for.
    var outputScale: Double?

    /// Largest number of 16 bits, of which one code is not used.
    static let wordLimit = 32_767

    init(folding: WholeNumberFolding, steps: Int, timeStep: Double, shape: [Int]) {
        self.folding = folding
        self.steps = steps
        self.timeStep = timeStep
        self.shape = shape
    }

    mutating func begin(with input: WholeNumberInput, besides names: [String]) {
        unit = 1 / Double(input.options.levels)
        largest = Double(input.largest)
        layers.append(input.named(Self.free("input", besides: names)))
    }

    mutating func append(_ stage: Network.Stage) throws {
        let layer = stage.layer, name = stage.name, kind = type(of: stage.layer).kind
        func refuse(_ reason: String) -> FoldingError {
            .layer(name: name, kind: kind, reason: reason)
        }
        guard !isFinished else { throw refuse("it stands behind the read-out") }
        if let neuron = try FoldingNeuron(layer, timeStep: timeStep, name: name) {
            try append(neuron, name: name, kind: kind)
            return
        }
        switch layer {
        case is Linear, is DelayedLinear, is Convolution1D, is Convolution2D:
            guard pending == nil else {
                throw refuse("synapses follow synapses without neurons between them")
            }
            pending = try synapses(layer, name: name)
        case let layer as BatchNormalization:
            guard var synapses = pending, between.isEmpty else {
                throw refuse("it does not stand right behind synapses")
            }
            guard layer.variant.steps == nil else {
                throw refuse("its map differs from step to step; use the variant 'shared'")
            }
            synapses.append(layer.inferenceMap)
            pending = synapses
        case let layer as LeakyIntegrator:
            let factor = layer.leak.factor(timeStep: timeStep)
            let scale = layer.options.inputScale == .oneMinusLeak ? 1 - factor : 1
            let leak = try leak(of: factor, name: name, kind: kind)
            noteLeak(leak, of: factor, name: name)
            try appendReadout(integrator: (name, leak, scale))
            return
        case is Dropout: break
        case is Flatten, is MaxPool2D:
            if pending == nil {
                layers.append(layer.named(name))
            } else {
                between.append((name, layer))
            }
        case let layer as AveragePool2D:
            try append(
                WholeNumberPool(
                    layer.options.size, stride: layer.options.stride,
                    padding: layer.options.padding), name: name)
        case is GlobalAveragePool2D: try append(.global, name: name)
        // Its input stays as it is.
        case _ where kind == "folded-norm": break
        default:
            throw refuse(
                "only linear layers with or without delays, convolutions, normalisation, pooling, flattening, "
                    + "and 'if', 'lif' and 'recurrent-lif' neurons have a form in whole numbers")
        }
        shape = try layer.outputShape(for: shape)
    }

    mutating func finish(besides names: [String]) throws {
        if !isFinished, pending != nil { try appendReadout(integrator: nil) }
        if let scale = outputScale {
            layers.append(
                WholeNumberOutput(scale: scale).named(Self.free("output", besides: names)))
        }
        guard !report.isEmpty else {
            throw FoldingError.layer(
                name: "network", kind: "list of layers", reason: "it has no synapses")
        }
    }

    private static func free(_ word: String, besides names: [String]) -> String {
        names.contains(word) ? "whole-number-\(word)" : word
    }

    private mutating func synapses(
        _ layer: any Layer, name: String
    ) throws(FoldingError) -> FoldingSynapses {
        let synapses = try FoldingSynapses(
            layer, name: name, timeStep: timeStep, delays: folding.delays)
        if synapses.roundedDelays > 0 {
            warnings.append(
                "layer '\(name)': \(synapses.roundedDelays) of \(synapses.codes.codes.count) delays lay between "
                    + "two steps and were rounded to the nearest")
        }
        return synapses
    }

    /// Sums in place of means: what they are divided by goes into what one unit stands for.
    private mutating func append(_ pool: WholeNumberPool, name: String) throws(FoldingError) {
        let area = Double(pool.area(of: shape))
        if pending == nil {
            (unit, largest) = (unit / area, largest * area)
            guard largest < folding.limit(WholeNumberPool.limit) else {
                throw .tooLarge(
                    layer: name, what: "sums", bound: largest,
                    limit: folding.limit(WholeNumberPool.limit))
            }
            layers.append(pool.named(name))
        } else {
            pooled *= area
            between.append((name, pool))
        }
    }
}
