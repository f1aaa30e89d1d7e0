/// How errors go down through convolutions.
public enum ConvolutionFeedback: String, CaseIterable, Hashable, Sendable {
    /// Through random weights that stay, as published for rules that align dense layers.
    case random
    /// By the rule, as through dense layers.
    case ruled = "by-rule"
}
