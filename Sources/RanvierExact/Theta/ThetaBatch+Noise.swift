import Foundation

/// Random changes of one presentation that keep the class.
extension ThetaBatch {
    /// Turns bin b of randomly chosen pixels into `bins` − b.
    mutating func flip(probability: Double, bins: Int, using random: inout SplitMix64) {
        guard probability > 0 else { return }
        // The gaps between chosen pixels are geometric.
        let scale = 1 / log1p(-min(probability, 1 - 1e-12))
        var position = -1
        while true {
            let gap = log(1 - random.nextUnit()) * scale
            guard gap < Double(pixels.count) else { return }
            position += 1 + Int(gap)
            guard position < pixels.count else { return }
            pixels[position] = UInt8(bins - min(Int(pixels[position]), bins))
        }
    }

    /// Moves each spike by up to `distance` bins to both sides, within the first and last bin.
    mutating func jitter(by distance: Int, bins: Int, using random: inout SplitMix64) {
        guard distance > 0 else { return }
        let span = UInt64(2 * distance + 1)
        for position in pixels.indices where Int(pixels[position]) < bins {
            let move = Int(((random.next() >> 32) &* span) >> 32) - distance
            pixels[position] = UInt8(min(max(Int(pixels[position]) + move, 0), bins - 1))
        }
    }

    /// Shifts images `[height, width, channels]` by up to `distance` pixels in both directions; what comes
    /// in from outside has the bin `fill`.
    mutating func shift(
        by distance: Int, shape: [Int], fill: Int, using random: inout SplitMix64
    ) {
        guard distance > 0 else { return }
        precondition(
            shape.count == 3 && shape.reduce(1, *) == inputs,
            "\(inputs) inputs are no image of shape \(shape)")
        let (height, width, channels) = (shape[0], shape[1], shape[2])
        let span = UInt64(2 * distance + 1)
        let source = pixels
        for sample in 0..<count {
            let down = Int(((random.next() >> 32) &* span) >> 32) - distance
            let right = Int(((random.next() >> 32) &* span) >> 32) - distance
            for y in 0..<height {
                for x in 0..<width {
                    let isInside =
                        (0..<height).contains(y - down) && (0..<width).contains(x - right)
                    let to = sample * inputs + (y * width + x) * channels
                    let from = to - (down * width + right) * channels
                    for c in 0..<channels {
                        pixels[to + c] = isInside ? source[from + c] : UInt8(fill)
                    }
                }
            }
        }
    }
}
