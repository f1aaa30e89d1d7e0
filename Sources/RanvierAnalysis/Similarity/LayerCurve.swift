import Foundation

/// Values along the depth of a network, one per feature map: what matched layers of two networks have in common.
public struct LayerCurve: Sendable, Codable, Equatable {
    /// What kind of map a value belongs to.
    public enum Kind: String, Sendable, Codable, CaseIterable {
        /// `conv…`
        case convolution = "conv"
        /// `bn…`
        case normalization = "bn"
        /// `act…`, and single layers of units.
        case activation = "act"
        /// The sum at the end of a block: `out`, or what ends a `body`.
        case out
        /// The projection beside a block: `down…`, or what lies in a `shortcut`.
        case shortcut
        /// Pools.
        case pool
    }

    /// Names of the maps in forward order.
    public let layers: [String]
    /// One value per map; NaN where there is none.
    public let values: [Double]

    /// A curve.
    public init(layers: [String], values: [Double]) {
        precondition(layers.count == values.count, "one value per layer is needed")
        self.layers = layers
        self.values = values
    }

    /// The matched layers of a map.
    public init(matching map: SimilarityMap) {
        let matched = map.matched
        self.init(layers: matched.map(\.layer), values: matched.map(\.value))
    }

    /// The kind of a map as its name tells it.
    public static func kind(of layer: String) -> Kind {
        let parts = layer.split(separator: ".")
        let last = parts.last.map(String.init) ?? layer
        return switch last {
        case _ where last.hasPrefix("down") || parts.contains("shortcut"): .shortcut
        case "out": .out
        case _ where last.hasPrefix("conv"): .convolution
        case _ where last.hasPrefix("bn") || last.hasPrefix("batch-norm"): .normalization
        case _ where last.contains("pool"): .pool
        default: .activation
        }
    }

    /// The kinds of the maps: as their names tell, but what has a `body` is the sum that ends it.
    public var kinds: [Kind] {
        let sums = Set(
            layers.flatMap { layer in
                let parts = layer.split(separator: ".")
                return parts.indices.filter { parts[$0] == "body" }.map {
                    parts[..<$0].joined(separator: ".")
                }
            })
        return layers.map { sums.contains($0) ? .out : Self.kind(of: $0) }
    }

    /// Mean over the maps that are defined; projections beside the blocks are left out, because nets without
    /// them have nothing to compare. NaN if there is none.
    public var mean: Double { Self.mean(indices { $0 != .shortcut }.map { values[$0] }) }

    /// Mean over the maps of a kind.
    public func mean(of kind: Kind) -> Double {
        Self.mean(indices { $0 == kind }.map { values[$0] })
    }

    /// Mean over the maps whose names begin with a text, projections left out.
    public func mean(ofLayersIn prefix: String) -> Double {
        Self.mean(
            indices { $0 != .shortcut }.filter { layers[$0].hasPrefix(prefix) }.map { values[$0] })
    }

    private func indices(where isIncluded: (Kind) -> Bool) -> [Int] {
        zip(layers.indices, kinds).filter { isIncluded($0.1) }.map(\.0)
    }

    /// Mean of the values that are numbers.
    static func mean(_ values: [Double]) -> Double {
        let defined = values.filter { !$0.isNaN }
        return defined.isEmpty ? .nan : defined.reduce(0, +) / Double(defined.count)
    }
}

// MARK: - Periodicity

extension LayerCurve {
    /// A residual block: its name, the value of its sum, and those of the maps inside without the projection.
    public struct Block: Sendable {
        /// Name, such as `stage1.0`.
        public let name: String
        /// Value of the map behind the addition.
        public let out: Double
        /// Values of the maps before it, in order.
        public let inner: [(layer: String, value: Double)]

        /// How much the addition lifts the value above the lowest inside: `out − min inner`.
        public var lift: Double {
            let defined = inner.map(\.value).filter { !$0.isNaN }
            return out - (defined.min() ?? .nan)
        }
        /// Name of the lowest map inside.
        public var lowest: String? {
            inner.filter { !$0.value.isNaN }.min { $0.value < $1.value }?.layer
        }
    }

    /// The blocks in order: maps `block.…` that end with `block.out`, or `block.body.…` with `block`.
    ///
    /// A network without sums has what would be blocks if its convolutions were bridged: behind the first, every two of
    /// them, from the units before to the second normalisation, whose value stands for that of the sum; pools left out.
    public var blocks: [Block] {
        let sums = indices { $0 == .out }
        return sums.isEmpty ? unbridgedBlocks : bridgedBlocks(endingAt: sums)
    }

    private var unbridgedBlocks: [Block] {
        let ends = indices { $0 == .normalization }
        return stride(from: 2, to: ends.count, by: 2).map { place in
            let inner = (ends[place - 2] + 1...ends[place]).filter {
                Self.kind(of: layers[$0]) != .pool
            }
            return Block(
                name: layers[ends[place]], out: values[ends[place]],
                inner: inner.map { (layers[$0], values[$0]) })
        }
    }

    private func bridgedBlocks(endingAt sums: [Int]) -> [Block] {
        sums.map { end in
            let parts = layers[end].split(separator: ".")
            let name = (parts.last == "out" ? parts.dropLast() : parts[...]).joined(separator: ".")
            let inner = layers[..<end].indices.filter {
                layers[$0].hasPrefix(name + ".")
                    && Self.kind(of: layers[$0]) != .shortcut
            }
            return Block(
                name: name, out: values[end],
                inner: inner.map { (layers[$0], values[$0]) })
        }
    }

    /// Jaggedness: the mean lift of the blocks, which without an addition cannot be negative. NaN without blocks.
    public var jaggedness: Double { Self.mean(blocks.map(\.lift)) }

    /// Amplitude of the curve at one period per block, after taking out its straight trend.
    ///
    ///     a = 2/N |Σ_k y_k e^(−2πik/p)|
    ///
    /// over the p maps of each block in order, projections left out; NaN without blocks, or where blocks differ in size or
    /// a value is missing.
    public var periodAmplitude: Double {
        let series = blocks.flatMap { $0.inner.map(\.value) + [$0.out] }
        guard let first = blocks.first, !series.contains(where: \.isNaN) else { return .nan }
        let period = first.inner.count + 1, n = Double(series.count)
        guard series.count == period * blocks.count else { return .nan }
        let center = (n - 1) / 2, mean = series.reduce(0, +) / n
        var slope = 0.0, spread = 0.0
        for (k, y) in series.enumerated() {
            slope += (Double(k) - center) * (y - mean)
            spread += (Double(k) - center) * (Double(k) - center)
        }
        slope /= max(spread, .leastNormalMagnitude)
        var real = 0.0, imaginary = 0.0
        for (k, y) in series.enumerated() {
            let rest = y - mean - slope * (Double(k) - center)
            let angle = 2 * Double.pi * Double(k) / Double(period)
            real += rest * cos(angle)
            imaginary -= rest * sin(angle)
        }
        return 2 / n * (real * real + imaginary * imaginary).squareRoot()
    }
}
