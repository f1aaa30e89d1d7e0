/// Which spikes of two neurons make pairs; those of one step never do.
public enum AlignmentPairing: Hashable, Sendable {
    /// Every spike with every other one.
    case all
    /// Those less than so many steps apart.
    case within(Int)
    /// Each spike with the partner's last earlier one.
    case nearest
}
