/// Reads decimal numbers from bytes, correctly rounded.
///
/// Up to 19 digits with a power of ten of at most 22 are done here: exactly where the digits fit into 53 bits
/// (Clinger 1990), else in two doubles with a check that the rounding is certain. The rest goes to the
/// standard library.
struct NumberParser {
    /// Powers of ten that are exact, from 0 to 22.
    let powers: UnsafePointer<Double>

    static let exactPowers: [Double] = [
        1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
        1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
    ]

    /// Reads a number that starts at `start`; the bytes must go on beyond it with one that is no digit.
    ///
    /// - Returns: The position after the number; −1 where there is none.
    @inline(__always)
    func parse(
        _ bytes: UnsafePointer<UInt8>, _ start: Int, _ decimal: UInt8, _ value: inout Double
    ) -> Int {
        var index = start
        let sign = bytes[index]
        if sign == 0x2d || sign == 0x2b { index += 1 }
        var mantissa: UInt64 = 0
        let whole = index
        var digit = bytes[index] &- 48
        while digit < 10 {
            mantissa = mantissa &* 10 &+ UInt64(digit)
            index += 1
            digit = bytes[index] &- 48
        }
        var digits = index - whole
        var exponent = 0
        if bytes[index] == decimal, decimal != 0 {
            index += 1
            let fraction = index
            digit = bytes[index] &- 48
            while digit < 10 {
                mantissa = mantissa &* 10 &+ UInt64(digit)
                index += 1
                digit = bytes[index] &- 48
            }
            exponent = fraction - index
            digits -= exponent
        }
        if digits == 0 { return -1 }
        if bytes[index] | 0x20 == 0x65 {
            index += 1
            let sign = bytes[index]
            if sign == 0x2d || sign == 0x2b { index += 1 }
            let first = index
            var power = 0
            digit = bytes[index] &- 48
            while digit < 10 {
                if power < 100_000 { power = power * 10 + Int(digit) }
                index += 1
                digit = bytes[index] &- 48
            }
            if index == first { return -1 }
            exponent += sign == 0x2d ? -power : power
        }
        var magnitude: Double
        if digits <= 19, mantissa <= 1 << 53, exponent >= -22, exponent <= 22 {
            magnitude = Double(Int64(bitPattern: mantissa))
            if exponent < 0 {
                magnitude /= powers[-exponent]
            } else if exponent > 0 {
                magnitude *= powers[exponent]
            }
        } else if digits <= 19, exponent >= -22, exponent <= 22,
            let wide = wideProduct(mantissa, exponent)
        {
            magnitude = wide
        } else {
            value = Self.standardValue(bytes, start, index, decimal)
            return index
        }
        if sign == 0x2d { magnitude = -magnitude }
        value = magnitude
        return index
    }

    /// mantissa · 10^exponent in two doubles; nil where the sum lies too near the middle of two doubles.
    private func wideProduct(_ mantissa: UInt64, _ exponent: Int) -> Double? {
        let high = Double(mantissa)
        // At most 10^19 has 19 digits, so that `high` fits.
        let low = Double(Int64(bitPattern: mantissa &- UInt64(high)))
        let first: Double, rest: Double
        if exponent < 0 {
            let power = powers[-exponent]
            first = high / power
            // The remainder of a division is exact.
            rest = (high.addingProduct(-first, power) + low) / power
        } else {
            let power = powers[exponent]
            first = high * power
            rest = (-first).addingProduct(high, power) + low * power
        }
        let sum = first + rest
        let left = rest - (sum - first)
        let half = sum.ulp / 2
        // Below a power of two the doubles lie closer.
        guard sum.significandBitPattern != 0, abs(abs(left) - half) > half * 0x1p-30 else {
            return nil
        }
        return sum
    }

    /// By the standard library, which uses the C locale.
    private static func standardValue(
        _ bytes: UnsafePointer<UInt8>, _ start: Int, _ end: Int, _ decimal: UInt8
    ) -> Double {
        var text: [UInt8] = []
        text.reserveCapacity(end - start)
        for index in start..<end { text.append(bytes[index] == decimal ? 0x2e : bytes[index]) }
        return Double(String(decoding: text, as: UTF8.self)) ?? .nan
    }
}
