import RanvierTensors

extension LayerSite {
    /// The units of an architecture, as described.
    func activation(_ unit: LayerDescription) -> Activation {
        Activation { channels in
            do {
                let layers = try self.layers(of: unit, channels: channels)
                return layers.count == 1 ? layers[0] : Sequential(layers)
            } catch {
                return UnbuiltLayer(reason: "\(error)")
            }
        }
    }

    private func layers(of unit: LayerDescription, channels: Int) throws -> [any Layer] {
        try after([channels]).layers(of: unit)
    }

    /// Checks that what comes in are images.
    func requireImages() throws(ShapeMismatch) {
        guard shape.count == 3 else {
            throw ShapeMismatch(expected: "images [height, width, channels]", found: shape)
        }
    }
}

/// Stands where a unit could not be built, and says so as soon as the network is put together.
private struct UnbuiltLayer: Layer {
    static let kind = "unbuilt"
    let reason: String

    func outputShape(for input: [Int]) throws(ShapeMismatch) -> [Int] {
        throw ShapeMismatch(expected: "units that can be built: \(reason)", found: input)
    }

    func callAsFunction(_ input: Tensor, in context: ForwardContext) -> Tensor { input }
}
