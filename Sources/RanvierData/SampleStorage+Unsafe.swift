import RanvierTensors

/// The numbers of a data set, as they are or as bytes with a divisor.
enum SampleStorage: Sendable {
    case floats([Float])
    case bytes([UInt8], divisor: Float)

    var count: Int {
        switch self {
        case .floats(let values): values.count
        case .bytes(let values, _): values.count
        }
    }

    subscript(index: Int) -> Float {
        switch self {
        case .floats(let values): values[index]
        case .bytes(let values, let divisor): Float(values[index]) / divisor
        }
    }

    var firstIndexNotFinite: Int? {
        switch self {
        case .floats(let values): values.firstIndex { !$0.isFinite }
        case .bytes: nil
        }
    }

    var valueRange: ClosedRange<Float> {
        guard count > 0 else { return 0...0 }
        switch self {
        case .floats(let values): return (values.min() ?? 0)...(values.max() ?? 0)
        case .bytes(let values, let divisor):
            return Float(values.min() ?? 0) / divisor...Float(values.max() ?? 0) / divisor
        }
    }
}

extension Dataset {
    /// Samples as a tensor `[B, shape…]`, in the order of the indices.
    public func features(of indices: [Int]) -> Tensor {
        let size = featureCount
        return Tensor(denseShape: [indices.count] + featureShape) { destination in
            guard let base = destination.baseAddress else { return }
            switch storage {
            case .floats(let values):
                values.withUnsafeBufferPointer { source in
                    guard let first = source.baseAddress else { return }
                    for (position, index) in indices.enumerated() {
                        (base + position * size).update(
                            from: first + rows[index] * size, count: size)
                    }
                }
            case .bytes(let values, let divisor):
                // A table gives the same bits as a division per value, faster.
                let table = (0...255).map { Float($0) / divisor }
                values.withUnsafeBufferPointer { source in
                    table.withUnsafeBufferPointer { table in
                        for (position, index) in indices.enumerated() {
                            let from = rows[index] * size, to = position * size
                            for i in 0..<size { base[to + i] = table[Int(source[from + i])] }
                        }
                    }
                }
            }
        }
    }
}
