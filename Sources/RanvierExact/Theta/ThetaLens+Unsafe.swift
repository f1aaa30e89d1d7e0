import RanvierNetworks
import RanvierTensors

/// The views of a theta network in training: what the network looks like through them, and the way of gradients back.
///
///     ŵ = view(w),   ∂L/∂w = ∂L/∂ŵ ∂ŵ/∂w   with each view's own rule
///
/// The optimiser moves the numbers behind the views, w, which are then brought back to what the views allow: a masked weight
/// is exactly zero after each step, whatever mean of gradients moved it.
struct ThetaLens: Sendable {
    /// Layers whose weights have views, and their weights.
    private let layers: [(index: Int, weights: Parameter)]

    /// Nil where no weight has a view.
    init?(_ parameters: ThetaParameters) {
        layers = parameters.weights.enumerated().compactMap {
            $1.views.isEmpty ? nil : (index: $0, weights: $1)
        }
        if layers.isEmpty { return nil }
    }

    /// The numbers of the views' own that learn.
    var ownParameters: [Parameter] {
        layers.flatMap { $0.weights.withViews.dropFirst() }.filter(\.isTrainable)
    }

    /// Brings weights to what the views allow, and lets the views look at them.
    func project<Scalar>(_ network: inout FastThetaNetwork<Scalar>) {
        for (index, weights) in layers {
            weights.value = network.weightMatrix(index)
            network.setWeightMatrix(weights.value, layer: index)
        }
    }

    /// What one look through the views saw.
    struct Look<Scalar: ThetaScalar>: Sendable {
        /// The network to compute with.
        fileprivate(set) var network: FastThetaNetwork<Scalar>
        fileprivate var seen: [(layer: Int, weights: Tensor, variables: [Tensor])] = []
    }

    /// The network through the views, after ``project(_:)`` of its numbers.
    ///
    /// - Parameter tracks: whether gradients will be asked for.
    func look<Scalar>(
        at network: FastThetaNetwork<Scalar>, tracks: Bool
    ) -> Look<Scalar> {
        var look = Look(network: network)
        for (index, weights) in layers {
            let variables = tracks ? weights.withViews.filter(\.isTrainable) : []
            for parameter in variables { parameter.track() }
            defer { for parameter in variables { parameter.release() } }
            let seen = weights.tensor
            look.network.setWeightMatrix(seen.detached, layer: index)
            look.seen.append((index, seen, variables.map(\.variable)))
        }
        return look
    }

    /// Replaces the gradient by what was seen with that by what is stored.
    ///
    /// - Returns: the gradients of ``ownParameters``, in order.
    func pullBack<Scalar>(
        _ gradient: UnsafeMutablePointer<Scalar>, through look: Look<Scalar>
    ) -> [Tensor] {
        var own: [Tensor] = []
        for (layer, seen, variables) in look.seen {
            let arriving = look.network.weightMatrix(layer, in: UnsafePointer(gradient))
            let parts = seen.pullback(arriving, to: variables)
            look.network.write(parts[0], layer: layer, to: gradient)
            own += parts.dropFirst()
        }
        return own
    }
}
