import RanvierLearning

extension EnergyAssumptions {
    /// Hardware for the numbers that a model stores: weights at their width, and indices where the format that takes least has any.
    ///
    /// Weights of at most 8 bits are added as integers into 32 bits; wider ones count as floats. Only what has several axes counts:
    /// biases are read once per neuron. Where layers differ, weights and indices have the mean of their living connections, rounded
    /// up.
    public init(of storage: [StoredNumbers]) {
        let weights = storage.filter { $0.shape.count > 1 && $0.count > 0 }
        self.init()
        guard let widest = weights.map(\.bits).max() else { return }
        if widest <= 8 { arithmetic = .int8Into32 }
        var living = 0, weightTotal = 0.0, indexTotal = 0.0
        for numbers in weights {
            let storage = numbers.smallestStorage
            let alive = storage?.nonzero ?? numbers.count
            living += alive
            weightTotal += Double(alive * numbers.bits)
            indexTotal += Double(alive) * (storage?.bitsPerIndex ?? 0)
        }
        guard living > 0 else { return }
        weightBits = Int((weightTotal / Double(living)).rounded(.up))
        indexBits = Int((indexTotal / Double(living)).rounded(.up))
    }
}

extension WeightStorage {
    /// Bits that are read beside a living weight in the format that takes least, to know where it belongs.
    var bitsPerIndex: Double {
        guard nonzero > 0 else { return 0 }
        let format = smallest
        switch format {
        case .dense: return 0
        // Where the sign is the value, its plane is the weight and the other one the index.
        case .twoPlanes: return Double(elements) / Double(nonzero)
        case .signInIndex: return 15
        case .bitmap, .compressedRows, .compressedRowsByteAligned, .runLength:
            return Double(bits(in: format) - nonzero * valueBits) / Double(nonzero)
        }
    }
}
