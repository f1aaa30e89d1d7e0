import CRanvierKernels

/// Counter-based random numbers: a key and a position give a number, with no state that is shared.
///
/// Philox 4×32-10. The key is the seed; the upper half of the counter is the stream, derived from a name,
/// so that independent purposes ("weights", "shuffle", "encoder") never share numbers; the lower half
/// is the position. Any part of a sequence can be made by any thread.
///
///     let noise = RandomStream(seed: 0, name: "encoder")
///     noise.uniform(count: 100, from: 500)    // numbers 500 … 599 of the sequence
///
/// Source: Salmon, Moraes, Dror & Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011.
public struct RandomStream: Sendable, Hashable {
    /// The key: the run's seed.
    public let seed: UInt64
    /// The upper half of the counter.
    public let stream: UInt64

    /// A stream of its own for each name.
    public init(seed: UInt64, name: String) {
        self.seed = seed
        // FNV-1a; any fixed map from names to numbers would do.
        stream = name.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    }

    /// A stream by number.
    public init(seed: UInt64, stream: UInt64) {
        self.seed = seed
        self.stream = stream
    }

    /// The stream that belongs to a part of this one, for example an epoch.
    public func substream(_ index: Int) -> RandomStream {
        var words: (UInt32, UInt32, UInt32, UInt32) = (0, 0, 0, 0)
        withUnsafeMutableBytes(of: &words) { bytes in
            let pointer = bytes.bindMemory(to: UInt32.self)
            guard let base = pointer.baseAddress else { return }
            rnv_philox(stream, UInt64(bitPattern: Int64(index)), seed, base)
        }
        return RandomStream(seed: seed, stream: UInt64(words.0) << 32 | UInt64(words.1))
    }

    /// 32 random bits for each position from `first` on.
    public func words(count: Int, from first: Int = 0) -> [UInt32] {
        [UInt32](unsafeUninitializedCapacity: count) { buffer, initialized in
            if let base = buffer.baseAddress {
                rnv_philox_words(seed, stream, UInt64(first), count, base)
            }
            initialized = count
        }
    }

    /// Uniform numbers in `[0, 1)`, multiples of 2⁻²⁴.
    public func uniform(count: Int, from first: Int = 0) -> [Float] {
        [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
            if let base = buffer.baseAddress {
                rnv_philox_uniform(seed, stream, UInt64(first), count, base)
            }
            initialized = count
        }
    }

    /// Standard normal numbers; one position each.
    public func normal(count: Int, from first: Int = 0) -> [Float] {
        [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
            if let base = buffer.baseAddress {
                rnv_philox_normal(seed, stream, UInt64(first), count, base)
            }
            initialized = count
        }
    }

    /// A random order of `0 ..< count` (Fisher–Yates; bias below `count` / 2³²).
    public func permutation(count: Int) -> [Int] {
        var order = Array(0..<count)
        let draws = words(count: count)
        for i in stride(from: count - 1, to: 0, by: -1) {
            order.swapAt(i, Int((UInt64(draws[i]) * UInt64(i + 1)) >> 32))
        }
        return order
    }
}
