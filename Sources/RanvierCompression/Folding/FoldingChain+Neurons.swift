import Foundation
import RanvierNetworks
import RanvierTensors

extension FoldingChain {
    /// Thresholds below this have too few levels for what lies between 0 and them.
    private static let leastThreshold = 8

    /// Puts the synapses that wait, and the neurons behind them, into the chain.
    mutating func append(_ neuron: FoldingNeuron, name: String, kind: String) throws {
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
        try requireWhole(neuron, name: name, kind: kind)
        let leak = try leak(of: neuron.leak, name: name, kind: kind)
        noteLeak(leak, of: neuron.leak, name: name)
        let thresholds = (0..<count).map {
            neuron.thresholds[neuron.thresholds.count == 1 ? 0 : $0]
        }
        let recurrence = try neuron.recurrent.map {
            try FoldingRecurrence($0, name: name, channels: count)
        }
        let fraction = exp2(Double(folding.fractionBits)), input = neuron.inputScale
        var scales = synapses.scales(
            unit: unit / pooled * input, thresholds: thresholds,
            others: recurrence?.channelScales.map { $0 * input })
        if neuron.givesMembrane { scales = try oneScale(scales, of: synapses) }
        let fit = try recurrence?.fit(
            to: scales.map { $0 / input }, by: folding.recurrence, fraction: fraction)
        if let fit { noteFit(fit, name: name) }
        let factor = fraction * Double(fit?.parts ?? 1)
        let units = scales.map { $0 / factor }
        let codes = try codes(of: thresholds, units: units, name: name, kind: kind)
        let own = try levels(
            of: neuron, units: units, leak: leak,
            weightStep: synapses.codes.scales.max() ?? 0, name: name, kind: kind)
        var entry = try append(
            synapses, units: units, factor: factor, inputScale: input, drift: neuron.drift,
            heard: fit.flatMap { recurrence?.sums($0) })
        let membrane = try membraneBound(
            sum: Double(entry.largestSum), leak: leak,
            first: (codes.max() ?? 0) * Double(abs(neuron.initialShare)),
            late: neuron.isDelayed ? codes.max() ?? 0 : 0,
            limit: folding.limit(own == nil ? WholeNumberLeak.exactLimit : leak.membraneLimit),
            name: name)
        for (name, layer) in between { layers.append(layer.named(name)) }
        let made = neuron.make(
            FoldedNumbers(
                thresholds: codes.map { Float($0) }, initialShare: neuron.initialShare,
                leak: leak.factor, levels: own,
                recurrence: fit.flatMap { recurrence?.weights($0) }))
        layers.append(made.named(name))
        storeInWords("\(name).threshold", codes)
        if let recurrence, let fit {
            views["\(name).weights"] = recurrence.views(fit)
            entry.recurrentBits = recurrence.codes.bits
        }
        noteThresholds(codes, name: name)
        entry.neurons = name
        entry.thresholds = Int(codes.min() ?? 0)...Int(codes.max() ?? 0)
        (entry.shift, entry.multiplier) = (leak.shift, leak.multiplier)
        entry.largestMembrane = Int(membrane)
        report.append(entry)
        (pending, between, pooled) = (nil, [], 1)
        (unit, largest) = (1, 1)
        if neuron.givesMembrane {
            outputScale = units[0]
            isFinished = true
        }
    }

