/// The parts of a generated program, gathered stage by stage.
final class CProgram {
    let network: IntegerNetwork
    let prefix: String
    let bounds: [IntegerBounds]
    /// What is learned within its steps; nil for nothing.
    let learning: DeviceLearning?
    var tables: [(layer: String, table: CTable)] = []
    var fields: [CField] = []
    /// Functions in the order in which they are called.
    var functions: [String] = []
    var reset: [String] = []
    /// Body of `…_step`.
    var step: [String] = []
    var schedule = CExportOptions.Schedule.stepByStep
    /// How each layer of synapses is written.
    var plans: [(layer: String, plan: SynapsePlan)] = []

    init(
        _ network: IntegerNetwork, prefix: String, learning: DeviceLearning? = nil
    ) throws(IntegerNetworkError) {
        self.network = network
        self.prefix = prefix
        let inside = learning.flatMap { $0.learnsInside ? $0 : nil }
        self.learning = inside
        let own = try network.bounds()
        bounds = inside?.widened(own) ?? own
    }

    var macro: String { prefix.uppercased() }

    func add(_ table: CTable?, of layer: String) {
        if let table { tables.append((layer, table)) }
    }

    /// A field, and the expression that reaches it.
    func field(
        _ name: String, _ type: CInteger, _ count: Int, _ life: CField.Life, _ purpose: String
    ) -> String {
        fields.append(
            CField(name: name, type: type, count: count, life: life, purpose: purpose))
        switch life {
        case .kept: return "state->\(name)"
        case .even: return "state->even.\(name)"
        case .odd: return "state->odd.\(name)"
        case .within: return "state->within.\(name)"
        }
    }

    /// Largest size of what reaches a stage.
    func largestInput(of index: Int) -> Int {
        index == 0 ? network.input.largestShown : bounds[index - 1].output
    }

    /// A function of a stage, and the line that calls it.
    func function(_ name: String, about: String, usesRow: Bool, _ body: [String]) -> String {
        let usesRow = usesRow && body.contains { $0.contains("row[") }
        let row = usesRow ? ", const \(prefix)_input *row" : ""
        functions +=
            ["/* \(about) */", "static void \(prefix)_\(name)(\(prefix)_state *state\(row)) {"]
            + body + ["}", ""]
        return "\(prefix)_\(name)(state\(usesRow ? ", row" : ""));"
    }
}
