import RanvierTensors

/// What a change of weights does to the current of each neuron of a layer.
///
///     D = W − W'
///     worst      ε_i = max(Σ_j D_ij⁺, Σ_j D_ij⁻)          spikes are 0 or 1
///     expected   ε_i = Σ_j r_j |D_ij|
///     signed     m_i = −Σ_j r_j D_ij,   s_i² = Σ_j r_j (1 − r_j) D_ij² + π_j W_ij²
///
/// Pruning has `D = W (1 − m)`, quantising `D = W − Q(W)`. r are the firing rates of the inputs and π the probabilities that they
/// have changed themselves, as the layer before was predicted: 0 for a first layer. Source: Yao et al. 2023; signed sizes and π are an
/// extension of this project.
public struct WeightChange: Sendable, Hashable {
    /// Largest error of a current, one for each neuron.
    public var worst: [Double]
    /// Expected size of the error.
    public var expected: [Double]
    /// Mean m of the shift of a current.
    public var shiftMean: [Double]
    /// Variance s² of the shift.
    public var shiftVariance: [Double]

    /// The change from some weights to others.
    ///
    /// - Parameters:
    ///   - inputRates: spikes per step, one for each input.
    ///   - inputChange: π, one for each input; nil where inputs are as they were.
    /// - Throws: ``CompressionError`` for other counts than the layer has inputs, and for what is no share.
    public init(
        from weights: Tensor, to changed: Tensor, order: WeightLayout.Order = .outputsLast,
        inputRates: [Double], inputChange: [Double]? = nil, layer: String = ""
    ) throws(CompressionError) {
        let layout = WeightLayout(weights.shape, order: order)
        guard changed.shape == weights.shape else {
            throw .mismatch(
                layer: layer, what: "changed weights", expected: "shape \(weights.shape)",
                found: "shape \(changed.shape)")
        }
        for (what, count) in [
            ("firing rates", inputRates.count),
            ("changes of inputs", inputChange?.count ?? layout.inputs),
        ] where count != layout.inputs {
            throw .mismatch(
                layer: layer, what: what, expected: "\(layout.inputs), one for each input",
                found: "\(count)")
        }
        for (what, shares) in [
            ("firing rates", inputRates), ("changes of inputs", inputChange ?? []),
        ] {
            guard let strange = shares.first(where: { !(0...1).contains($0) }) else { continue }
            throw .impossibleValue(
                what: "\(what) of layer '\(layer)'", expected: "shares of steps from 0 to 1",
                found: "\(strange)")
        }
        let before = weights.scalars, after = changed.scalars
        self.init(
            layout, before: before.map { Double($0) },
            difference: zip(before, after).map { Double($0) - Double($1) }, rates: inputRates,
            inputChange: inputChange)
    }

    /// In double precision.
    init(
        _ layout: WeightLayout, before: [Double], difference: [Double], rates: [Double],
        inputChange: [Double]?
    ) {
        self.init(
            layout, difference: difference, means: rates, variances: rates.map { $0 * (1 - $0) },
            sizes: rates)
        guard let inputChange else { return }
        let added = WeightSquares(layout, weights: before).sums(over: inputChange)
        for output in shiftVariance.indices { shiftVariance[output] += added[output] }
    }

    /// For inputs of any kind, in groups where there are more of them than an output hears.
    ///
    /// - Parameters:
    ///   - means: mean of each input.
    ///   - variances: variance of each input.
    ///   - sizes: mean size of each input.
    init(
        _ layout: WeightLayout, difference: [Double], means: [Double], variances: [Double],
        sizes: [Double]
    ) {
        var positive = [Double](repeating: 0, count: layout.outputs)
        var negative = positive
        (worst, expected, shiftMean, shiftVariance) = (positive, positive, positive, positive)
        let groups = layout.groups(ofInputs: means.count) ?? 1
        for output in 0..<layout.outputs {
            for input in 0..<layout.inputs {
                let heard = layout.place(ofInput: input, for: output, groups: groups)
                for place in 0..<layout.places {
                    let d = difference[layout.index(output: output, input: input, place: place)]
                    positive[output] += max(d, 0)
                    negative[output] += max(-d, 0)
                    expected[output] += sizes[heard] * abs(d)
                    shiftMean[output] -= means[heard] * d
                    shiftVariance[output] += variances[heard] * d * d
                }
            }
            worst[output] = max(positive[output], negative[output])
        }
    }
}

/// Squares of weights, summed over the places of a kernel: how much of a change of inputs reaches outputs.
struct WeightSquares: Sendable {
    private let layout: WeightLayout
    /// `[outputs][inputs]`.
    private let squares: [Double]

    init(_ layout: WeightLayout, weights: [Double]) {
        self.layout = layout
        var squares = [Double](repeating: 0, count: layout.outputs * layout.inputs)
        for output in 0..<layout.outputs {
            for input in 0..<layout.inputs {
                for place in 0..<layout.places {
                    let w = weights[layout.index(output: output, input: input, place: place)]
                    squares[output * layout.inputs + input] += w * w
                }
            }
        }
        self.squares = squares
    }

    /// `Σ_j π_j W_ij²` for each output.
    func sums(over change: [Double]) -> [Double] {
        let groups = layout.groups(ofInputs: change.count) ?? 1
        return (0..<layout.outputs).map { output in
            (0..<layout.inputs).reduce(0) { sum, input in
                sum + change[layout.place(ofInput: input, for: output, groups: groups)]
                    * squares[output * layout.inputs + input]
            }
        }
    }
}
