import RanvierData

/// Samples that an adaptation learns from and is judged by, in the units that they were measured in or scaled.
public struct AdaptationData: Sendable {
    /// New samples in the order in which they come.
    public var stream: Dataset
    /// New samples with targets that nothing is learned from; nil for none.
    ///
    /// One half of them is looked at on the way, the other at the end alone.
    public var held: Dataset?
    /// Old samples with targets, which the model has not learned from; nil for none. Halved in the same way.
    public var old: Dataset?
    /// Old samples that are taught in between, as a device may keep some; nil for none.
    public var rehearsal: Dataset?
    /// What the inputs were like when the model learned; nil for what its scaling knows.
    public var reference: InputReference?
    /// Old samples whose firing rates homeostasis goes back to; nil for those of the rehearsal or the old ones.
    public var rates: Dataset?

    /// Samples of an adaptation.
    public init(
        stream: Dataset, held: Dataset? = nil, old: Dataset? = nil, rehearsal: Dataset? = nil,
        reference: InputReference? = nil, rates: Dataset? = nil
    ) {
        self.stream = stream
        self.held = held
        self.old = old
        self.rehearsal = rehearsal
        self.reference = reference
        self.rates = rates
    }
}
