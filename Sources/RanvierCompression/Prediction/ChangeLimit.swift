/// The predicted change above which a candidate is not worth training, learned from a few that were.
///
/// The loss of accuracy is taken to grow with the predicted change: from nothing at no change in straight lines through what was
/// trained, where a point that lost less than one before it counts as as much; behind the last point on along the last line that
/// rises.
public struct ChangeLimit: Sendable, Hashable {
    /// A candidate that was trained.
    public struct Trained: Sendable, Hashable {
        /// Mean probability of a changed spike, as predicted.
        public var change: Double
        /// Accuracy (or another measure that should be large) that training lost against the unchanged network.
        public var loss: Double

        /// A candidate that was trained.
        public init(change: Double, loss: Double) {
            self.change = change
            self.loss = loss
        }
    }

    /// The largest change that is worth training.
    public let change: Double

    /// A limit that is known.
    public init(change: Double) { self.change = change }

    /// The change at which a loss is reached.
    ///
    /// - Parameters:
    ///   - trained: two or three are enough; order does not matter.
    ///   - loss: what is tolerated, at least 0.
    /// - Returns: nil where no point lost more than nothing, so that no limit can be told.
    public init?(fittedTo trained: [Trained], tolerating loss: Double) {
        var points = [Trained(change: 0, loss: 0)]
        for point in trained.sorted(by: { ($0.change, $0.loss) < ($1.change, $1.loss) })
        where point.change.isFinite && point.loss.isFinite {
            points.append(
                Trained(
                    change: max(point.change, 0),
                    loss: max(point.loss, points[points.count - 1].loss)))
        }
        var slope: (from: Trained, by: Double)?
        for (a, b) in zip(points, points.dropFirst()) where b.loss > a.loss {
            if b.loss > loss {
                let share = (max(loss, a.loss) - a.loss) / (b.loss - a.loss)
                self.init(change: a.change + share * (b.change - a.change))
                return
            }
            if b.change > a.change { slope = (b, (b.loss - a.loss) / (b.change - a.change)) }
        }
        guard let slope, let last = points.last else { return nil }
        self.init(change: max(last.change, slope.from.change + (loss - slope.from.loss) / slope.by))
    }

    /// Whether a candidate of a predicted change is worth training.
    public func allows(_ predicted: Double) -> Bool { predicted <= change }

    /// Share of some candidates that need not be trained.
    public func skipped(of changes: [Double]) -> Double {
        changes.isEmpty
            ? 0 : Double(changes.count { !allows($0) }) / Double(changes.count)
    }
}
