/// What the compiler makes of an exported network.
public enum CompilerOptimization: String, Sendable, Hashable, CaseIterable, Codable {
    /// Nothing: `-O0`.
    case none = "-O0"
    /// Fast code: `-O2`.
    case speed = "-O2"
    /// Small code: `-Os`.
    case size = "-Os"
}
