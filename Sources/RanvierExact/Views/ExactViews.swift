import RanvierNetworks

/// The views that weights of exact-gradient networks can be seen through.
///
/// All that a theta or quadratic neuron knows of a weight is how far an arriving spike moves it: whatever says weights will
/// do. What asks something of the neuron, such as a scale in its threshold, will not, nor what keeps the weights from
/// learning.
enum ExactViews {
    /// Their kinds.
    static let kinds = [
        Mask.kind, SymmetricQuantizer.kind, LearnedStepQuantizer.kind, BinaryQuantizer.kind,
        TernaryQuantizer.kind,
    ]

    /// Refuses all others by name.
    ///
    /// - Parameter learning: whether views may have numbers of their own, which need an optimiser.
    static func require(
        _ views: [any ParameterView], of name: String, learning: Bool = true
    ) throws(ExactError) {
        for view in views {
            let kind = type(of: view).kind
            guard kinds.contains(kind), learning || view.parameters.isEmpty else {
                throw .unsupportedView(
                    parameter: name, kind: kind,
                    supported: learning ? kinds : kinds.filter { $0 != LearnedStepQuantizer.kind })
            }
        }
    }
}
