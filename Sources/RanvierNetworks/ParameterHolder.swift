import RanvierConfiguration
import RanvierTensors

/// What has named parameters: a clocked network, an event-driven model.
///
/// Pruning, quantising, storing and counting look at parameters alone, whatever computes with them.
public protocol ParameterHolder: Sendable {
    /// The parameters of the layers in order, without the numbers that their views bring along. They are those that the
    /// holder computes with: what is changed of them, their views included, is changed of the holder.
    var layerParameters: [Parameter] { get }
}

extension ParameterHolder {
    /// Numbers of all parameters by name, and the tensors of their views: `hidden.weights`, `hidden.weights/mask/alive`.
    public var storedTensors: [String: Tensor] {
        var all: [String: Tensor] = [:]
        for parameter in layerParameters {
            for own in parameter.withViews { all[own.name] = own.value }
            for view in parameter.views {
                for (name, tensor) in view.tensors {
                    all["\(parameter.name)/\(type(of: view).kind)/\(name)"] = tensor
                }
            }
        }
        return all
    }

    /// Kinds and options of the views by the parameters' names; of those that have any.
    public var viewElements: [String: [Element]] {
        var all: [String: [Element]] = [:]
        for parameter in layerParameters where !parameter.views.isEmpty {
            all[parameter.name] = parameter.views.map { Element(type(of: $0).kind, $0.options) }
        }
        return all
    }

    /// Puts stored views on the parameters.
    ///
    /// - Parameter tensors: stored tensors; those of the views, `hidden.weights/mask/alive`, are taken out.
    /// - Throws: ``NetworkError/parameters(expected:found:)`` for views of a parameter that is not there;
    ///   `UnknownNameError`; what a kind of view throws.
    package func restoreViews(
        _ elements: [String: [Element]], from tensors: inout [String: Tensor], in registry: Registry
    ) throws {
        let parameters = layerParameters
        for (name, elements) in elements.sorted(by: { $0.key < $1.key }) {
            guard let parameter = parameters.first(where: { $0.name == name }) else {
                throw NetworkError.parameters(
                    expected: "views of parameters of this network", found: "views of '\(name)'")
            }
            parameter.views = try elements.map { element in
                let kind = try registry.kind(element.kind, of: ViewRole.self)
                let prefix = "\(name)/\(element.kind)/"
                var own: [String: Tensor] = [:]
                for (key, tensor) in tensors where key.hasPrefix(prefix) {
                    own[String(key.dropFirst(prefix.count))] = tensor
                    tensors[key] = nil
                }
                let section = try ConfigurationSection(
                    ConfigurationNode(element.options, location: name), location: name,
                    keyPath: element.kind, registry: registry)
                let view = try kind.payload.view(section, own, parameter.shape)
                try section.finish()
                return view
            }
        }
    }

    /// Takes over stored numbers of all parameters, those of views included; views stay as they are.
    ///
    /// - Throws: ``NetworkError/parameters(expected:found:)`` where one is missing, has another shape, is
    ///   refused by the view it belongs to, or belongs to no layer. Nothing is changed then.
    package func restoreNumbers(_ values: [String: Tensor]) throws(NetworkError) {
        let own = layerParameters.flatMap(\.withViews)
        try Self.requireShapes(of: values, as: own)
        let names = Set(own.map(\.name))
        if let stranger = values.keys.sorted().first(where: { !names.contains($0) }) {
            throw .parameters(
                expected: "only \(names.count) parameters of this network", found: "'\(stranger)'")
        }
        for parameter in layerParameters {
            for view in parameter.views {
                let own = view.parameters.map {
                    ($0.name, values[$0.parameter.name] ?? .zeros([0]))
                }
                guard let refusal = view.refusal(of: Dictionary(uniqueKeysWithValues: own)) else {
                    continue
                }
                throw .parameters(
                    expected:
                        "numbers that '\(type(of: view).kind)' of '\(parameter.name)' can have",
                    found: refusal)
            }
        }
        for parameter in own {
            if let value = values[parameter.name] { parameter.value = value }
        }
    }

    /// Checks that there is a tensor of the right shape for each parameter.
    static func requireShapes(
        of values: [String: Tensor], as parameters: [Parameter]
    ) throws(NetworkError) {
        for parameter in parameters {
            guard let value = values[parameter.name] else {
                throw .parameters(expected: "'\(parameter.name)'", found: "no such tensor")
            }
            guard value.shape == parameter.shape else {
                throw .parameters(
                    expected: "'\(parameter.name)' of shape \(parameter.shape)",
                    found: "shape \(value.shape)")
            }
        }
    }
}
