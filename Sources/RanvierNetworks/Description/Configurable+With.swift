import RanvierConfiguration

extension Configurable {
    /// A copy with some parts changed.
    package func with(_ change: (inout Self) -> Void) -> Self {
        var copy = self
        change(&copy)
        return copy
    }
}
