import CRanvierKernels

/// The order of numbers by size, found without sorting: complexity O(n), whatever is asked for.
///
/// Non-negative floating-point numbers are ordered as their bit patterns are, so that three counts of digits find the
/// k-th of them. Several tensors count as one, in order; of equal sizes the one with the smaller flat index is the smaller.
/// Numbers must not be NaN.
package enum MagnitudeOrder {
    /// Tensors with what lives of them: nil for everything.
    package typealias Part = (values: Tensor, alive: Tensor?)

    /// Living numbers of a part.
    package static func count(_ part: Part) -> Int {
        guard let alive = part.alive else { return part.values.count }
        let buffer = alive.denseBuffer
        return withExtendedLifetime(buffer) {
            Int(rnv_count_nonzero(buffer.pointer, buffer.count))
        }
    }

    /// The size that stands at a place of the ascending order, from 0, and how many are smaller.
    package static func size(at place: Int, of parts: [Part]) -> (size: Float, smaller: Int) {
        let (bits, smaller) = bits(at: place, of: parts)
        return (Float(bitPattern: bits), smaller)
    }

    private static func bits(at place: Int, of parts: [Part]) -> (bits: UInt32, smaller: Int) {
        var prefix: UInt32 = 0, smaller = 0
        for (shift, digits) in [(20, 11), (10, 10), (0, 10)] {
            var counts = [UInt64](repeating: 0, count: 1 << digits)
            for part in parts {
                let values = part.values.denseBuffer, alive = part.alive?.denseBuffer
                withExtendedLifetime((values, alive)) {
                    rnv_magnitude_histogram(
                        values.pointer, alive?.pointer, values.count, prefix, Int32(shift),
                        Int32(digits), &counts)
                }
            }
            var digit = 0
            while digit < counts.count - 1, smaller + Int(counts[digit]) <= place {
                smaller += Int(counts[digit])
                digit += 1
            }
            prefix = prefix << digits | UInt32(digit)
        }
        return (prefix, smaller)
    }

    /// How many living sizes lie below a limit.
    package static func count(below limit: Double, of parts: [Part]) -> Int {
        // The smallest single-precision number that is not below the limit has the same ones below it.
        var edge = Float(limit)
        if Double(edge) < limit { edge = edge.nextUp }
        guard limit > 0 else { return 0 }
        return parts.reduce(0) { count, part in
            let values = part.values.denseBuffer, alive = part.alive?.denseBuffer
            return count
                + withExtendedLifetime((values, alive)) {
                    Int(
                        rnv_count_smaller(
                            values.pointer, alive?.pointer, values.count, edge.bitPattern))
                }
        }
    }

    /// Ones for what is left when the smallest `removed` of the living numbers are taken away, zeros elsewhere.
    package static func masks(removing removed: Int, of parts: [Part]) -> [Tensor] {
        guard removed > 0 else { return parts.map { $0.alive ?? .ones($0.values.shape) } }
        let (limit, smaller) = bits(at: removed - 1, of: parts)
        var ties = UInt64(removed - smaller)
        return parts.map { part in
            let values = part.values.denseBuffer, alive = part.alive?.denseBuffer
            return withExtendedLifetime((values, alive)) {
                Tensor(denseShape: part.values.shape) {
                    ties = rnv_keep_larger(
                        values.pointer, alive?.pointer, values.count, limit, ties, $0.baseAddress)
                }
            }
        }
    }

    /// The living number of largest size, the first of equal ones; nil where none lives.
    package static func largest(of part: Part) -> Int? {
        let values = part.values.denseBuffer, alive = part.alive?.denseBuffer
        let found = withExtendedLifetime((values, alive)) {
            rnv_largest_magnitude(values.pointer, alive?.pointer, values.count)
        }
        return found < values.count ? found : nil
    }

    /// The linearly interpolated quantile of the living sizes, `p` from 0 to 1; nil where none lives.
    package static func quantile(_ p: Double, of parts: [Part]) -> Double? {
        let count = parts.reduce(0) { $0 + Self.count($1) }
        guard count > 0 else { return nil }
        let place = min(max(p, 0), 1) * Double(count - 1), below = Int(place)
        let (bits, _) = bits(at: below, of: parts)
        let low = Double(Float(bitPattern: bits))
        guard below < count - 1, place > Double(below) else { return low }
        var next = UInt32.max, upTo = 0
        for part in parts {
            let values = part.values.denseBuffer, alive = part.alive?.denseBuffer
            upTo += withExtendedLifetime((values, alive)) {
                Int(rnv_next_larger(values.pointer, alive?.pointer, values.count, bits, &next))
            }
        }
        let high = upTo > below + 1 ? low : Double(Float(bitPattern: next))
        let t = place - Double(below)
        return t < 0.5 ? low + (high - low) * t : high - (high - low) * (1 - t)
    }
}
