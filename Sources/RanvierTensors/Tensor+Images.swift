import CRanvierKernels

/// Where the pixels of a moved image come from.
package enum ImageMove: Sendable, Hashable {
    /// By whole pixels, and mirrored left to right.
    case shift(down: Int, right: Int, mirrored: Bool)
    /// By a linear map: the pixel at row y and column x comes from row `m[0] y + m[1] x + m[2]` and column
    /// `m[3] y + m[4] x + m[5]`, linear between the four pixels around.
    case map([Float])
}

extension Tensor {
    /// Images `[B, …]` moved, those of a sample all alike; not differentiable.
    ///
    /// - Parameters:
    ///   - shape: height, width and channels of an image; a sample is one or several behind one another.
    ///   - moves: one for each sample.
    ///   - fill: what comes in from outside.
    ///   - levels: pixels become multiples of 1/levels where they are interpolated; 0 to leave them.
    /// - Complexity: some five nanoseconds for a pixel; samples are independent of each other.
    package func movingImages(
        of shape: [Int], by moves: [ImageMove], fill: Float, levels: Float = 0
    ) -> Tensor {
        let size = shape.elementCount, samples = moves.count
        let images = samples * size > 0 ? count / (samples * size) : 0
        precondition(
            shape.count == 3 && count == samples * images * size && self.shape.first == samples,
            "\(self.shape) are no \(samples) samples of images \(shape)")
        let form = rnv_image_t(height: shape[0], width: shape[1], channels: shape[2])
        let source = denseBuffer, result = FloatBuffer(count: count)
        // A part is worth a thread from some ten thousand pixels on.
        let grain = max(1, 16384 / max(images * size, 1))
        Parallel.forEachRange(of: samples, grain: grain) { range in
            let scratch = FloatBuffer(count: rnv_image_scratch(form))
            for sample in range {
                for image in sample * images..<(sample + 1) * images {
                    let from = source.pointer + image * size, to = result.pointer + image * size
                    switch moves[sample] {
                    case .shift(let down, let right, let mirrored):
                        rnv_image_shift(form, from, down, right, mirrored ? 1 : 0, fill, to)
                    case .map(let map):
                        precondition(map.count == 6, "a map has 6 numbers, not \(map.count)")
                        rnv_image_resample(form, from, map, fill, levels, scratch.pointer, to)
                    }
                }
            }
            withExtendedLifetime(scratch) {}
        }
        return withExtendedLifetime(source) { Tensor(shape: self.shape, dense: result) }
    }
}
