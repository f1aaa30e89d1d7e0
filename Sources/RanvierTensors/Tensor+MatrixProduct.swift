import CRanvierKernels

extension Tensor {
    /// Product of rows with a matrix, and an optional row added to each result.
    ///
    ///     y[…, j] = Σ_i x[…, i] w[i, j] + b[j]
    ///
    /// The kernel follows the storage of `x`: spikes below ``spikeProductDensity(outputs:)`` add the rows of `w` that
    /// fired ("spikeProduct"); a constant sequence is multiplied once ("constantProduct" is noted, then the
    /// product of its step); numbers of which few are not zero, as in images with an empty background, are listed and
    /// multiplied alone, as are those of a single row ("sparseProduct"); everything else is one dense product
    /// ("denseProduct"). While a tape is recorded, large products run on matrix units where there are any, of spikes
    /// from 1/8 of ones on ("spikeTileProduct").
    ///
    /// - Parameters:
    ///   - weights: `[inputs, outputs]`, so that the outgoing weights of an input are contiguous.
    ///   - bias: `[outputs]`.
    /// - Returns: `[…, outputs]`.
    public func matrixProduct(_ weights: Tensor, bias: Tensor? = nil) -> Tensor {
        product(weights, bias: bias, living: nil)
    }

    /// The same; `living` says what a mask leaves of the weights.
    func product(_ weights: Tensor, bias: Tensor?, living: LivingWeights?) -> Tensor {
        precondition(
            weights.rank == 2 && rank >= 1 && shape[rank - 1] == weights.shape[0],
            "rows of \(shape) do not fit the matrix \(weights.shape)")
        precondition(
            bias == nil || bias?.shape == [weights.shape[1]],
            "a bias of \(bias?.shape ?? []) does not fit the matrix \(weights.shape)")
        if let constant = mappingStep({ $0.product(weights, bias: bias, living: living) }) {
            KernelLog.note("constantProduct")
            return constant
        }
        let outputs = weights.shape[1]
        let target = Array(shape.dropLast()) + [outputs]
        let x = detached, w = weights.detached
        let wantsInput = isTracked, wantsWeights = weights.isTracked
        let isRecorded = wantsInput || wantsWeights || bias?.isTracked == true
        let value = Tensor.product(
            x, w, bias?.detached, target, isTraining: isRecorded, living: living)
        let all = [self, weights] + (bias.map { [$0] } ?? [])
        return Tape.record(value, inputs: all) { gradient in
            let upstream = gradient.reshaped(to: [gradient.count / max(outputs, 1), outputs])
            var parts: [Tensor?] = [nil, nil]
            if wantsInput {
                parts[0] = Tensor.inputGradient(upstream, w, shape: x.shape)
            }
            if wantsWeights {
                parts[1] = Tensor.weightGradient(x, upstream, living: living)
            }
            return parts + [upstream.sum(axes: [0])]
        }
    }

    /// Share of ones below which spikes are cheaper to add than to multiply densely.
    ///
    /// Up to 16 outputs a spike costs one vector addition, while a dense product wastes most of its
    /// registers, so adding always wins.
    public static func spikeProductDensity(outputs: Int) -> Float { outputs <= 16 ? 1.01 : 0.35 }

    /// The same for a convolution, whose dense form has no thin case.
    static func spikeConvolutionDensity(outputs: Int) -> Float {
        outputs >= 64 ? 0.2 : outputs >= 32 ? 0.12 : 0.06
    }

    /// Whether spikes are few enough to be added one by one in a product with this many outputs.
    package func hasSparseSpikes(outputs: Int, convolved: Bool = false) -> Bool {
        guard let bits = spikeBits else { return false }
        let limit =
            convolved
            ? Tensor.spikeConvolutionDensity(outputs: outputs)
            : Tensor.spikeProductDensity(outputs: outputs)
        return Float(bits.count) < Float(count) * limit
    }

