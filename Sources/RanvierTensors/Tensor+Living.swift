import CRanvierKernels

// Columns that are collected and put back: what products with emptied inputs and outputs are made of.

extension Tensor {
    /// Some places of the last axis, differentiable; spikes stay bits and constant sequences constant.
    ///
    /// - Parameter mask: the mask that the gradient then fits; nil for none.
    func collecting(_ places: LivingWeights.Places, mask: LivingWeights? = nil) -> Tensor {
        precondition(shape.last == places.length, "places of \(places.length) in \(shape)")
        if let constant = mappingStep({ $0.collecting(places) }) { return constant }
        let target = Array(shape.dropLast()) + [places.list.count]
        let value =
            spikeBits.map { Self.collected($0, places, target) }
            ?? Self.collected(denseBuffer, places, target)
        return Tape.record(value, inputs: [self]) { gradient in
            let all = Self.spread(gradient.denseBuffer, places, shape: target, background: nil)
            all.denseBuffer.maskedBy = mask
            return [all]
        }
    }

    /// The numbers at some places of the last axis, differentiable.
    ///
    /// - Parameter background: `[length]`, what stands at the other places; nil for zeros.
    func spreading(_ places: LivingWeights.Places, background: Tensor? = nil) -> Tensor {
        if let constant = mappingStep({ $0.spreading(places, background: background) }) {
            return constant
        }
        let own = shape
        let value = Self.spread(
            denseBuffer, places, shape: own, background: background?.denseBuffer)
        return Tape.record(value, inputs: [self] + (background.map { [$0] } ?? [])) { gradient in
            let part = Self.collected(gradient.denseBuffer, places, own)
            guard background != nil else { return [part] }
            let rows = gradient.count / max(places.length, 1)
            let sums = gradient.reshaped(to: [rows, places.length]).sum(axes: [0])
            return [
                part, sums * Tensor(places.flags.map { 1 - Float($0) }, shape: [places.length]),
            ]
        }
    }

    /// Some inputs and outputs of weights `[…, inputs, outputs]`, differentiable; nil for all.
    ///
    /// - Parameter mask: the mask that the gradient then fits; nil for none.
    func collectingWeights(
        inputs: LivingWeights.Places?, outputs: LivingWeights.Places?, mask: LivingWeights?
    ) -> Tensor {
        var weights = outputs.map { collecting($0, mask: mask) } ?? self
        if let inputs {
            weights = weights.collectingRows(inputs)
        }
        return weights
    }

    /// Some places of the last axis but one, differentiable.
    private func collectingRows(_ places: LivingWeights.Places) -> Tensor {
        let width = shape[rank - 1], blocks = shape.dropLast(2).reduce(1, *)
        let full = shape, target = Array(shape.dropLast(2)) + [places.list.count, width]
        let from = denseBuffer, to = FloatBuffer(count: target.elementCount)
        for block in 0..<blocks {
            for (rank, place) in places.list.enumerated() {
                (to.pointer + (block * places.list.count + rank) * width).update(
                    from: from.pointer + (block * places.length + Int(place)) * width, count: width)
            }
        }
        return Tape.record(Tensor(shape: target, dense: to), inputs: [self]) { gradient in
            let from = gradient.denseBuffer
            return [
                Tensor(denseShape: full) { to in
                    guard let base = to.baseAddress else { return }
                    for row in 0..<blocks * places.length {
                        let rank = places.ranks[row % places.length]
                        if rank < 0 {
                            (base + row * width).update(repeating: 0, count: width)
                        } else {
                            let at = row / places.length * places.list.count + Int(rank)
                            (base + row * width).update(
                                from: from.pointer + at * width, count: width)
                        }
                    }
                }
            ]
        }
    }

    private static func collected(
        _ bits: SpikeBits, _ places: LivingWeights.Places, _ target: [Int]
    ) -> Tensor {
        let perRow = bits.bitsPerRow / max(places.length, 1)
        let result = SpikeBits(rows: bits.rows, bitsPerRow: perRow * places.list.count)
        Parallel.forEachRange(of: bits.rows, grain: max(1, 65536 / max(bits.bitsPerRow, 1))) {
            for row in $0 {
                rnv_spikes_gather(
                    bits.row(row), bits.bitsPerRow, places.length, places.ranks,
                    places.list.count, result.row(row))
            }
        }
        return Tensor(shape: target, spikes: result)
    }

    private static func collected(
        _ buffer: FloatBuffer, _ places: LivingWeights.Places, _ target: [Int]
    ) -> Tensor {
        let result = FloatBuffer(count: target.elementCount)
        let (length, count) = (places.length, places.list.count)
        let rows = buffer.count / max(length, 1)
        Parallel.forEachRange(of: rows, grain: max(1, 65536 / max(length, 1))) { range in
            rnv_gather_columns(
                buffer.pointer + range.lowerBound * length, range.count, length, places.list, count,
                result.pointer + range.lowerBound * count)
        }
        return Tensor(shape: target, dense: result)
    }

