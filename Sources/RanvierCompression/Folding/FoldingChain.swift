import Foundation
import RanvierNetworks
import RanvierTensors

/// The layers of a network on their way into whole numbers, one after the other.
struct FoldingChain {
    let folding: WholeNumberFolding
    let steps: Int
    let timeStep: Double
    /// Shape behind the layers so far.
    private var shape: [Int]
    /// Layers that are done, with their names.
    private(set) var layers: [any Layer] = []
    /// Views of parameters by name.
    private(set) var views: [String: [any ParameterView]] = [:]
    private(set) var report: [FoldingReport.Layer] = []
    private(set) var warnings: [String] = []

    /// Synapses whose neurons are still to come, and layers between them.
    private var pending: FoldingSynapses?
    private var between: [(name: String, layer: any Layer)] = []
    /// What one unit that comes in stands for, and how many there can be.
    private var unit = 1.0, largest = 1.0
    /// The read-out has been seen: nothing may follow.
    private var isFinished = false

    /// Single precision holds whole numbers below this one exactly.
    private static let exactLimit = 16_777_216.0
    /// The same for membranes that a leak is rounded of: `v (2^k − 1)` has to be exact, and rounding is up to 2²².
    private static func leakLimit(_ shift: Int?) -> Double {
        min(4_194_304, exactLimit / exp2(Double(shift ?? 0)))
    }
    /// Largest number of 16 bits, of which one code is not used.
    private static let wordLimit = 32_767
    /// Thresholds below this have too few levels for what lies between 0 and them.
    private static let leastThreshold = 8

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
        if let neuron = FoldingNeuron(layer, timeStep: timeStep) {
            try append(neuron, name: name, kind: kind)
            return
        }
        switch layer {
        case is Linear, is Convolution1D, is Convolution2D:
            guard pending == nil else {
                throw refuse("synapses follow synapses without neurons between them")
            }
            pending = try FoldingSynapses(layer, name: name)
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
            let shift = try shift(of: factor, name: name, kind: kind)
            try appendReadout(integrator: (name, shift, scale))
            return
        case is Dropout: break
        case is Flatten, is MaxPool2D:
            if pending == nil {
                layers.append(layer.named(name))
            } else {
                between.append((name, layer))
            }
        // Its input stays as it is.
        case _ where kind == "folded-norm": break
        default:
            throw refuse(
                "only linear layers, convolutions, normalisation, max pooling, flattening, and 'if' "
                    + "and 'lif' neurons have a form in whole numbers")
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

    private var outputScale: Double?

    private static func free(_ word: String, besides names: [String]) -> String {
        names.contains(word) ? "whole-number-\(word)" : word
    }

    // MARK: - Neurons

    private mutating func append(_ neuron: FoldingNeuron, name: String, kind: String) throws {
        func refuse(_ reason: String) -> FoldingError {
            .layer(name: name, kind: kind, reason: reason)
        }
        guard let synapses = pending else { throw refuse("no synapses stand before it") }
        let count = synapses.outputs
        guard shape.last == count else {
            throw refuse(
                "the last axis of \(shape) has no \(count) channels any more; flatten behind the "
                    + "neurons")
        }
        guard (neuron.resetPotential ?? 0) == 0 else {
            throw refuse(
                "it is reset to \(neuron.resetPotential ?? 0); only 0 is a whole number "
                    + "in every channel's scale")
        }
        // Without leak and reset to a level, what a membrane begins with beyond a whole number decides nothing: all that is added
        // and compared is whole.
        guard
            neuron.initialShare == 0
                || !neuron.hasLeak && neuron.resetPotential == nil && neuron.levels == nil
        else {
            throw refuse(
                "its membranes begin elsewhere than at 0, which has a form in whole numbers for neurons "
                    + "without leak and with a soft reset alone")
        }
        guard neuron.inputScale > 0 else {
            throw refuse("its input is multiplied by 0; use input-scale: unit")
        }
        let shift = try shift(of: neuron.leak, name: name, kind: kind)
        let thresholds = (0..<count).map {
            neuron.thresholds[neuron.thresholds.count == 1 ? 0 : $0]
        }
        var scales = synapses.scales(unit: unit * neuron.inputScale, thresholds: thresholds)
        if neuron.givesMembrane { scales = try oneScale(scales, of: synapses) }
        let fraction = exp2(Double(folding.fractionBits))
        let units = scales.map { $0 / fraction }
        let codes = zip(thresholds, units).map { ($0 / $1).rounded(.toNearestOrEven) }
        guard codes.allSatisfy({ $0 >= 1 }) else {
            throw refuse(
                "a threshold is less than half a unit of its channel's weights; take more bits, or "
                    + "fraction bits")
        }
        if let largest = codes.max(), largest >= Self.exactLimit {
            throw FoldingError.tooLarge(
                layer: name, what: "thresholds", bound: largest, limit: Self.exactLimit)
        }
        let leak = shift.map { 1 - exp2(-Double($0)) } ?? 1
        let own = try levels(
            of: neuron, units: units, shift: neuron.hasLeak ? shift : nil,
            weightStep: synapses.codes.scales.max() ?? 0, name: name, kind: kind)
        var entry = try append(
            synapses, units: units, inputScale: neuron.inputScale, drift: neuron.drift)
        let membrane = try membraneBound(
            sum: Double(entry.largestSum), shift: shift,
            first: (codes.max() ?? 0) * Double(abs(neuron.initialShare)),
            late: neuron.isDelayed ? codes.max() ?? 0 : 0,
            limit: own == nil ? Self.exactLimit : Self.leakLimit(shift), name: name)
        for (name, layer) in between { layers.append(layer.named(name)) }
        let made = neuron.make(
            FoldedNumbers(
                thresholds: codes.map { Float($0) }, initialShare: neuron.initialShare, leak: leak,
                levels: own))
        layers.append(made.named(name))
        storeInWords("\(name).threshold", codes)
        noteThresholds(codes, name: name)
        entry.neurons = name
        entry.thresholds = Int(codes.min() ?? 0)...Int(codes.max() ?? 0)
        entry.shift = shift
        entry.largestMembrane = Int(membrane)
        report.append(entry)
        (pending, between) = (nil, [])
        (unit, largest) = (1, 1)
        if neuron.givesMembrane {
            outputScale = units[0]
            isFinished = true
        }
    }

    private mutating func noteThresholds(_ codes: [Double], name: String) {
        let small = codes.count { $0 < Double(Self.leastThreshold) }
        if small > 0 {
            warnings.append(
                "layer '\(name)': \(small) of \(codes.count) thresholds are below "
                    + "\(Self.leastThreshold), which leaves few levels; fraction bits make them finer"
            )
        }
    }

    /// The places of a leak's shift; nil for a leak of 1.
    func shift(of leak: Double, name: String, kind: String) throws -> Int? {
        guard leak != 1 else { return nil }
        // Leaks near 1 have no shift at all.
        let nearest = leak < 1 - 1e-9 ? DecayShift(nearestTo: max(leak, 0)) : nil
        if let nearest, nearest.shift <= 15 {
            let isExact = abs(nearest.leak - leak) <= 1e-6 * max(1 - leak, 1e-3)
            if isExact || folding.leak == .nearestShift { return nearest.shift }
            throw FoldingError.layer(
                name: name, kind: kind,
                reason: "its leak of \(leak) is no shift 1 − 2^−k; the nearest is "
                    + "\(nearest.leak), which folding takes if asked for (leak: nearest-shift)")
        }
        throw FoldingError.layer(
            name: name, kind: kind, reason: "its leak of \(leak) has no shift of up to 15 places")
    }

    /// Levels of the membrane in whole numbers.
    private func levels(
        of neuron: FoldingNeuron, units: [Double], shift: Int?, weightStep: Double, name: String,
        kind: String
    ) throws -> MembraneLevels? {
        guard let levels = neuron.levels else {
            return shift == nil ? nil : .wholeNumbers
        }
        let unit = units[0]
        let size = levels.sharesStep ? weightStep : Double(levels.uniformStep)
        let step = size / unit
        let isOneUnit = units.allSatisfy { abs($0 - unit) <= 1e-6 * unit }
        let code = step.rounded(.toNearestOrEven)
        guard levels.placement == .uniform, isOneUnit, code >= 1, abs(step - code) <= 1e-4 * code
        else {
            throw FoldingError.layer(
                name: name, kind: kind,
                reason: "the levels of its membrane are no multiples of what its weights count in "
                    + "every channel; share one scale, or leave the levels out")
        }
        return MembraneLevels(step: code, bits: levels.bits, rounding: levels.rounding)
    }

    private func membraneBound(
        sum: Double, shift: Int?, first: Double, late: Double, limit: Double, name: String
    ) throws -> Double {
        var bound = first + Double(steps) * sum + late
        if let shift {
            // Of what a leak leaves, at most the limit of the geometric series stays, rounded up at every step.
            bound = min(bound, first + (sum + late + 1) * exp2(Double(shift)))
        }
        guard bound < limit else {
            throw FoldingError.tooLarge(
                layer: name, what: "membranes", bound: bound, limit: limit)
        }
        return bound
    }

    // MARK: - Synapses

    /// Puts synapses with whole numbers into the chain.
    private mutating func append(
        _ synapses: FoldingSynapses, units: [Double], inputScale: Double, drift: Double
    ) throws -> FoldingReport.Layer {
        let fraction = exp2(Double(folding.fractionBits))
        let biases = synapses.biases(inputScale: inputScale, drift: drift)
            .map { zip($0, units).map { ($0 / $1).rounded(.toNearestOrEven) } }
        guard biases?.allSatisfy(\.isFinite) ?? true else {
            throw FoldingError.layer(
                name: synapses.name, kind: synapses.kind,
                reason: "its biases, or the normalisation behind it, are not all finite")
        }
        let sums = zip(synapses.codes.sums, 0..<units.count).map {
            $0 * fraction * largest + abs(biases?[$1] ?? 0)
        }
        let bound = sums.max() ?? 0
        guard bound < Self.exactLimit else {
            throw FoldingError.tooLarge(
                layer: synapses.name, what: "sums", bound: bound, limit: Self.exactLimit)
        }
        layers.append(synapses.layer(fraction: fraction, biases: biases).named(synapses.name))
        var own: [any ParameterView] = synapses.mask.map { [$0] } ?? []
        own.append(
            synapses.codes.bits == 1
                ? BinaryQuantizer()
                : SymmetricQuantizer(bits: synapses.codes.bits, scale: .fixed([Float(fraction)])))
        views["\(synapses.name).weights"] = own
        if let biases { storeInWords("\(synapses.name).bias", biases) }
        return FoldingReport.Layer(
            name: synapses.name, weightBits: synapses.codes.bits,
            largestBias: biases.map { Int($0.map(abs).max() ?? 0) }, largestSum: Int(bound))
    }

    /// Counts numbers as words of 16 bits, if they are.
    private mutating func storeInWords(_ name: String, _ codes: [Double]) {
        let largest = codes.map(abs).max() ?? 0
        if largest <= Double(Self.wordLimit) {
            views[name] = [SymmetricQuantizer(bits: 16, scale: .fixed([1]))]
        } else {
            warnings.append(
                "'\(name)' reaches \(Int(largest)), more than 16 bits hold; it is counted as 32")
        }
    }

    // MARK: - Read-out

    private mutating func appendReadout(
        integrator: (name: String, shift: Int?, inputScale: Double)?
    ) throws {
        guard let synapses = pending else {
            throw FoldingError.layer(
                name: integrator?.name ?? "network", kind: LeakyIntegrator.kind,
                reason: "no synapses stand before it")
        }
        let inputScale = integrator?.inputScale ?? 1
        let scales = try oneScale(
            synapses.scales(unit: unit * inputScale, thresholds: nil), of: synapses)
        let units = scales.map { $0 / exp2(Double(folding.fractionBits)) }
        var entry = try append(synapses, units: units, inputScale: inputScale, drift: 0)
        for (name, layer) in between { layers.append(layer.named(name)) }
        if let (name, shift, _) = integrator {
            let membrane = try membraneBound(
                sum: Double(entry.largestSum), shift: shift, first: 0, late: 0,
                limit: min(
                    Self.exactLimit, shift.map { 4_194_304 * exp2(Double($0)) } ?? .infinity),
                name: name)
            layers.append(WholeNumberIntegrator(shift: shift).named(name))
            (entry.neurons, entry.shift) = (name, shift)
            entry.largestMembrane = Int(membrane)
        }
        report.append(entry)
        (pending, between) = (nil, [])
        outputScale = units[0]
        isFinished = true
    }

    /// Scales that are all the same, which outputs that are compared must have.
    private func oneScale(
        _ scales: [Double], of synapses: FoldingSynapses
    ) throws(FoldingError) -> [Double] {
        let alive = zip(scales, synapses.living).filter(\.1).map(\.0)
        guard let first = alive.first ?? scales.first else { return scales }
        guard alive.allSatisfy({ abs($0 - first) <= 1e-6 * first }) else {
            throw .layer(
                name: synapses.name, kind: synapses.kind,
                reason: "outputs that are compared with each other have scales of their own; "
                    + "quantise the read-out with one scale for all outputs")
        }
        return scales.map { _ in first }
    }
}
