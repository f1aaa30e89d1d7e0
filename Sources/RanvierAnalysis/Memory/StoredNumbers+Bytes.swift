import RanvierLearning

extension StoredNumbers {
    /// Bytes of the numbers: each at its width, and where some are masked away in the format that takes least.
    ///
    /// Weights lie with their outputs on the last axis. Lists of what lives may run over the outputs of each input (compressed
    /// columns, which a spike reads at once) or over the inputs of each output (compressed rows): whichever is smaller counts.
    public var bytes: Int {
        guard let mask else { return (count * bits + 7) / 8 }
        let outputs = shape.count > 1 ? max(shape[shape.count - 1], 1) : 1
        let inputs = max(mask.count / outputs, 1)
        let turned = (0..<mask.count).map { mask[$0 % inputs * outputs + $0 / inputs] }
        let sizes = [(mask, inputs), (turned, outputs)].compactMap { mask, rows -> Int? in
            guard let storage = try? WeightStorage(mask: mask, rows: rows, valueBits: bits) else {
                return nil
            }
            return storage.bytes(in: storage.smallest)
        }
        return sizes.min() ?? (count * bits + 7) / 8
    }
}
