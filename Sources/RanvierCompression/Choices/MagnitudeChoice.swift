import RanvierConfiguration

/// `magnitude`.
public struct MagnitudeChoice: CriterionChoice {
    /// `magnitude`.
    public static let kind = MagnitudeCriterion.name
    /// No keys.
    public static let schema = Schema<MagnitudeChoice> {}
    /// By size.
    public init() {}
    /// By size.
    public var criterion: any PruningCriterion { MagnitudeCriterion() }
}
