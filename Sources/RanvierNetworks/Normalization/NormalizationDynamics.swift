import RanvierTensors

/// Normalisation of a sequence per channel, forward and backward, in one fused operation.
///
///     x̂[t] = (x[t] − μ) / √(σ² + ε),    y[t] = p[t] (γ x̂[t] + β)
///
/// μ and σ² are those of the batch, shared over time or one for each step, or given. With upstream `g`, and
/// `u[t] = p[t] γ g[t]`, whose means run over all M elements that share a statistic:
///
///     ∂L/∂β = Σ p g,   ∂L/∂γ = Σ p g x̂,   ∂L/∂p[t] = Σ g[t] (γ x̂[t] + β)
///     ∂L/∂x = (u − mean(u) − x̂ mean(u x̂)) / √(σ² + ε)
///
/// With given statistics the two means are absent.
struct NormalizationDynamics: Sendable {
    /// Added to the variance.
    var epsilon: Double
    /// Whether each step has statistics of its own.
    var isPerStep: Bool

    /// Mean and biased variance, `[1 or T][C]`.
    struct Statistics: Sendable {
        var mean: [[Double]]
        var variance: [[Double]]
    }

    /// Statistics of a batch `[T, …, C]`.
    func statistics(of x: Tensor) -> Statistics {
        let sums = ChannelSums(x.shape)
        let count = Double(max(sums.rows * (isPerStep ? 1 : sums.steps), 1))
        let moments = sums.moments(of: x.denseBuffer, perStep: isPerStep)
        return Statistics(
            mean: moments.map(\.mean), variance: moments.map { $0.squares.map { $0 / count } })
    }

    /// Applies statistics.
    ///
    /// - Parameters:
    ///   - x: `[T, …, C]`.
    ///   - scale: γ, `[C]` or `[T, C]`.
    ///   - shift: β, `[C]`, or nil.
    ///   - stepScale: p, `[T]`, or nil.
    ///   - areBatchStatistics: whether the statistics are those of `x` and change with it.
    func run(
        _ x: Tensor, scale: Tensor, shift: Tensor?, stepScale: Tensor?, statistics: Statistics,
        areBatchStatistics: Bool
    ) -> Tensor {
        let pass = NormalizationPass(
            x: x.detached, scale: scale.detached, shift: shift?.detached,
            stepScale: stepScale?.detached, statistics: statistics, epsilon: epsilon)
        let inputs = [x, scale] + [shift, stepScale].compactMap { $0 }
        let hasShift = shift != nil, hasStepScale = stepScale != nil
        return Tape.record(pass.value(), inputs: inputs) { gradient in
            let parts = pass.pullback(gradient, areBatchStatistics: areBatchStatistics)
            return [parts.x, parts.scale]
                + (hasShift ? [parts.shift] : []) + (hasStepScale ? [parts.stepScale] : [])
        }
    }
}

/// One forward pass and what its adjoint needs.
private struct NormalizationPass: Sendable {
    let x: Tensor
    let sums: ChannelSums
    private let gamma: [[Double]]
    private let beta: [Double]
    private let step: [Double]
    private let mean: [[Double]]
    private let inverse: [[Double]]

    init(
        x: Tensor, scale: Tensor, shift: Tensor?, stepScale: Tensor?,
        statistics: NormalizationDynamics.Statistics, epsilon: Double
    ) {
        self.x = x
        sums = ChannelSums(x.shape)
        let (steps, channels) = (sums.steps, sums.channels)
        let gammas = scale.scalars.map { Double($0) }
        precondition(
            gammas.count == channels || gammas.count == steps * channels,
            "a scale \(scale.shape) for a sequence \(x.shape)")
        gamma = stride(from: 0, to: gammas.count, by: channels).map {
            Array(gammas[$0..<$0 + channels])
        }
        beta = shift?.scalars.map { Double($0) } ?? Array(repeating: 0, count: channels)
        step = stepScale?.scalars.map { Double($0) } ?? Array(repeating: 1, count: steps)
        precondition(step.count == steps, "\(step.count) factors for \(steps) steps")
        mean = statistics.mean
        inverse = statistics.variance.map { $0.map { 1 / ($0 + epsilon).squareRoot() } }
    }

