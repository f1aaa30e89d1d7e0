import RanvierTensors

/// What is known of a sequence before a number of it is seen: what its numbers mean, and whether its steps differ.
///
/// It follows from the layers alone, so that what is counted does not depend on which samples share a batch.
public struct Signal: Sendable, Hashable {
    /// What the numbers of a sequence mean.
    public enum Content: Sendable, Hashable {
        /// What the storage says: spikes where it holds bits, else values.
        case unsaid
        /// Events: 0 where nothing happens, ±1 for a spike, any other number for a spike with a payload.
        case spikes
        /// Values, of which 0 is one like any other.
        case values
    }

    /// What the numbers mean.
    public var content: Content
    /// Whether all steps are alike.
    public var isConstant: Bool

    /// A signal.
    public init(_ content: Content = .unsaid, isConstant: Bool = false) {
        self.content = content
        self.isConstant = isConstant
    }

    /// What the storage of a sequence tells.
    public init(of sequence: Tensor) {
        self.init(isConstant: sequence.storageKind == .constantInTime)
    }

    /// What is known of a sum or product of two sequences: spikes where both are, values where one is.
    func joined(with other: Signal) -> Signal {
        let contents = [content, other.content]
        let joint: Content =
            contents.contains(.values)
            ? .values : contents == [.spikes, .spikes] ? .spikes : .unsaid
        return Signal(joint, isConstant: isConstant && other.isConstant)
    }

    /// Whether a sequence of this content is one of events.
    func holdsSpikes(_ sequence: Tensor) -> Bool {
        switch content {
        case .spikes: true
        case .values: false
        case .unsaid: sequence.storageKind == .spikes
        }
    }
}
