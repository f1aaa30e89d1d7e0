/// Numbers that a model stores on a device: how many, how wide, and which of them are there.
public struct StoredNumbers: Sendable, Hashable {
    /// Name of the parameter.
    public var name: String
    /// Axes.
    public var shape: [Int]
    /// Bits of a number.
    public var bits: Int
    /// Which numbers are there, in row-major order; nil where all are.
    public var mask: [Bool]?
    /// Connections that views leave, of those that the parameter could have; nil where its numbers are none.
    public var connections: (living: Int, all: Int)? {
        get { counts.map { ($0.living, $0.all) } }
        set { counts = newValue.map { Counts(living: $0.living, all: $0.all) } }
    }
    private var counts: Counts?

    private struct Counts: Sendable, Hashable {
        let living: Int
        let all: Int
    }

    /// Numbers of a parameter.
    public init(name: String, shape: [Int], bits: Int = 32, mask: [Bool]? = nil) {
        self.name = name
        self.shape = shape
        self.bits = bits
        self.mask = mask
    }

    /// Numbers in all.
    public var count: Int { shape.reduce(1, *) }
}
