import RanvierNetworks
import RanvierTensors

extension Parameter {
    /// The connections that views have left: a mask, or what scores chose; nil where all are there.
    var remainingMask: Mask? {
        if let mask { return mask }
        guard views.contains(where: \.removesConnections) else { return nil }
        let alive = seen.isEqualToZero() * -1 + 1
        return alive.scalars.contains(0) ? Mask(alive) : nil
    }
}
