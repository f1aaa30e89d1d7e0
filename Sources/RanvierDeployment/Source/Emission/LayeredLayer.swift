import RanvierNetworks
import RanvierTensors

/// A layer of synapses and its neurons, as the order layer by layer writes it.
struct LayeredLayer {
    let stage: IntegerSynapses
    let plan: SynapsePlan
    let bias: ChannelNumbers?
    /// How trains come in; nil for numbers, the same at every step.
    let trains: CTrains?
    let inputType: CInteger
    /// Largest size of a sum of one step.
    let largest: Int
    var rule: NeuronRule?
    var values: CProgram.NeuronTables?
    var isLast = false
    /// Which layer of neurons it is.
    var numbers = 0
    var input = "", output = ""

    /// Height, width, channels, output height, output width, kernel height and width, stride down and across, padding down and
    /// across, channels of a group, outputs of a group, groups.
    var sizes: [Int] {
        switch stage.geometry {
        case .dense(let inputs, let outputs):
            return [1, 1, inputs, 1, 1, 1, 1, 1, 1, 0, 0, inputs, outputs, 1]
        case .convolution(let shape):
            let window = shape.window
            return [
                shape.height, shape.width, shape.inputChannels, shape.outputHeight,
                shape.outputWidth, window.height, window.width, window.strideHeight,
                window.strideWidth, window.paddingHeight, window.paddingWidth,
                shape.inputChannels / shape.groups, shape.outputChannels / shape.groups,
                shape.groups,
            ]
        }
    }

    static let sizeNames: [(name: String, isSigned: Bool)] = [
        ("height", true), ("width", true), ("channels", false), ("rows_out", true),
        ("columns_out", true), ("kernel_height", true), ("kernel_width", true), ("down", true),
        ("across", true), ("rows_before", true), ("columns_before", true), ("per_group", false),
        ("outputs", false), ("groups", false),
    ]

    /// Whether two sums of 16 bits lie in one accumulator.
    func isPaired(_ layered: LayeredNetwork) -> Bool {
        trains != nil && layered.steps > 1 && largest <= 32_767
    }

    /// Accumulators of an output.
    func accumulators(_ layered: LayeredNetwork) -> Int {
        trains == nil ? 1 : isPaired(layered) ? (layered.steps + 1) / 2 : layered.steps
    }

    /// What layers that share a function have in common.
    func key(_ layered: LayeredNetwork) -> [String] {
        let neurons = rule?.stage
        func numbers(_ values: ChannelNumbers?) -> String {
            guard let values else { return "none" }
            return values.table.map { $0.type.name } ?? values.expression("c")
        }
        let rule =
            neurons.map {
                "\($0.leak) \($0.reset) \($0.comparison) \($0.stateBits) \($0.refractorySteps) "
                    + "\(String(describing: $0.levels)) \($0.givesMembrane) \($0.thresholds != nil)"
            } ?? "none"
        let range =
            self.rule.map { "\($0.saturates) \($0.largest > Int(Int32.max)) \($0.type)" } ?? ""
        let leak: String =
            if case .multiply = neurons?.leak { "\(self.rule?.largestKept ?? 0)" } else { "" }
        let levels = neurons?.levels == nil ? "" : "\(self.rule?.largestKept ?? 0)"
        return [
            trains.map { "\($0.width) \($0.type)" } ?? "numbers", inputType.name,
            plan.format.rawValue, "\(plan.weights?.values.bits ?? 0)",
            "\(stage.weights.shift)", plan.tables.map(\.type.name).joined(separator: " "),
            // Blocks have a size of their own.
            plan.format == .blocks ? stage.name : "", "\(isPaired(layered))", numbers(bias), rule,
            range, leak, levels, numbers(values?.threshold), numbers(values?.initial),
            numbers(values?.own), "\(values?.beginsAtHalf == true)", "\(isLast)",
        ]
    }
}