    /// Sum over all rows of `x`ᵀ · upstream, `[inputs, outputs]`, without a tape.
    ///
    /// - Parameters:
    ///   - upstream: `[rows, outputs]`, of which the first `skipped` are not for `x`.
    ///   - living: what a mask leaves of the weights; where it costs nothing, the rest is left out.
    package static func weightGradient(
        _ x: Tensor, _ upstream: Tensor, skipping skipped: Int = 0, living: LivingWeights? = nil
    ) -> Tensor {
        let inputs = x.shape[x.rank - 1]
        if let bits = x.spikeBits {
            let gradient = SpikeGradient(
                bits: bits, inputs: inputs, upstream: upstream, skipped: skipped)
            return gradient.fastest(density: Double(bits.count) / Double(max(x.count, 1)))
        }
        let rows = skipped > 0 ? upstream.slice(skipped..<upstream.shape[0]) : upstream
        let factors = x.reshaped(to: [x.count / max(inputs, 1), inputs])
        if let sparse = SparseRows(forGradientOf: factors, outputs: rows.shape[1]) {
            KernelLog.note("sparseWeightGradient")
            return sparse.transposed.product(rows, block: factors.shape[0], living: living)
        }
        return MatrixKernel.tiledTransposedProduct(factors, rows)
            ?? MatrixKernel.product(factors, rows, transposeFirst: true)
    }

    /// `upstream` · wᵀ; with few outputs left to the neurons that ask for it.
    private static func inputGradient(_ upstream: Tensor, _ w: Tensor, shape: [Int]) -> Tensor {
        if w.shape[1] <= ThinProduct.mostTerms, w.shape[0] > w.shape[1] {
            return Tensor(
                shape: shape, deferred: ThinProduct(rows: upstream, weights: w))
        }
        let product =
            MatrixKernel.tiledProduct(upstream, w, transposeSecond: true)
            ?? MatrixKernel.product(upstream, w, transposeSecond: true)
        return product.reshaped(to: shape)
    }

    /// The product without a tape.
    ///
    /// Products on matrix units add in another order than the others, which give the same bits. An answer shall have the
    /// same bits for a step and a sequence, for spikes and numbers; training needs speed.
    static func product(
        _ x: Tensor, _ w: Tensor, _ bias: Tensor?, _ target: [Int], isTraining: Bool,
        living: LivingWeights? = nil
    ) -> Tensor {
        if isTraining, let tiled = spikeTileProduct(x, w, bias, target) { return tiled }
        if x.hasSparseSpikes(outputs: w.shape[1]) {
            if !isTraining, let list = ListedWeights.list(of: w, living) {
                return spikeListProduct(x, w, list, bias, target)
            }
            return spikeProduct(x, w, bias, target, living)
        }
        let rows = x.reshaped(to: [x.count / max(w.shape[0], 1), w.shape[0]])
        if let sparse = SparseRows(forProductOf: rows, outputs: w.shape[1], isTraining: isTraining)
        {
            KernelLog.note("sparseProduct")
            return sparse.product(w, bias: bias, block: rnv_product_block(w.shape[0]))
                .reshaped(to: target)
        }
        KernelLog.note("denseProduct")
        let product =
            (isTraining ? MatrixKernel.tiledProduct(rows, w, bias: bias) : nil)
            ?? MatrixKernel.product(rows, w, bias: bias)
        return product.reshaped(to: target)
    }

    /// Many spikes on matrix units; nil where it would not pay.
    private static func spikeTileProduct(
        _ x: Tensor, _ w: Tensor, _ bias: Tensor?, _ target: [Int]
    ) -> Tensor? {
        let inputs = w.shape[0], outputs = w.shape[1]
        guard let bits = x.spikeBits, x.count >= 512 * inputs, 8 * bits.count > x.count,
            let weights = TiledWeights(w)
        else { return nil }
        KernelLog.note("spikeTileProduct")
        let start = bias?.denseBuffer
        let result = FloatBuffer(count: target.elementCount)
        let perRow = bits.bitsPerRow / inputs
        let samples = min(perRow, Int(RNV_TILES_GROUP)), pieces = (perRow + samples - 1) / samples
        Parallel.forEachRange(of: bits.rows * pieces, grain: max(1, 256 / samples)) { range in
            let scratch = weights.scratch()
            for part in range {
                let row = part / pieces, first = part % pieces * samples
                rnv_tiles_spike_product(
                    bits.row(row), first * inputs, min(samples, perRow - first), inputs,
                    weights.pointer, outputs, start?.pointer, scratch.pointer,
                    result.pointer + (row * perRow + first) * outputs)
            }
            withExtendedLifetime(scratch) {}
        }
        withExtendedLifetime((bits, weights, start)) {}
        return Tensor(shape: target, dense: result)
    }

