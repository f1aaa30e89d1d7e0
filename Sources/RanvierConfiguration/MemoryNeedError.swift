/// A part of a run that would need more memory than it may use.
public struct MemoryNeedError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What needs how much.
    public var need: MemoryNeed
    /// Bytes that may be used.
    public var availableBytes: Int

    /// A need that cannot be met.
    public init(need: MemoryNeed, availableBytes: Int) {
        self.need = need
        self.availableBytes = availableBytes
    }

    /// What, how much, how much there is, what to try.
    public var description: String {
        "\(need.what): needs about \(NumberText.bytes(min(need.bytes, 1e300))), may use "
            + "\(NumberText.bytes(Double(availableBytes))); \(need.advice)"
    }
}

extension MemoryNeedError: ExitStatusProviding {
    /// The configuration asks for more than there is.
    public var exitStatus: ExitStatus { .wrongUsage }
}
