import Foundation
import RanvierNetworks
import RanvierTensors

extension FoldingChain {
    /// Puts synapses with whole numbers into the chain.
    ///
    /// - Parameters:
    ///   - units: what one whole number is in each output behind the layers between.
    ///   - factor: on the codes of the weights.
    ///   - heard: the largest sum of recurrent spikes in each output, 0 where nil.
    mutating func append(
        _ synapses: FoldingSynapses, units: [Double], factor: Double, inputScale: Double,
        drift: Double, heard: [Double]? = nil
    ) throws(FoldingError) -> FoldingReport.Layer {
        let name = synapses.name
        // Pooling adds up biases with the sums that they belong to.
        let biases = synapses.biases(inputScale: inputScale, drift: drift)
            .map { zip($0, units).map { ($0 / ($1 * pooled)).rounded(.toNearestOrEven) } }
        guard biases?.allSatisfy(\.isFinite) ?? true else {
            throw FoldingError.layer(
                name: name, kind: synapses.kind,
                reason: "its biases, or the normalisation behind it, are not all finite")
        }
        let codes = synapses.codes.sums
        let sums = codes.indices.map { index in
            (codes[index] * factor * largest + abs(biases?[index] ?? 0)) * pooled
        }
        guard pooled == 1 || (sums.max() ?? 0) < folding.limit(WholeNumberPool.limit) else {
            throw FoldingError.tooLarge(
                layer: name, what: "pooled sums", bound: sums.max() ?? 0,
                limit: folding.limit(WholeNumberPool.limit))
        }
        let bound = sums.indices.map { sums[$0] + (heard?[$0] ?? 0) }.max() ?? 0
        guard bound < folding.limit(WholeNumberLeak.exactLimit) else {
            throw FoldingError.tooLarge(
                layer: name, what: "sums", bound: bound,
                limit: folding.limit(WholeNumberLeak.exactLimit))
        }
        layers.append(synapses.layer(factor: factor, biases: biases).named(name))
        var own: [any ParameterView] = synapses.mask.map { [$0] } ?? []
        own.append(
            synapses.codes.bits == 1
                ? BinaryQuantizer()
                : SymmetricQuantizer(bits: synapses.codes.bits, scale: .fixed([Float(factor)])))
        views["\(name).weights"] = own
        if let bits = synapses.delayBits {
            views["\(name).delays"] = [SymmetricQuantizer(bits: bits, scale: .fixed([1]))]
        }
        if let biases { storeInWords("\(name).bias", biases) }
        return FoldingReport.Layer(
            name: name, weightBits: synapses.codes.bits,
            largestBias: biases.map { Int($0.map(abs).max() ?? 0) }, largestSum: Int(bound))
    }

    /// Counts numbers as words of 16 bits, if they are.
    mutating func storeInWords(_ name: String, _ codes: [Double]) {
        let largest = codes.map(abs).max() ?? 0
        if largest <= Double(Self.wordLimit) {
            views[name] = [SymmetricQuantizer(bits: 16, scale: .fixed([1]))]
        } else {
            warnings.append(
                "'\(name)' reaches \(Int(largest)), more than 16 bits hold; it is counted as 32")
        }
    }

    // MARK: - Read-out

    mutating func appendReadout(
        integrator: (name: String, leak: WholeNumberLeak, inputScale: Double)?
    ) throws(FoldingError) {
        guard let synapses = pending else {
            throw FoldingError.layer(
                name: integrator?.name ?? "network", kind: LeakyIntegrator.kind,
                reason: "no synapses stand before it")
        }
        let inputScale = integrator?.inputScale ?? 1
        let scales = try oneScale(
            synapses.scales(unit: unit / pooled * inputScale, thresholds: nil), of: synapses)
        let fraction = exp2(Double(folding.fractionBits))
        let units = scales.map { $0 / fraction }
        var entry = try append(
            synapses, units: units, factor: fraction, inputScale: inputScale, drift: 0)
        for (name, layer) in between { layers.append(layer.named(name)) }
        if let (name, leak, _) = integrator {
            let membrane = try membraneBound(
                sum: Double(entry.largestSum), leak: leak, first: 0, late: 0,
                limit: folding.limit(WholeNumberIntegrator.limit(of: leak)), name: name)
            layers.append(WholeNumberIntegrator(leak).named(name))
            entry.neurons = name
            (entry.shift, entry.multiplier) = (leak.shift, leak.multiplier)
            entry.largestMembrane = Int(membrane)
        }
        report.append(entry)
        (pending, between, pooled) = (nil, [], 1)
        outputScale = units[0]
        isFinished = true
    }

    /// Scales that are all the same, which outputs that are compared must have.
    func oneScale(
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
