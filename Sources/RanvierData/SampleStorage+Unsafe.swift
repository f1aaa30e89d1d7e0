import RanvierTensors

/// The numbers of a data set, as they are or as bytes with a divisor.
///
/// Samples may overlap: each has a position of its own in the numbers, so windows of a series share them.
enum SampleStorage: Sendable {
    case floats([Float])
    case bytes([UInt8], divisor: Float)
    /// Numbers less a typical value of their channel (the last axis), which single precision would not resolve beside it:
    /// counters, times, pressures around a set point.
    case shifted([Float], by: [Double])

    var count: Int {
        switch self {
        case .floats(let values), .shifted(let values, _): values.count
        case .bytes(let values, _): values.count
        }
    }

    subscript(index: Int) -> Float { Float(number(at: index)) }

    /// The number in double precision.
    func number(at index: Int) -> Double {
        switch self {
        case .floats(let values): Double(values[index])
        case .bytes(let values, let divisor): Double(Float(values[index]) / divisor)
        case .shifted(let values, let bases):
            Double(values[index]) + bases[index % bases.count]
        }
    }

    var firstIndexNotFinite: Int? {
        switch self {
        case .floats(let values), .shifted(let values, _): values.firstIndex { !$0.isFinite }
        case .bytes: nil
        }
    }

    /// Smallest and largest number, missing ones (NaN) not counted; 0…0 where there is none.
    var valueRange: ClosedRange<Float> {
        var low = Double.infinity, high = -Double.infinity
        switch self {
        case .floats(let values):
            var lowest = Float.infinity, highest = -Float.infinity
            // A comparison with NaN is false, so it passes by.
            for value in values {
                if value < lowest { lowest = value }
                if value > highest { highest = value }
            }
            (low, high) = (Double(lowest), Double(highest))
        case .bytes(let values, let divisor):
            guard let least = values.min(), let most = values.max() else { return 0...0 }
            return Float(least) / divisor...Float(most) / divisor
        case .shifted(let values, let bases):
            var channel = 0
            for value in values {
                let number = Double(value) + bases[channel]
                if number < low { low = number }
                if number > high { high = number }
                channel = channel + 1 == bases.count ? 0 : channel + 1
            }
        }
        return low <= high ? Float(low)...Float(high) : 0...0
    }

    /// All numbers, each moved and divided by what its channel or place has: `(x − offset) / scale` in double precision.
    ///
    /// - Parameters:
    ///   - groups: numbers of `offset` and `scale`; number `i` belongs to group `i % groups`.
    ///   - substitutes: what stands for numbers that are missing (NaN), before scaling.
    func scaled(
        groups: Int, offset: [Double], scale: [Double], substitutes: [Double]? = nil,
        transform: (@Sendable (Float) -> Float)? = nil
    ) -> [Float] {
        let count = count
        return [Float](unsafeUninitializedCapacity: count) { result, written in
            guard let base = result.baseAddress else { return }
            let result = SharedAddress(base: base)
            let parts = max((count + (1 << 18) - 1) >> 18, 1)
            Parallel.forEach(parts: parts) { part in
                let first = part << 18, last = min(first + (1 << 18), count)
                var group = first % groups
                for index in first..<last {
                    var value = number(at: index)
                    if value.isNaN, let substitutes { value = substitutes[group] }
                    let scaled = Float((value - offset[group]) / scale[group])
                    (result.base + index).initialize(to: transform?(scaled) ?? scaled)
                    group += 1
                    if group == groups { group = 0 }
                }
            }
            written = count
        }
    }
}

/// An address whose users write to places of their own.
private struct SharedAddress: @unchecked Sendable {
    let base: UnsafeMutablePointer<Float>
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
                        (base + position * size).update(from: first + starts[index], count: size)
                    }
                }
            case .bytes(let values, let divisor):
                // A table gives the same bits as a division per value, faster.
                let table = (0...255).map { Float($0) / divisor }
                values.withUnsafeBufferPointer { source in
                    table.withUnsafeBufferPointer { table in
                        for (position, index) in indices.enumerated() {
                            let from = starts[index], to = position * size
                            for i in 0..<size { base[to + i] = table[Int(source[from + i])] }
                        }
                    }
                }
            case .shifted:
                for (position, index) in indices.enumerated() {
                    for i in 0..<size { base[position * size + i] = storage[starts[index] + i] }
                }
            }
        }
    }
}
