import Foundation
import RanvierTensors

/// Random changes of training images that keep their class.
///
/// Each sample is shifted, turned around its middle, made larger or smaller and mirrored left to right by chance. What comes in
/// from outside is `fill`. The images of a sequence move together.
///
///     source = c + R(−α) (p − c − d) / z,   d ∈ ±shift,  α ∈ ±rotation,  z ∈ 1 ± scale     uniform
///
/// Shifts by a whole number alone move by whole pixels, all of them equally often, and no pixel changes its value. Else pixels are
/// interpolated linearly between the four around their place, and the shift is any number.
public struct Augmentation: Sendable, Hashable {
    /// Height, width and channels of the images, however the data set stores them.
    public let imageShape: [Int]
    /// Largest shift in pixels, in both directions.
    public var shift: Double
    /// Largest angle in degrees, to both sides.
    public var rotation: Double
    /// Largest part by which images become larger or smaller.
    public var scale: Double
    /// Whether half of the samples are mirrored.
    public var flipsHorizontally: Bool
    /// Value of pixels that come in from outside.
    public var fill: Float
    /// Interpolated pixels become multiples of 1 / levels, as those of images of so many levels are; nil to leave them.
    public var levels: Int?

    /// Changes of images `[height, width]` or `[height, width, channels]`.
    public init(
        imageShape: [Int], shift: Double, rotation: Double = 0, scale: Double = 0,
        flipsHorizontally: Bool = false, fill: Float = 0, levels: Int? = nil
    ) {
        precondition(
            imageShape.count == 2 || imageShape.count == 3,
            "an image has height, width and perhaps channels, not \(imageShape)")
        precondition(shift >= 0 && shift < 1e6, "a shift is a number of pixels, not \(shift)")
        precondition((0...180).contains(rotation), "an angle is up to 180 degrees, not \(rotation)")
        precondition((0...0.9).contains(scale), "a change of scale is up to 0.9, not \(scale)")
        precondition((levels ?? 1) > 0, "pixels have levels, not \(levels ?? 0)")
        self.imageShape = imageShape.count == 2 ? imageShape + [1] : imageShape
        self.shift = shift
        self.rotation = rotation
        self.scale = scale
        self.flipsHorizontally = flipsHorizontally
        self.fill = fill
        self.levels = levels
    }

    /// Whether pixels are interpolated.
    public var interpolates: Bool {
        rotation > 0 || scale > 0 || shift != shift.rounded()
    }

    /// A changed copy of a batch `[B, …]` whose samples are images of ``imageShape``, or several behind one another.
    ///
    /// - Complexity: some five nanoseconds for a pixel; samples are changed in parallel.
    public func callAsFunction(_ batch: Tensor, from stream: RandomStream) -> Tensor {
        let count = batch.shape.first ?? 0
        let moves = interpolates ? maps(count, from: stream) : shifts(count, from: stream)
        return batch.movingImages(
            of: imageShape, by: moves, fill: fill, levels: interpolates ? Float(levels ?? 0) : 0)
    }

    private func shifts(_ count: Int, from stream: RandomStream) -> [ImageMove] {
        let draws = stream.words(count: 3 * count), shift = Int(shift)
        let span = UInt64(2 * shift + 1)
        return (0..<count).map { sample in
            .shift(
                down: Int((UInt64(draws[3 * sample]) * span) >> 32) - shift,
                right: Int((UInt64(draws[3 * sample + 1]) * span) >> 32) - shift,
                mirrored: flipsHorizontally && draws[3 * sample + 2] & 1 == 1)
        }
    }

    private func maps(_ count: Int, from stream: RandomStream) -> [ImageMove] {
        let draws = stream.words(count: 5 * count)
        return (0..<count).map { sample in
            func draw(_ place: Int) -> Double {
                2 * (Double(draws[5 * sample + place]) + 0.5) / 0x1p32 - 1
            }
            return map(
                down: shift * draw(0), right: shift * draw(1),
                angle: rotation * draw(2) * .pi / 180, zoom: 1 + scale * draw(3),
                mirrored: flipsHorizontally && draws[5 * sample + 4] & 1 == 1)
        }
    }

    /// The map of the formula above, rows first; positive angles turn what is seen from the first row towards the first column.
    private func map(
        down: Double, right: Double, angle: Double, zoom: Double, mirrored: Bool
    ) -> ImageMove {
        let middle = (y: Double(imageShape[0] - 1) / 2, x: Double(imageShape[1] - 1) / 2)
        let c = cos(angle) / zoom, s = sin(angle) / zoom
        let row = [c, -s, middle.y - c * (middle.y + down) + s * (middle.x + right)]
        var column = [s, c, middle.x - s * (middle.y + down) - c * (middle.x + right)]
        if mirrored { column = [-s, -c, Double(imageShape[1] - 1) - column[2]] }
        return .map((row + column).map { Float($0) })
    }
}
