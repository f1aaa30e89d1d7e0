import RanvierAnalysis
import RanvierCompression
import RanvierNetworks
import RanvierTensors

/// The networks of W2 and W3 with masks of some structure: what workloads with masks share.
struct MaskedNetworks {
    /// What goes as one.
    enum Structure: String, CaseIterable {
        case weights = "single weights"
        case units = "neurons, channels"
        case rows = "blocks 1×8"
        case squares = "blocks 4×4"

        var granularity: Granularity {
            switch self {
            case .weights: .weights
            case .units: .filters
            case .rows: .blocks(rows: 1, columns: 8)
            case .squares: .blocks(rows: 4, columns: 4)
            }
        }
    }

    /// Shares of weights that are left.
    static let densities = [1, 0.5, 0.2, 0.1, 0.05]

    /// Puts masks by random scores on all weights; where neurons or channels go, on all layers but the last, and on what
    /// then hears nothing. What is left is drawn larger, so that about as many neurons fire as before.
    static func mask(_ network: Network, _ structure: Structure, density: Double) throws {
        guard density < 1 else { return }
        let parameters = network.prunableParameters
        for (index, parameter) in parameters.enumerated() {
            if structure == .units, index == parameters.count - 1 { continue }
            let outcome = try RandomCriterion(seed: 1).prune(
                [PruningLayer(name: parameter.name, weights: parameter.value)],
                by: Pruning(.layerWise(rate: 1 - density)), granularity: structure.granularity)
            parameter.mask = Mask(outcome.masks[0])
        }
        if structure == .units {
            for (before, after) in zip(parameters, parameters.dropFirst()) {
                maskInputs(of: after, whereEmpty: before)
            }
        }
        for parameter in parameters {
            guard let mask = parameter.mask else { continue }
            // The share of inputs that a living output has left.
            let outputs = mask.alive.shape[mask.alive.rank - 1]
            let living = outputs - emptyOutputs(mask.alive).count
            let share =
                Float(mask.count) * Float(outputs) / Float(max(living * parameter.value.count, 1))
            parameter.value = parameter.value * Tensor(1 / max(share, 1e-3).squareRoot())
        }
    }

    /// Takes away the weights of inputs that a layer with empty outputs no longer gives.
    private static func maskInputs(of after: Parameter, whereEmpty before: Parameter) {
        let dead = before.mask.map { emptyOutputs($0.alive) } ?? []
        guard !dead.isEmpty else { return }
        // Places of an image count as inputs of a linear layer, channel last.
        let channels = before.shape[before.shape.count - 1]
        let outputs = after.shape[after.shape.count - 1]
        var alive = after.mask?.alive.scalars ?? Tensor.ones(after.shape).scalars
        for place in alive.indices where dead.contains(place / outputs % channels) {
            alive[place] = 0
        }
        after.mask = Mask(Tensor(alive, shape: after.shape))
    }

    private static func emptyOutputs(_ alive: Tensor) -> Set<Int> {
        let outputs = alive.shape[alive.rank - 1]
        let sums = alive.sum(axes: Array(0..<alive.rank - 1)).scalars
        return Set((0..<outputs).filter { sums[$0] == 0 })
    }
}
