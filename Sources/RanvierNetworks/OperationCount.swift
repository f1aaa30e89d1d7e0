/// Operations of synapses, counted exactly.
public struct OperationCount: Sendable, Hashable {
    /// Synaptic operations: for each spike of +1 or −1, one addition per outgoing connection.
    public var synaptic = 0
    /// Multiply-accumulates, where the input is a number and not a spike. A product with a sequence that is
    /// constant in time counts once, because it is done once.
    public var multiplyAccumulate = 0
    /// Those of the multiply-accumulates whose input is the payload of a spike; the others have a value as input.
    public var payload = 0

    /// A count.
    public init(synaptic: Int = 0, multiplyAccumulate: Int = 0, payload: Int = 0) {
        self.synaptic = synaptic
        self.multiplyAccumulate = multiplyAccumulate
        self.payload = payload
    }

    /// Multiply-accumulates whose input is a value: analog data, or what a layer without spikes hands on.
    public var analog: Int { multiplyAccumulate - payload }

    /// The sum of two counts.
    public static func + (a: OperationCount, b: OperationCount) -> OperationCount {
        OperationCount(
            synaptic: a.synaptic + b.synaptic,
            multiplyAccumulate: a.multiplyAccumulate + b.multiplyAccumulate,
            payload: a.payload + b.payload)
    }
}