    /// Refuses resets, beginnings and inputs that are whole in no scale.
    private func requireWhole(
        _ neuron: FoldingNeuron, name: String, kind: String
    ) throws(FoldingError) {
        func refuse(_ reason: String) -> FoldingError {
            .layer(name: name, kind: kind, reason: reason)
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
    }

    // MARK: - Thresholds

    private func codes(
        of thresholds: [Double], units: [Double], name: String, kind: String
    ) throws(FoldingError) -> [Double] {
        let codes = zip(thresholds, units).map { ($0 / $1).rounded(.toNearestOrEven) }
        guard codes.allSatisfy({ $0 >= 1 }) else {
            throw .layer(
                name: name, kind: kind,
                reason:
                    "a threshold is less than half a unit of its channel's weights; take more bits, or "
                    + "fraction bits")
        }
        if let largest = codes.max(), largest >= WholeNumberLeak.exactLimit {
            throw .tooLarge(
                layer: name, what: "thresholds", bound: largest,
                limit: WholeNumberLeak.exactLimit)
        }
        return codes
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

    private mutating func noteFit(_ fit: FoldingRecurrence.Fit, name: String) {
        guard fit.error > 1e-6 else { return }
        let change = (1000 * fit.error).rounded() / 10
        warnings.append(
            "layer '\(name)': the scale of its recurrent weights was changed by up to \(change) % to be a "
                + "multiple of the unit of its membranes")
    }

    // MARK: - Leaks

    /// A leak in whole numbers.
    func leak(
        of leak: Double, name: String, kind: String
    ) throws(FoldingError) -> WholeNumberLeak {
        guard leak != 1 else { return .nothing }
        // Leaks near 1 have no shift at all.
        let nearest = leak < 1 - 1e-9 ? DecayShift(nearestTo: max(leak, 0)) : nil
        if let nearest, nearest.shift <= 15,
            abs(nearest.leak - leak) <= 1e-6 * max(1 - leak, 1e-3)
        {
            return .shift(nearest.shift)
        }
        func refuse(_ reason: String) -> FoldingError {
            .layer(name: name, kind: kind, reason: "its leak of \(leak) \(reason)")
        }
        switch folding.leak {
        case .exact, .nearestShift:
            guard let nearest, nearest.shift <= 15 else {
                throw refuse("has no shift of up to 15 places")
            }
            if folding.leak == .nearestShift { return .shift(nearest.shift) }
            throw refuse(
                "is no shift 1 − 2^−k; the nearest is \(nearest.leak), which folding takes if asked for "
                    + "(leak: nearest-shift); or let it be multiplied (leak: multiply)")
        case .multiply:
            let parts = Int((leak * Double(WholeNumberLeak.one)).rounded(.toNearestOrEven))
            guard (0..<WholeNumberLeak.one).contains(parts) else {
                throw refuse(
                    "forgets less than half a part in \(WholeNumberLeak.one) and would be none with 12 bits; "
                        + "take neurons without a leak, or a longer time step")
            }
            return .multiplier(parts)
        }
    }

    /// Tells where a leak is not what it was.
    mutating func noteLeak(_ leak: WholeNumberLeak, of factor: Double, name: String) {
        guard leak.multiplier != nil, factor < 1 else { return }
        let change = abs((1 - leak.factor) / (1 - factor) - 1)
        guard change > 0.01 else { return }
        warnings.append(
            "layer '\(name)': with 12 bits its leak of \(factor) is \(leak.factor), which forgets otherwise by "
                + "\((1000 * change).rounded() / 10) %")
    }

    /// Levels of the membrane in whole numbers.
    private func levels(
        of neuron: FoldingNeuron, units: [Double], leak: WholeNumberLeak, weightStep: Double,
        name: String, kind: String
    ) throws(FoldingError) -> MembraneLevels? {
        guard let levels = neuron.levels else { return neuron.hasLeak ? leak.levels : nil }
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
        // A product is exact where it is cut to whole numbers, and a cut is where they are the levels.
        let isCut = levels.rounding == .towardsZero
        guard leak.multiplier == nil && !isCut || isCut && code == 1 && (leak.shift ?? 0) <= 12
        else {
            throw FoldingError.layer(
                name: name, kind: kind,
                reason:
                    "a leak by multiplication, and levels that are rounded towards zero, have a form in whole "
                    + "numbers together, where levels are as far from each other as the codes of the weights; "
                    + "take 'rounding: towards-zero' with shared-step: true, or leave the levels out"
            )
        }
        return MembraneLevels(step: code, bits: levels.bits, rounding: levels.rounding)
    }

    func membraneBound(
        sum: Double, leak: WholeNumberLeak, first: Double, late: Double, limit: Double,
        name: String
    ) throws(FoldingError) -> Double {
        var bound = first + Double(steps) * sum + late
        if leak != .nothing {
            // Of what a leak leaves, at most the limit of the geometric series stays, rounded up at every step.
            bound = min(bound, first + (sum + late + 1) / (1 - leak.factor))
        }
        guard bound < limit else {
            throw .tooLarge(layer: name, what: "membranes", bound: bound, limit: limit)
        }
        return bound
    }
}