    private func at<Row>(_ rows: [Row], _ t: Int) -> Row { rows[rows.count > 1 ? t : 0] }

    /// Coefficients `[T, C]` of a linear map, from a formula per step and channel.
    private func coefficients(_ formula: (_ t: Int, _ c: Int) -> Double) -> FloatBuffer {
        var all: [Float] = []
        for t in 0..<sums.steps { for c in 0..<sums.channels { all.append(Float(formula(t, c))) } }
        return Tensor(all, shape: [all.count]).denseBuffer
    }

    func value() -> Tensor {
        let scale = coefficients { t, c in step[t] * at(gamma, t)[c] * at(inverse, t)[c] }
        let shift = coefficients { t, c in
            step[t] * (beta[c] - at(gamma, t)[c] * at(inverse, t)[c] * at(mean, t)[c])
        }
        let map = ChannelAffine(x.denseBuffer, sums: sums, scale: scale, shift: shift)
        return ChannelAffine.fits(channels: sums.channels)
            ? Tensor(shape: x.shape, deferred: map) : Tensor(shape: x.shape, dense: map.buffer)
    }

    func pullback(_ gradient: Tensor, areBatchStatistics: Bool) -> (
        x: Tensor, scale: Tensor, shift: Tensor, stepScale: Tensor
    ) {
        let source = x.denseBuffer, upstream = gradient.denseBuffer
        let (steps, channels) = (sums.steps, sums.channels)
        let center = coefficients { t, c in at(mean, t)[c] }
        let found = sums.products(of: source, and: upstream, center: center)
        // Σ g x̂ per step and channel.
        let normalized = (0..<steps).map { t in
            (0..<channels).map { found.products[t][$0] * at(inverse, t)[$0] }
        }
        var toScale = [[Double]](
            repeating: Array(repeating: 0, count: channels), count: gamma.count)
        var toShift = [Double](repeating: 0, count: channels)
        var toStep = [Double](repeating: 0, count: steps)
        for t in 0..<steps {
            for c in 0..<channels {
                toScale[gamma.count > 1 ? t : 0][c] += step[t] * normalized[t][c]
                toShift[c] += step[t] * found.sums[t][c]
                toStep[t] += at(gamma, t)[c] * normalized[t][c] + beta[c] * found.sums[t][c]
            }
        }
        let direct = coefficients { t, c in step[t] * at(gamma, t)[c] * at(inverse, t)[c] }
        let through = areBatchStatistics ? means(found.sums, normalized) : nil
        let slope = coefficients { t, c in
            through.map { -at($0.products, t)[c] * at(inverse, t)[c] * at(inverse, t)[c] } ?? 0
        }
        let offset = coefficients { t, c in
            guard let through else { return 0 }
            let inverse = at(inverse, t)[c]
            return -at(through.sums, t)[c] * inverse
                + at(through.products, t)[c] * inverse * inverse * at(mean, t)[c]
        }
        let toInput = ChannelBlend(
            upstream, source, sums: sums,
            coefficients: .init(gradient: direct, source: slope, offset: offset))
        let flat = toScale.flatMap { $0 }.map { Float($0) }
        return (
            Tensor(shape: x.shape, deferred: toInput),
            Tensor(flat, shape: gamma.count > 1 ? [steps, channels] : [channels]),
            Tensor(toShift.map { Float($0) }, shape: [channels]),
            Tensor(toStep.map { Float($0) }, shape: [steps])
        )
    }

    /// Means of `u` and `u x̂` over the elements that share a statistic.
    private func means(_ totals: [[Double]], _ normalized: [[Double]]) -> (
        sums: [[Double]], products: [[Double]]
    ) {
        let groups = mean.count
        var sums = [[Double]](
            repeating: Array(repeating: 0, count: self.sums.channels), count: groups)
        var products = sums
        let count = Double(self.sums.rows * (groups > 1 ? 1 : self.sums.steps))
        for t in 0..<self.sums.steps {
            for c in 0..<self.sums.channels {
                let weight = step[t] * at(gamma, t)[c] / count
                sums[groups > 1 ? t : 0][c] += weight * totals[t][c]
                products[groups > 1 ? t : 0][c] += weight * normalized[t][c]
            }
        }
        return (sums, products)
    }
}
