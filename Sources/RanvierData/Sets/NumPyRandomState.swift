/// The random numbers of NumPy's `RandomState`: the Mersenne Twister MT19937.
///
/// Only for data whose publication fixes them by a NumPy seed; everything else draws from `RandomStream`.
///
/// Source: Matsumoto & Nishimura, "Mersenne Twister", ACM TOMACS 1998; seeding of 2002.
struct NumPyRandomState {
    private var words = [UInt32](repeating: 0, count: 624)
    private var position = 624

    init(seed: UInt32) {
        words[0] = seed
        for i in 1..<624 {
            let previous = words[i - 1]
            words[i] = 1_812_433_253 &* (previous ^ previous >> 30) &+ UInt32(i)
        }
    }

    /// 32 random bits.
    mutating func next() -> UInt32 {
        if position == 624 { refill() }
        var word = words[position]
        position += 1
        word ^= word >> 11
        word ^= word << 7 & 0x9d2c_5680
        word ^= word << 15 & 0xefc6_0000
        return word ^ word >> 18
    }

    /// A uniform number in `[0, 1)` with 53 random bits: `rand()`.
    mutating func uniform() -> Double {
        let high = next() >> 5, low = next() >> 6
        return (Double(high) * 67_108_864 + Double(low)) / 9_007_199_254_740_992
    }

    /// A whole number below `bound`: `randint(bound)`, by masking and rejection.
    mutating func integer(below bound: UInt32) -> Int {
        let largest = bound - 1
        let mask: UInt32 = largest == 0 ? 0 : .max >> UInt32(largest.leadingZeroBitCount)
        if largest == 0 { return 0 }
        while true {
            let draw = next() & mask
            if draw <= largest { return Int(draw) }
        }
    }

    private mutating func refill() {
        for i in 0..<624 {
            let y = words[i] & 0x8000_0000 | words[(i + 1) % 624] & 0x7fff_ffff
            words[i] = words[(i + 397) % 624] ^ y >> 1 ^ (y & 1 == 1 ? 0x9908_b0df : 0)
        }
        position = 0
    }
}
