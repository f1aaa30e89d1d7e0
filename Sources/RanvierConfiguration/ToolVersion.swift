/// The version of Ranvier, as results and the command state it.
public enum ToolVersion {
    /// Semantic version.
    public static let current = "0.1.0"
}