    private static func spread(
        _ buffer: FloatBuffer, _ places: LivingWeights.Places, shape: [Int],
        background: FloatBuffer?
    ) -> Tensor {
        let target = Array(shape.dropLast()) + [places.length]
        let result = FloatBuffer(count: target.elementCount)
        let (length, count) = (places.length, places.list.count)
        let rows = shape.dropLast().reduce(1, *)
        Parallel.forEachRange(of: rows, grain: max(1, 65536 / max(length, 1))) { range in
            rnv_scatter_columns(
                buffer.pointer + range.lowerBound * count, range.count, count, places.list,
                background?.pointer, length, result.pointer + range.lowerBound * length)
        }
        return Tensor(shape: target, dense: result)
    }
}

// MARK: - Products

extension Tensor {
    /// ``matrixProduct(_:bias:)`` with weights of which a mask leaves some.
    ///
    /// While a tape is recorded, inputs and outputs without any weight are left out, where a quarter of them or more are
    /// gone: the others are collected, multiplied and put back ("compactProduct" is noted), and so are their gradients. Sums
    /// then go over fewer inputs and are cut into blocks by their number: results are those of the whole matrix to the
    /// rounding of single precision. Otherwise they have the same bits: spikes of inputs without weights are passed over, and
    /// where few weights are left, spikes add what is listed ("spikeListProduct").
    ///
    /// - Parameter living: what the mask leaves; nil where there is none.
    package func matrixProduct(
        _ weights: Tensor, bias: Tensor?, living: LivingWeights?
    ) -> Tensor {
        guard let living else { return matrixProduct(weights, bias: bias) }
        let isRecorded = isTracked || weights.isTracked || bias?.isTracked == true
        // Few outputs leave their gradient to the neurons that ask for it; to collect inputs would work it out.
        let inputs = weights.shape[1] > ThinProduct.mostTerms ? living.inputs : nil
        guard isRecorded, living.outputs.areFew || inputs?.areFew == true else {
            return product(weights, bias: bias, living: living)
        }
        return compact(living, inputs: inputs, weights, bias: bias) { x, w, b in
            x.product(w, bias: b, living: nil)
        }
    }

    /// ``convolution(_:bias:window:groups:)`` with weights of which a mask leaves some: channels without any weight are left
    /// out while a tape is recorded, where a quarter of them or more are gone.
    package func convolution(
        _ weights: Tensor, bias: Tensor?, window: ImageWindow, groups: Int, measuresChannels: Bool,
        living: LivingWeights?
    ) -> Tensor {
        let isRecorded = isTracked || weights.isTracked || bias?.isTracked == true
        guard let living, isRecorded, groups == 1, living.outputs.areFew || living.inputs.areFew
        else {
            return convolution(
                weights, bias: bias, window: window, groups: groups,
                measuresChannels: measuresChannels)
        }
        return compact(
            living, inputs: living.inputs, weights, bias: bias,
            spreadShape: { images in
                guard
                    let size = window.outputSize(
                        height: images[images.count - 3], width: images[images.count - 2])
                else { preconditionFailure("a window \(window) does not fit images \(images)") }
                return Array(images.dropLast(3)) + [size.height, size.width]
            }
        ) { x, w, b in
            x.convolution(w, bias: b, window: window, groups: 1)
        }
    }

    /// - Parameter spreadShape: from the axes that come in to those that go out, without the last.
    private func compact(
        _ living: LivingWeights, inputs: LivingWeights.Places?, _ weights: Tensor,
        bias: Tensor?, spreadShape: ([Int]) -> [Int] = { Array($0.dropLast()) },
        _ multiply: (Tensor, Tensor, Tensor?) -> Tensor
    ) -> Tensor {
        if let constant = mappingStep({
            $0.compact(
                living, inputs: inputs, weights, bias: bias, spreadShape: spreadShape, multiply)
        }) {
            return constant
        }
        KernelLog.note("compactProduct")
        let outputs = living.outputs
        if outputs.list.isEmpty {
            return Tensor.zeros(spreadShape(shape) + [0]).spreading(outputs, background: bias)
        }
        let inputs = inputs.flatMap { $0.areFew ? $0 : nil }
        let x = inputs.map { collecting($0) } ?? self
        guard outputs.areFew else {
            return multiply(
                x, weights.collectingWeights(inputs: inputs, outputs: nil, mask: nil), bias)
        }
        // Where all weights between those that are left are there, their gradient has no others.
        let isWhole = living.isRectangle && (inputs != nil || !living.inputs.areSome)
        return multiply(
            x,
            weights.collectingWeights(
                inputs: inputs, outputs: outputs, mask: isWhole ? living : nil),
            bias?.collecting(outputs)
        ).spreading(outputs, background: bias)
    }
}
