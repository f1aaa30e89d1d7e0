import RanvierTensors

/// What comes into synapses over a sequence, and how far it reaches.
public struct SynapseRecord: Sendable {
    /// `[T, B, features…]`.
    public var input: Tensor
    /// Living connections of each feature to outputs, places of a window counted one by one.
    public var fanOut: [Int]
    /// Connections if all weights were there.
    public var places: Int

    /// What comes in.
    public init(_ input: Tensor, fanOut: [Int], places: Int) {
        self.input = input.detached
        self.fanOut = fanOut
        self.places = places
    }

    /// Living connections of a sample in a step.
    public var connections: Int { fanOut.reduce(0, +) }
}
