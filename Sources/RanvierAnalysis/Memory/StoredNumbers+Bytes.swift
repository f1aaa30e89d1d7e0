import RanvierLearning

extension StoredNumbers {
    /// Bytes of the numbers: each at its width, and where some are masked away in the format that takes least.
    ///
    /// Weights lie with their outputs on the last axis. Lists of what lives may run over the outputs of each input (compressed
    /// columns, which a spike reads at once) or over the inputs of each output (compressed rows): whichever is smaller counts.
    public var bytes: Int {
        guard let storage = smallestStorage else { return (count * bits + 7) / 8 }
        return storage.bytes(in: storage.smallest)
    }

    /// The matrix in the order of lists that takes least; nil where all numbers are there.
    var smallestStorage: WeightStorage? {
        guard let mask else { return nil }
        let outputs = shape.count > 1 ? max(shape[shape.count - 1], 1) : 1
        let inputs = max(mask.count / outputs, 1)
        let turned = (0..<mask.count).map { mask[$0 % inputs * outputs + $0 / inputs] }
        return [(mask, inputs), (turned, outputs)].compactMap { mask, rows in
            try? WeightStorage(mask: mask, rows: rows, valueBits: bits)
        }.min { $0.bytes(in: $0.smallest) < $1.bytes(in: $1.smallest) }
    }
}
