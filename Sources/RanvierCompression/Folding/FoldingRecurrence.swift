import Foundation
import RanvierNetworks
import RanvierTensors

/// Recurrent weights as whole numbers in the units of the synapses before the neurons.
///
///     R = m_j q u_j / n
///
/// What one unit of a membrane stands for is a part n of the scale of the synapses, small enough that the scale of the recurrent
/// weights to neuron j is a multiple m_j of it.
struct FoldingRecurrence {
    /// As whole numbers and scales, by neurons.
    let codes: WeightCodes
    /// Which connections are there; nil for all.
    let mask: Mask?
    private let shape: [Int]
    private let channels: Int
    private let name: String
    /// Whether nothing has rounded the weights, one for each neuron: they become words, as biases and thresholds do.
    private let areWords: Bool

    /// Parts of a unit that are looked at where nothing may change: more would make any two scales fit by chance.
    private static let exactParts = Array(1...16) + [32, 64, 128, 256]
    /// Most parts of a unit where scales may be changed.
    private static let mostParts = 1024
    /// By what part of itself a scale may be changed.
    private static let nearest = 1.0 / 64

    init(_ layer: RecurrentLIF, name: String, channels: Int) throws(FoldingError) {
        areWords =
            layer.connection == .oneToOne && !layer.weights.views.contains { $0.bits != nil }
        codes =
            areWords
            ? try WeightCodes(signsOf: layer.weights) : try WeightCodes(of: layer.weights)
        mask = layer.weights.remainingMask
        shape = layer.weights.shape
        self.channels = channels
        self.name = name
    }

    /// The scale of the first living weights to each channel; 0 where there are none.
    var channelScales: [Double] {
        var scales = [Double](repeating: 0, count: channels)
        for (neuron, scale) in codes.scales.enumerated() where scales[neuron % channels] == 0 {
            scales[neuron % channels] = scale
        }
        return scales
    }

    /// What units and scales have in common.
    struct Fit {
        /// Parts of a unit, n.
        var parts: Int
        /// Multiples of a part, m, one for each neuron.
        var multiples: [Int]
        /// What those count in the numbers of the network, 2^f, or 1 where they are as fine already.
        var fraction: Double
        /// By what part of itself a scale is changed at most.
        var error: Double
    }

    /// Parts and multiples that bring the scales together.
    ///
    /// - Parameter units: what one whole number from the synapses is in each channel, in what recurrent weights count.
    func fit(
        to units: [Double], by rule: WholeNumberFolding.RecurrenceRule, fraction: Double
    ) throws(FoldingError) -> Fit {
        let ratios = codes.scales.enumerated().map { $1 / units[$0 % channels] }
        guard ratios.allSatisfy(\.isFinite) else {
            throw refuse("what its weights count has no finite size; train anew")
        }
        func fit(_ parts: Int) -> Fit {
            let exact = ratios.map { $0 * Double(parts) }
            let multiples = exact.map { $0.rounded(.toNearestOrEven) }
            let error = zip(exact, multiples).reduce(0) { error, pair in
                pair.0 > 0 ? max(error, abs(pair.1 / pair.0 - 1)) : error
            }
            return Fit(
                parts: parts, multiples: multiples.map { Int(min($0, 1e15)) }, fraction: fraction,
                error: error)
        }
        if areWords {
            let words = ratios.map { Int(min(($0 * fraction).rounded(.toNearestOrEven), 1e15)) }
            return try checked(Fit(parts: 1, multiples: words, fraction: 1, error: 0))
        }
        let exact = Self.exactParts.lazy.map(fit).first { $0.error <= 1e-6 }
        if let exact { return try checked(exact) }
        switch rule {
        case .exact:
            throw refuse(
                "its recurrent weights count in other units than the synapses before it, and neither scale is a "
                    + "small multiple of the other; quantise both with scales that are powers of two "
                    + "(scheme: power-of-two), or let the scale be changed a little (recurrence: "
                    + "nearest-multiple)")
        case .nearestMultiple:
            let near = (1...Self.mostParts).lazy.map(fit).first { $0.error <= Self.nearest }
            guard let near else {
                throw refuse(
                    "its recurrent weights count in units far smaller than those of the synapses before it; "
                        + "quantise with one scale for all outputs (scale: tensor)")
            }
            return try checked(near)
        }
    }

    private func checked(_ fit: Fit) throws(FoldingError) -> Fit {
        let largest = codes.codes.enumerated().reduce(0.0) {
            max($0, Double(abs($1.element)) * Double(fit.multiples[$1.offset % codes.outputs]))
        }
        guard largest <= Double(FoldingChain.wordLimit) else {
            throw FoldingError.tooLarge(
                layer: name, what: "recurrent weights", bound: largest,
                limit: Double(FoldingChain.wordLimit))
        }
        return fit
    }

    private func refuse(_ reason: String) -> FoldingError {
        .layer(name: name, kind: RecurrentLIF.kind, reason: reason)
    }

    /// The weights in parts of units.
    func weights(_ fit: Fit) -> Tensor {
        let numbers = codes.codes.enumerated().map {
            Float(Double($1) * Double(fit.multiples[$0 % codes.outputs]) * fit.fraction)
        }
        return Tensor(numbers, shape: shape)
    }

    /// How they are stored: in as many bits as before, counted in their multiples.
    func views(_ fit: Fit) -> [any ParameterView] {
        let own: [any ParameterView] = mask.map { [$0] } ?? []
        guard codes.bits > 1 else { return own + [BinaryQuantizer()] }
        if areWords { return own + [SymmetricQuantizer(bits: codes.bits, scale: .fixed([1]))] }
        let scales = fit.multiples.map { Float(Double(max($0, 1)) * fit.fraction) }
        let isOne = Set(scales).count == 1
        return own + [
            SymmetricQuantizer(
                bits: codes.bits, scale: .fixed(isOne ? [scales[0]] : scales), isPerOutput: !isOne)
        ]
    }

    /// The largest sum of recurrent spikes that a neuron of each channel can hear.
    func sums(_ fit: Fit) -> [Double] {
        var sums = [Double](repeating: 0, count: channels)
        for (neuron, sum) in codes.sums.enumerated() {
            sums[neuron % channels] = max(
                sums[neuron % channels], sum * Double(fit.multiples[neuron]) * fit.fraction)
        }
        return sums
    }
}
