/// A shape that a layer cannot take: what it needs, what it was given.
public struct ShapeMismatch: Error, Sendable, Hashable {
    /// What the layer needs, in words.
    public var expected: String
    /// The shape it was given.
    public var found: [Int]

    /// A mismatch between what is needed and what is there.
    public init(expected: String, found: [Int]) {
        self.expected = expected
        self.found = found
    }
}
