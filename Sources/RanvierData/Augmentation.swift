import RanvierTensors

/// Random changes of training images that keep their class.
///
/// Each sample is shifted by up to `shift` pixels in both directions (what comes in from outside is
/// `fill`) and mirrored left to right by chance. The images of a sequence move together.
public struct Augmentation: Sendable, Hashable {
    /// Height, width and channels of the images, however the data set stores them.
    public let imageShape: [Int]
    /// Largest shift in pixels.
    public var shift: Int
    /// Whether half of the samples are mirrored.
    public var flipsHorizontally: Bool
    /// Value of pixels that come in from outside.
    public var fill: Float

    /// Shifts and flips of images `[height, width]` or `[height, width, channels]`.
    public init(imageShape: [Int], shift: Int, flipsHorizontally: Bool = false, fill: Float = 0) {
        precondition(
            imageShape.count == 2 || imageShape.count == 3,
            "an image has height, width and perhaps channels, not \(imageShape)")
        precondition(shift >= 0, "a shift is a number of pixels, not \(shift)")
        self.imageShape = imageShape.count == 2 ? imageShape + [1] : imageShape
        self.shift = shift
        self.flipsHorizontally = flipsHorizontally
        self.fill = fill
    }

    /// A changed copy of a batch `[B, …]` whose samples are images of ``imageShape``, or several behind one another.
    public func callAsFunction(_ batch: Tensor, from stream: RandomStream) -> Tensor {
        let count = batch.shape.first ?? 0, size = imageShape.elementCount
        let images = count * size > 0 ? batch.count / (count * size) : 0
        precondition(
            batch.count == count * images * size,
            "samples of \(batch.shape) are no images \(imageShape)")
        let draws = stream.words(count: 3 * count), values = batch.scalars
        var result = [Float](repeating: fill, count: values.count)
        let span = UInt64(2 * shift + 1)
        for sample in 0..<count {
            let move = Move(
                down: Int((UInt64(draws[3 * sample]) * span) >> 32) - shift,
                right: Int((UInt64(draws[3 * sample + 1]) * span) >> 32) - shift,
                flips: flipsHorizontally && draws[3 * sample + 2] & 1 == 1)
            for image in sample * images..<(sample + 1) * images {
                apply(move, values, to: &result, at: image * size)
            }
        }
        return Tensor(result, shape: batch.shape)
    }

    private struct Move {
        let down: Int
        let right: Int
        let flips: Bool
    }

    private func apply(_ move: Move, _ source: [Float], to target: inout [Float], at first: Int) {
        let (height, width, channels) = (imageShape[0], imageShape[1], imageShape[2])
        for y in max(0, move.down)..<min(height, height + move.down) {
            for x in max(0, move.right)..<min(width, width + move.right) {
                let column = move.flips ? width - 1 - (x - move.right) : x - move.right
                let from = first + ((y - move.down) * width + column) * channels
                let to = first + (y * width + x) * channels
                for c in 0..<channels { target[to + c] = source[from + c] }
            }
        }
    }
}
