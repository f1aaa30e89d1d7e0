import RanvierFormats
import RanvierTensors

extension Scaling {
    /// Values as they were measured, or only held within 0…1.
    ///
    /// - Parameter clips: whether values outside 0…1 become 0 and 1.
    public static func plain(_ featureShape: [Int], clips: Bool = false) -> Scaling {
        Scaling(
            kind: clips ? .minMax : .identity, scope: .global, featureShape: featureShape,
            offset: [0], scale: [1], substitutes: nil)
    }

    /// The scaling of values that are corrected first, channel by channel: what a sensor has drifted by is taken back.
    ///
    ///     x' = a x + b,   y = (x' − offset) / scale = (x − (offset − b) / a) / (scale / a)
    ///
    /// What stands for a missing value scales to what it did before. Channels are those of the last axis, or all values of a
    /// sample together where there is one.
    ///
    /// - Parameters:
    ///   - gains: a of each channel, above 0.
    ///   - offsets: b of each channel, in the values' own units.
    public func after(gains: [Double], offsets: [Double]) -> Scaling {
        let channels = gains.count, own = offset.count
        let all = featureShape.reduce(1, *)
        precondition(
            offsets.count == channels && channels > 0 && all % channels == 0
                && gains.allSatisfy { $0 > 0 && $0.isFinite },
            "a correction has a gain above 0 and an offset for each channel of \(featureShape)")
        let groups = channels % own == 0 ? channels : own % channels == 0 ? own : all
        var offset: [Double] = [], scale: [Double] = [], substitutes: [Double] = []
        for group in 0..<groups {
            let (a, b) = (gains[group % channels], offsets[group % channels])
            offset.append((self.offset[group % own] - b) / a)
            scale.append(self.scale[group % own] / a)
            if let known = self.substitutes { substitutes.append((known[group % own] - b) / a) }
        }
        let scope: Scope =
            groups == featureShape.last ? .perChannel : groups == all ? .perFeature : .global
        return Scaling(
            kind: kind, scope: scope, featureShape: featureShape, offset: offset, scale: scale,
            substitutes: self.substitutes == nil ? nil : substitutes)
    }

    private init(
        kind: Kind, scope: Scope, featureShape: [Int], offset: [Double], scale: [Double],
        substitutes: [Double]?
    ) {
        self.kind = kind
        self.scope = scope
        self.featureShape = featureShape
        self.offset = offset
        self.scale = scale
        self.substitutes = substitutes
    }
}

extension Dataset {
    /// The same samples in the units that they were measured in, but for values that a scaling has clipped.
    ///
    /// - Throws: ``DataError`` where a value is no number.
    public var unscaled: Dataset {
        get throws(DataError) {
            guard let scaling else { return self }
            return try replacingValues(
                scaling.inverse(features(of: Array(0..<count))).scalars)
        }
    }
}
