import RanvierTensors

/// Neurons whose membranes are counted in the codes of the weights before them.
///
/// Between weights and neurons may stand what leaves sums as they are: pooling by maximum, flattening, dropout. A normalisation
/// gives each channel another scale, and there is no common step any more.
extension Layer {
    /// Whether membranes of this layer share the step of the weights before it.
    var sharesWeightStep: Bool {
        switch (self as? Named)?.layer ?? self {
        case let layer as LIF: layer.dynamics.membrane?.sharesStep ?? false
        case let layer as any PopulationLayer: layer.dynamics.membrane?.sharesStep ?? false
        default: false
        }
    }

    /// What a code of the last weights stands for behind this layer.
    func weightStep(after before: Tensor?) -> Tensor? {
        switch (self as? Named)?.layer ?? self {
        case is Flatten, is MaxPool2D, is Dropout, is FoldedNormalization: before
        case is LIF, is any PopulationLayer: nil
        default:
            children.isEmpty
                ? parameters.first { $0.name == "weights" }?.parameter.codeStep : nil
        }
    }
}

extension Parameter {
    /// What a code of the quantiser among the views stands for; nil where there is no one such number.
    var codeStep: Tensor? {
        var seen = value, alive: Tensor?
        for view in views {
            if view.bits != nil { return view.codeStep(of: seen, alive: alive) }
            seen = view.seen(seen, alive: alive).detached
            alive = view.connections(of: alive)
        }
        return nil
    }
}

extension LayerChain {
    var sharesSteps: Bool { stages.contains { $0.layer.sharesWeightStep } }
}

extension Network {
    /// Refuses neurons that share a step with weights that have none.
    ///
    /// - Throws: ``NetworkError/sharedStep(name:kind:)``.
    public func requireSharedSteps() throws(NetworkError) {
        func visit(
            _ layers: [(name: String, layer: any Layer)], _ prefix: String
        ) throws(NetworkError) {
            var step: Tensor?
            for (name, layer) in layers {
                guard !layer.sharesWeightStep || step != nil else {
                    throw .sharedStep(name: prefix + name, kind: type(of: layer).kind)
                }
                try visit(layer.children, "\(prefix)\(name).")
                step = layer.weightStep(after: step)
            }
        }
        guard stages.contains(where: { $0.layer.sharesWeightStep || !$0.layer.children.isEmpty })
        else { return }
        try visit(chain.children, "")
    }
}