    private static func spikeProduct(
        _ x: Tensor, _ w: Tensor, _ bias: Tensor?, _ target: [Int], _ living: LivingWeights?
    ) -> Tensor {
        guard let bits = x.spikeBits else { preconditionFailure("not a spike tensor") }
        KernelLog.note("spikeProduct")
        let inputs = w.shape[0], outputs = w.shape[1]
        let padded = w.paddingColumns(), start = bias?.reshaped(to: [1, outputs]).paddingColumns()
        let stride = padded.shape[1]
        let weights = padded.denseBuffer, offsets = start?.denseBuffer
        let result = FloatBuffer(count: target.elementCount)
        let flags = living.flatMap { $0.inputs.areSome ? $0.inputs.flags : nil }
        forEachPart(of: bits, inputs: inputs) { words, first, count, row in
            rnv_spike_product(
                words, first, count, inputs, weights.pointer, stride, outputs, offsets?.pointer,
                flags, result.pointer + row * outputs)
        }
        withExtendedLifetime((bits, weights, offsets)) {}
        return Tensor(shape: target, dense: result)
    }

    /// Spikes that add the weights that are listed for their inputs.
    private static func spikeListProduct(
        _ x: Tensor, _ w: Tensor, _ list: ListedWeights, _ bias: Tensor?, _ target: [Int]
    ) -> Tensor {
        guard let bits = x.spikeBits else { preconditionFailure("not a spike tensor") }
        KernelLog.note("spikeListProduct")
        let inputs = w.shape[0], outputs = w.shape[1], offsets = bias?.denseBuffer
        let result = FloatBuffer(count: target.elementCount), width = Int32(list.width)
        list.withLists { all in
            nonisolated(unsafe) let all = all
            forEachPart(of: bits, inputs: inputs) { words, first, count, row in
                let sum = FloatBuffer(count: outputs + 3)
                var lists = all
                rnv_spike_list_product(
                    words, first, count, inputs, &lists, width, outputs, offsets?.pointer,
                    sum.pointer,
                    result.pointer + row * outputs)
                withExtendedLifetime(sum) {}
            }
        }
        withExtendedLifetime((bits, offsets)) {}
        return Tensor(shape: target, dense: result)
    }

    /// Runs `body` with some samples of a step: its words, their first bit, how many, and the place of the first among all.
    private static func forEachPart(
        of bits: SpikeBits, inputs: Int,
        _ body: @Sendable (UnsafePointer<UInt64>, _ first: Int, _ count: Int, _ row: Int) -> Void
    ) {
        let perRow = bits.bitsPerRow / max(inputs, 1)  // samples in a step
        let samples = min(perRow, 16), pieces = (perRow + samples - 1) / max(samples, 1)
        // Steps of few samples go together: a part must be worth the call of another thread.
        let grain = max(1, 256 / max(perRow, 1))
        Parallel.forEachRange(of: bits.rows * pieces, grain: grain) { range in
            for part in range {
                let row = part / pieces, first = part % pieces * samples
                body(
                    bits.row(row), first * inputs, min(samples, perRow - first),
                    row * perRow + first)
            }
        }
    }

    /// The matrix with zero columns added up to a multiple of the vector length.
    package func paddingColumns() -> Tensor {
        let columns = shape[1], padded = (columns + 15) / 16 * 16
        if padded == columns { return self }
        let source = denseBuffer
        let rows = shape[0]
        return Tensor(denseShape: [rows, padded]) { destination in
            guard let base = destination.baseAddress else { return }
            nonisolated(unsafe) let first = base
            Parallel.forEachRange(of: rows, grain: 4096) { range in
                for row in range {
                    let to = first + row * padded
                    to.update(from: source.pointer + row * columns, count: columns)
                    (to + columns).update(repeating: 0, count: padded - columns)
                }
            }
        }
    }
}
