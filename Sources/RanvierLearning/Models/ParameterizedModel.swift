import RanvierNetworks

/// A model whose layers hold parameters that may be seen through masks and quantisers.
public protocol ParameterizedModel: SpikingModel {
    /// The parameters of the layers, without those that views bring along.
    var layerParameters: [Parameter] { get }
}

extension ClockedModel: ParameterizedModel {
    /// Those of the network's layers.
    public var layerParameters: [Parameter] { network.layerParameters }
}
