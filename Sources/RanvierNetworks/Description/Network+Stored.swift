import RanvierConfiguration
import RanvierTensors

extension Network {
    /// The numbers of all parameters by name, and the tensors of their views: `hidden.weights`, `hidden.weights/mask/alive`.
    public var storedTensors: [String: Tensor] {
        var all = values
        for parameter in parameters {
            for view in parameter.views {
                for (name, tensor) in view.tensors {
                    all["\(parameter.name)/\(type(of: view).kind)/\(name)"] = tensor
                }
            }
        }
        return all
    }

    /// Makes a network from its description and its stored tensors.
    ///
    /// - Throws: as ``init(_:seed:in:)``; ``NetworkError/parameters(expected:found:)`` where the tensors are not those of
    ///   the network.
    public convenience init(
        _ description: ClockedDescription, tensors: [String: Tensor], in registry: Registry
    ) throws {
        try self.init(description, drawsWeights: false, in: registry)
        var plain = tensors.filter { !$0.key.contains("/") }
        // Before anything of the shapes that the description claims is made.
        try requireShapes(of: plain)
        var views = tensors.filter { $0.key.contains("/") }
        for (name, elements) in description.views {
            guard let parameter = parameters.first(where: { $0.name == name }) else {
                throw NetworkError.parameters(
                    expected: "views of parameters of this network", found: "views of '\(name)'")
            }
            parameter.views = try elements.map { element in
                let kind = try registry.kind(element.kind, of: ViewRole.self)
                let prefix = "\(name)/\(element.kind)/"
                var own: [String: Tensor] = [:]
                for (key, tensor) in views where key.hasPrefix(prefix) {
                    own[String(key.dropFirst(prefix.count))] = tensor
                    views[key] = nil
                }
                let section = try ConfigurationSection(
                    ConfigurationNode(element.options, location: name), location: name,
                    keyPath: element.kind, registry: registry)
                let view = try kind.payload.view(section, own, parameter.shape)
                try section.finish()
                return view
            }
        }
        // What belongs to no view is refused with the rest.
        plain.merge(views) { first, _ in first }
        try restore(plain)
    }
}
