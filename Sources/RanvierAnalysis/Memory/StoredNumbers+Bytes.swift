import RanvierLearning

extension StoredNumbers {
    /// Bytes of the numbers: each at its width, and where some are masked away in the format that takes least.
    public var bytes: Int {
        guard let mask,
            let storage = try? WeightStorage(
                mask: mask, rows: max(shape.first ?? 1, 1), valueBits: bits)
        else { return (count * bits + 7) / 8 }
        return storage.bytes(in: storage.smallest)
    }
}
