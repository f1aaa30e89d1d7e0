/// Where a layer of synapses puts its sums: an array of their own, or the membranes of the neurons behind it, which leak first.
struct CSums {
    /// The array, an expression.
    let array: String
    let type: CInteger
    /// Of neurons whose membranes they are.
    let rule: NeuronRule?

    /// Lines that begin a sum with a value.
    func begin(at index: String, _ value: String) -> [String] {
        guard let rule else { return [store(value, at: index)] }
        let (before, kept) = rule.keptLines()
        let sum = value == "0" ? kept : "\(kept) + \(value)"
        let old = rule.forgets ? [] : ["const int32_t v = \(array)[\(index)];"]
        return ["{"] + old + before + [store(sum, at: index), "}"]
    }

    /// The line that adds a weight.
    func add(_ weight: String, at index: String) -> String {
        let place = "\(array)[\(index)]"
        return type == .int32
            ? "\(place) += \(weight);" : "\(place) = (\(type.name))(\(place) + \(weight));"
    }

    private func store(_ value: String, at index: String) -> String {
        let cast = type == .int32 ? value : "(\(type.name))(\(value))"
        return "\(array)[\(index)] = \(cast);"
    }
}
