import RanvierNetworks

extension Collection<Parameter> {
    /// All but those of some layers, which are named as the layer or as the parameter: `hidden`, `hidden.weights`.
    ///
    /// - Parameter key: the configuration's key that names them.
    /// - Throws: ``CompressionError/impossibleValue(what:expected:found:)`` for a name that none has.
    func except(_ names: [String], key: String) throws(CompressionError) -> [Parameter] {
        func isNamed(_ parameter: Parameter, _ name: String) -> Bool {
            parameter.name == name || parameter.name.hasPrefix(name + ".")
        }
        for name in names where !contains(where: { isNamed($0, name) }) {
            throw .impossibleValue(
                what: key, expected: "layers among \(map(\.name).joined(separator: ", "))",
                found: "'\(name)'")
        }
        return filter { parameter in !names.contains { isNamed(parameter, $0) } }
    }
}
