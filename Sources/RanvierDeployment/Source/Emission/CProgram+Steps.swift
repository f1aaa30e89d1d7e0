import RanvierSpikes

extension CProgram {
    /// The program that runs a step of all layers before the next step.
    func runStepByStep(_ options: CExportOptions) throws(IntegerNetworkError) {
        let input = network.input
        let scores = field("scores", .int32, network.outputs, .kept, "scores of the outputs")
        let offsets = network.readout.offsets.map {
            ChannelNumbers(
                $0.map { Int($0) }, name: "\(prefix)_offset", purpose: "offsets of scores")
        }
        add(offsets?.table, of: "read-out")
        _ = field("rows", .unsigned(input.rows), 0, .kept, "rows that were shown")
        let (encode, first) = encoding()
        var shown = first
        var perRow: [String] = [], perStep: [String] = encode
        // What comes before the first layer with a memory is the same at every step of a row of numbers.
        let isConstant = input.stepsPerRow > 1 && first.isRow
        var isPrefix = isConstant
        let constantUntil = network.stages.firstIndex { !$0.isStateless } ?? network.stages.count
        var number = 0, isSummed = false
        for (index, stage) in network.stages.enumerated() {
            isPrefix = isConstant && index < constantUntil
            let life: CField.Life =
                isPrefix && index == constantUntil - 1 ? .kept : index % 2 == 0 ? .even : .odd
            let call: String
            var after: [String] = []
            switch stage {
            case .synapses(let stage):
                let plan = try SynapsePlan.best(
                    for: stage, shown: shownKind(shown, stage.name, options), options: options,
                    name: "\(prefix)_weight\(index)", prefix: prefix)
                let learns = index == learning?.lastSynapses
                let rule = isPrefix || learns ? nil : ruleOfSums(behind: index)
                isSummed = rule != nil
                let heard = shown
                (call, shown) = synapses(
                    stage, plan: plan, at: index, shown: shown, life: life, into: rule)
                if learns {
                    after = whereLearning(
                        "\(prefix)_learning_last(state->learning, \(heard.array), \(shown.array));")
                }
            case .pooling(let stage):
                (call, shown) = pooling(stage, at: index, shown: shown, life: life)
            case .neurons(let stage):
                (call, shown) = neurons(
                    stage, at: index, shown: shown, number: number, isSummed: isSummed)
                number += 1
                isSummed = false
                if index == learning?.moving {
                    after = whereLearning(
                        "\(prefix)_learning_moving(state->learning, \(shown.array));")
                }
            }
            if isPrefix { perRow.append(call) } else { perStep += [call] + after }
        }
        perStep.append(note(shown, scores: scores))
        reset += readoutReset(scores, offsets) + ["state->rows = 0U;"]
        let rowsType = CInteger.unsigned(input.rows).name
        step = [
            "/* What was proven of the numbers holds for the rows of one sample. */",
            "if (state->rows == \(macro)_ROWS) {", "return;", "}",
            "state->rows = (\(rowsType))(state->rows + 1U);",
        ]
        if input.encoding.needsMoment {
            reset.append("state->moment = 0U;")
            let count = input.stepsPerRow
            let type = CInteger.unsigned(count).name
            step +=
                perRow + [
                    "for (state->moment = 0U; state->moment < \(count)U; state->moment = (\(type))(state->moment + 1U)) {"
                ]
                + perStep + ["}"]
        } else if input.stepsPerRow > 1 {
            step += perRow + CText.loop("step", input.stepsPerRow, perStep)
        } else {
            step += perRow + perStep
        }
        if !step.contains(where: { $0.contains(", row)") }) {
            step.append("(void)row;")
        }
    }

    /// Lines that are there where the program learns.
    func whereLearning(_ lines: String..., otherwise: String? = nil) -> [String] {
        ["#ifdef \(macro)_LEARNING"] + lines + (otherwise.map { ["#else", $0] } ?? []) + ["#endif"]
    }

    /// The neurons behind synapses, where sums can be added to their membranes at once, which saves the memory of the sums.
    private func ruleOfSums(behind index: Int) -> NeuronRule? {
        guard index + 1 < network.stages.count, case .neurons(let stage) = network.stages[index + 1]
        else { return nil }
        let rule = rule(of: stage, at: index + 1)
        return rule.canSumInPlace ? rule : nil
    }

    /// What a plan needs to know of a signal.
    func shownKind(_ shown: CSignal, _ layer: String, _ options: CExportOptions)
        -> SynapsePlan.Shown
    {
        SynapsePlan.Shown(
            isSpikes: shown.isBits, rate: options.rates[layer] ?? (shown.isBits ? 0.1 : 1))
    }

    // MARK: - Read-out

    private func readoutReset(_ scores: String, _ offsets: ChannelNumbers?) -> [String] {
        let readout = network.readout
        let first: String =
            switch readout.decoder {
            case .spikeCount, .meanMembrane, .summedMembrane: offsets?.expression("i") ?? "0"
            case .maximumMembrane: CInteger.literal(Int(Int32.min))
            case .lastMembrane: "0"
            case .firstSpike: "\(-network.input.steps)"
            }
        if readout.decoder == .firstSpike {
            _ = field("steps", .int32, 0, .kept, "steps that were run")
            reset.append("state->steps = 0;")
        }
        return CText.loop("i", network.outputs, ["\(scores)[i] = \(first);"])
    }

    /// Takes over what a step put out.
    private func note(_ shown: CSignal, scores: String) -> String {
        let value = shown.number("i")
        let body: [String] =
            switch network.readout.decoder {
            case .spikeCount, .meanMembrane, .summedMembrane: ["\(scores)[i] += \(value);"]
            case .maximumMembrane:
                ["if (\(value) > \(scores)[i]) {", "\(scores)[i] = \(value);", "}"]
            case .lastMembrane: ["\(scores)[i] = \(value);"]
            case .firstSpike:
                [
                    "if (\(value) != 0 && \(scores)[i] == \(-network.input.steps)) {",
                    "\(scores)[i] = -state->steps;", "}",
                ]
            }
        let after = network.readout.decoder == .firstSpike ? ["state->steps++;"] : []
        return function(
            "read", about: "Takes over what a step put out.", usesRow: shown.isRow,
            CText.loop("i", network.outputs, body) + after)
    }
}

extension IntegerStage {
    /// Whether a step knows nothing of the one before.
    var isStateless: Bool {
        switch self {
        case .pooling: true
        case .synapses(let stage): stage.delays == nil
        case .neurons: false
        }
    }
}

extension IntegerInput.Encoding {
    /// Whether what is shown depends on the step within the row.
    fileprivate var needsMoment: Bool {
        switch self {
        case .latency, .rate: true
        case .numbers, .spikes, .delta, .levelCrossing: false
        }
    }
}
