import RanvierLearning

/// Bytes that a device in the field must be sent to change a network that it has.
///
///     mask      n bits, or positions alone: lists of columns, or lengths of runs; whichever is less
///     weights   z b bits in the order of the mask, which the device knows
///     both      the format of ``StorageFormat`` that takes least
///
/// Numbers that no mask belongs to (biases, thresholds) are sent with the weights, all of them. Headers, checksums and signatures come
/// on top.
public struct UpdateSize: Codable, Equatable, Sendable {
    /// What of a network is sent.
    public enum Part: String, CaseIterable, Codable, Sendable {
        /// Which connections there are.
        case mask
        /// Their numbers.
        case weights
        /// Both.
        case both
    }

    /// Bytes of the mask.
    public var mask: Int
    /// Bytes of the numbers.
    public var weights: Int
    /// Bytes of both.
    public var both: Int

    /// The update of some stored numbers.
    ///
    /// - Parameter bits: bits of the numbers of weights, which have several axes; those that are stored if left out.
    public init(of storage: [StoredNumbers], bits: Int? = nil) {
        (mask, weights, both) = (0, 0, 0)
        for var numbers in storage {
            if let bits, numbers.shape.count > 1 { numbers.bits = bits }
            let living = numbers.mask.map { $0.count { $0 } } ?? numbers.count
            weights += (living * numbers.bits + 7) / 8
            both += numbers.bytes
            if let storage = numbers.smallestStorage { mask += storage.maskBytes }
        }
    }

    /// Bytes of a part.
    public func bytes(of part: Part) -> Int {
        switch part {
        case .mask: mask
        case .weights: weights
        case .both: both
        }
    }
}

extension WeightStorage {
    /// Bytes of the positions alone, in the format that takes least.
    var maskBytes: Int {
        let bitmap = elements
        let lists = nonzero * indexBits + (rows + 1) * pointerBits
        let runs = (nonzero + fillers) * 4
        return (min(bitmap, lists, runs) + 7) / 8
    }
}
