import Foundation
import RanvierAlignment
import RanvierConfiguration
import RanvierNetworks
import RanvierTensors

/// What a device makes of the weights that its memory holds.
///
///     Ŵ_ij = g_i (Q(W_ij) + ξ_ij) a_ij
///
/// `Q` rounds to some bits, `ξ` is an error of each synapse that stays, `a` is 0 for synapses that are not there, and `g_i` is the
/// gain of the neuron that the synapse comes from: a rectified unit whose slope is g hands on g times what it should. A synapse
/// learns from the activity that it is sent, `g_i x_i`, and knows neither of the others; rounding is passed straight through.
struct DeviceWeights: ParameterView {
    static let kind = "device-weights"
    static let rank = 20

    /// `g`, for each weight.
    private let gains: Tensor
    /// `ξ`.
    private let errors: Tensor
    /// `a`.
    private let alive: Tensor
    private let levels: SymmetricQuantizer?

    /// Draws what is wrong with some weights, `[inputs, outputs]`.
    ///
    /// - Parameter hasNeurons: whether inputs are neurons, which have gains.
    init(_ imperfections: Imperfections, shape: [Int], hasNeurons: Bool, from stream: RandomStream)
    {
        let rows = shape[0], columns = shape.dropFirst().reduce(1, *), count = rows * columns
        // A neuron that hands on nothing or turns signs around is no neuron with a gain.
        let own = stream.substream(0).normal(count: rows).map {
            hasNeurons ? max(1 + Float(imperfections.mismatch) * $0, 0.1) : 1
        }
        gains = Tensor(own.flatMap { Array(repeating: $0, count: columns) }, shape: shape)
        errors = Tensor(
            stream.substream(1).normal(count: count).map {
                Float(imperfections.synapticNoise) * $0
            }, shape: shape)
        alive = Tensor(
            stream.substream(2).uniform(count: count).map {
                $0 < Float(imperfections.deadSynapses) ? 0 : 1
            }, shape: shape)
        levels = imperfections.weightBits.map { SymmetricQuantizer(bits: $0) }
    }

    func seen(_ stored: Tensor) -> Tensor {
        let held = levels?.seen(stored) ?? stored
        return (held + errors) * gains * alive
    }

    var seesNumbersAlone: Bool { true }

    /// Puts them over all weights of a network.
    static func install(
        _ imperfections: Imperfections, on network: Network, seed: UInt64
    ) {
        let stream = RandomStream(seed: seed, name: "device")
        let weights = network.layerParameters.filter(\.isPrunable)
        for (index, parameter) in weights.enumerated() {
            parameter.views = [
                DeviceWeights(
                    imperfections, shape: parameter.shape, hasNeurons: index > 0,
                    from: stream.substream(index))
            ]
        }
    }
}
