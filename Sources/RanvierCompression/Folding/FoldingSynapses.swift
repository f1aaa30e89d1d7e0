import RanvierNetworks
import RanvierTensors

/// Synapses with quantised weights, and the linear map of their outputs behind them.
struct FoldingSynapses {
    let name: String
    let kind: String
    /// Weights as whole numbers and scales.
    let codes: WeightCodes
    /// Which connections are there; nil for all.
    let mask: Mask?
    /// How many delays lay between two steps and were rounded.
    let roundedDelays: Int
    private let original: any Layer
    /// In whole steps, of delayed synapses.
    private let delays: [Double]
    private let timeStep: Double
    private let weights: Parameter
    /// The map `a x + b` of each output.
    private var scale: [Double]
    private var shift: [Double]
    private var hasBias: Bool

    /// - Throws: ``FoldingError`` for a layer whose weights are not quantised, or that delays by parts of a step.
    init(
        _ layer: any Layer, name: String, timeStep: Double,
        delays rule: WholeNumberFolding.DelayRule
    ) throws(FoldingError) {
        guard let weights = layer.parameters.first(where: { $0.name == "weights" })?.parameter
        else {
            throw .layer(name: name, kind: type(of: layer).kind, reason: "it has no weights")
        }
        self.name = name
        kind = type(of: layer).kind
        original = layer
        self.weights = weights
        mask = weights.remainingMask
        self.timeStep = timeStep
        codes = try WeightCodes(of: weights)
        if let layer = layer as? DelayedLinear {
            (delays, roundedDelays) = try Self.wholeDelays(of: layer, codes, name: name, by: rule)
        } else {
            (delays, roundedDelays) = ([], 0)
        }
        let bias = layer.parameters.first { $0.name == "bias" }?.parameter
        hasBias = bias != nil
        scale = [Double](repeating: 1, count: codes.outputs)
        shift = bias?.seen.scalars.map { Double($0) } ?? scale.map { _ in 0 }
    }

    /// Delays in whole steps; connections without a weight have none.
    private static func wholeDelays(
        of layer: DelayedLinear, _ codes: WeightCodes, name: String,
        by rule: WholeNumberFolding.DelayRule
    ) throws(FoldingError) -> (steps: [Double], rounded: Int) {
        let steps = zip(layer.delays.seen.scalars, codes.codes).map { $1 == 0 ? 0 : Double($0) }
        guard steps.allSatisfy({ $0.isFinite }) else {
            throw .layer(
                name: name, kind: DelayedLinear.kind, reason: "its delays are not all finite")
        }
        // Delays are kept in 0 … maximum where they are used.
        let whole = steps.map {
            min(max($0.rounded(.toNearestOrEven), 0), Double(layer.maximumDelay))
        }
        let rounded = zip(steps, whole).count { $0 != $1 }
        if rounded > 0, rule == .exact { throw delaysBetweenSteps(rounded, of: whole.count, name) }
        return (whole, rounded)
    }

    /// Why delays have no form in whole numbers.
    static func delaysBetweenSteps(_ count: Int, of all: Int, _ name: String) -> FoldingError {
        .layer(
            name: name, kind: DelayedLinear.kind,
            reason:
                "\(count) of \(all) delays lie between two steps; folding takes the nearest step if asked "
                + "for (delays: nearest-step)")
    }

    /// Outputs.
    var outputs: Int { codes.outputs }

    /// Bits that hold the delays as they are stored; nil for synapses without any.
    var delayBits: Int? { delays.max().map { $0 <= 127 ? 8 : 16 } }

    /// Which outputs depend on their input.
    var living: [Bool] { zip(codes.scales, scale).map { $0 > 0 && $1 != 0 } }

    /// Puts a normalisation behind.
    mutating func append(_ map: (scale: Tensor, shift: Tensor)) {
        let a = map.scale.scalars.map { Double($0) }, b = map.shift.scalars.map { Double($0) }
        for index in scale.indices {
            scale[index] *= a[index]
            shift[index] = shift[index] * a[index] + b[index]
        }
        hasBias = true
    }

    /// What one whole number stands for in each output; of outputs without weights a fraction of the threshold.
    ///
    /// - Parameter others: scales of recurrent weights to the same outputs, 0 where there are none.
    func scales(
        unit: Double, thresholds: [Double]?, others: [Double]? = nil
    ) -> [Double] {
        let living = living
        let alive = living.indices.filter { living[$0] }
            .map { codes.scales[$0] * abs(scale[$0]) * unit }
        return living.indices.map { index in
            guard !living[index] else {
                return codes.scales[index] * abs(scale[index]) * unit
            }
            if let others, others[index] > 0 { return others[index] }
            return thresholds.map { $0[index] / 1024 } ?? alive.first ?? 1
        }
    }

    /// Biases before they become whole numbers; nil where there are none.
    func biases(inputScale: Double, drift: Double) -> [Double]? {
        hasBias || drift != 0 ? shift.map { $0 * inputScale + drift } : nil
    }

    /// The same synapses with whole numbers, `sgn(a) q` times a factor.
    func layer(factor: Double, biases: [Double]?) -> any Layer {
        let numbers = codes.codes.enumerated().map { index, code -> Float in
            let a = scale[index % outputs]
            return a == 0 ? 0 : Float(Double(code) * factor * (a < 0 ? -1 : 1))
        }
        let own = Tensor(numbers, shape: weights.shape)
        let bias = biases.map { Tensor($0.map { Float($0) }, shape: [outputs]) }
        switch original {
        case let layer as Convolution2D:
            return Convolution2D(
                weights: own, bias: bias, window: layer.window, groups: layer.groups)
        case let layer as Convolution1D:
            let window = layer.options.convolution.window
            return Convolution1D(
                weights: own, bias: bias, stride: window.strideWidth, padding: window.paddingWidth,
                groups: layer.options.convolution.groups)
        case is DelayedLinear:
            return DelayedLinear(
                weights: own,
                delays: Tensor(delays.map { Float($0) }, shape: weights.shape)
                    * Float(timeStep), timeStep: timeStep, bias: bias)
        case is Linear: return Linear(weights: own, bias: bias)
        default: preconditionFailure("'\(type(of: original).kind)' was taken for synapses before")
        }
    }
}
