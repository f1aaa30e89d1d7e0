extension CProgram {
    /// Numbers for each channel of a layer of neurons.
    struct NeuronTables {
        let threshold: ChannelNumbers?
        let initial: ChannelNumbers?
        let own: ChannelNumbers?
        /// Whether membranes begin at half the threshold, which needs no table.
        let beginsAtHalf: Bool

        /// What a membrane begins at.
        func first(_ channel: String) -> String {
            if beginsAtHalf, let threshold { return "\(threshold.expression(channel)) / 2" }
            return initial?.expression(channel) ?? "0"
        }
    }

    func neuronTables(_ stage: IntegerNeurons, at index: Int) -> NeuronTables {
        func numbers(_ values: [Int32]?, _ name: String, _ purpose: String) -> ChannelNumbers? {
            values.map {
                ChannelNumbers(
                    $0.map { Int($0) }, name: "\(prefix)_\(name)\(index)", purpose: purpose)
            }
        }
        var own: ChannelNumbers?
        if case .oneToOne(let weights) = stage.recurrence {
            own = numbers(
                weights.codes.map { Int32($0) << Int32(weights.shift) }, "own",
                "weights of own spikes")
        }
        let threshold = numbers(stage.thresholds, "threshold", "thresholds")
        let beginsAtHalf =
            stage.initial != nil && stage.initial == stage.thresholds?.map { $0 >> 1 }
        let initial = beginsAtHalf ? nil : numbers(stage.initial, "initial", "first membranes")
        for table in [threshold?.table, initial?.table, own?.table] { add(table, of: stage.name) }
        return NeuronTables(
            threshold: threshold, initial: initial, own: own, beginsAtHalf: beginsAtHalf)
    }

    /// One step of the neurons of a layer.
    func rule(of stage: IntegerNeurons, at index: Int) -> NeuronRule {
        NeuronRule(
            stage, bound: bounds[index].membrane ?? 0, sumsUpTo: largestInput(of: index),
            prefix: prefix)
    }

    /// A loop over neurons with `i` the neuron and `c` its channel, where channels matter.
    private func forNeurons(_ stage: IntegerNeurons, _ body: [String]) -> [String] {
        guard body.contains(where: { $0.contains("[c]") }) else {
            return CText.loop("i", stage.count, body)
        }
        guard stage.count > stage.channels else {
            return CText.loop(
                "i", stage.count, body.map { $0.replacing("[c]", with: "[i]") })
        }
        return ["uint32_t c = 0U;"]
            + CText.loop(
                "i", stage.count,
                body + ["c = c + 1U == \(stage.channels)U ? 0U : c + 1U;"])
    }

    /// The function of a layer of neurons at one step.
    ///
    /// - Parameter isSummed: whether what comes in are its own membranes, which hold the sums already.
    func neurons(
        _ stage: IntegerNeurons, at index: Int, shown: CSignal, number: Int, isSummed: Bool
    ) -> (call: String, output: CSignal) {
        let layer = CText.comment(stage.name)
        let rule = rule(of: stage, at: index)
        let values = neuronTables(stage, at: index)
        let membranes =
            isSummed
            ? shown.array
            : field(
                "membranes\(index)", rule.type, stage.count, .kept, "membranes of '\(layer)'")
        reset +=
            ["{"] + forNeurons(stage, [store(values.first("c"), in: "\(membranes)[i]", rule.type)])
            + ["}"]
        let fires = stage.thresholds != nil
        let needsLast = stage.recurrence != nil || (stage.reset == .softDelayed && fires)
        var before: [String] = [], body: [String] = []
        var current = isSummed ? "0" : shown.number("i")
        if case .allToAll(let weights) = stage.recurrence {
            let heard = self.heard(weights, stage, at: index)
            before += heard.lines
            current = (isSummed ? "" : current + " + ") + "\(heard.array)[i]"
        }
        // Spikes outlive the step where the next needs them.
        let keepsBits = fires && (needsLast || !stage.givesMembrane)
        let words = (stage.count + 31) / 32
        var bits = ""
        if keepsBits {
            let life: CField.Life = needsLast ? .kept : index % 2 == 0 ? .even : .odd
            bits = field("spikes\(index)", .uint32, words, life, "spikes of '\(layer)', a bit each")
            if needsLast {
                reset += CText.loop("i", words, ["\(bits)[i] = 0U;"])
                if stage.reset == .softDelayed || values.own != nil {
                    body.append(
                        "const uint32_t last = (\(bits)[i >> 5] >> (i & 31U)) & 1U;")
                }
            }
        }
        var waitingPlace = ""
        if stage.refractorySteps > 0 {
            let waiting = field(
                "waiting\(index)", .uint8, stage.count, .kept, "steps that '\(layer)' waits")
            reset += CText.loop("i", stage.count, ["\(waiting)[i] = 0U;"])
            waitingPlace = "\(waiting)[i]"
        }
        var threshold = values.threshold.map { $0.expression("c") } ?? "0"
        if index == learning?.moving {
            body += whereLearning(
                "const int32_t threshold = \(prefix)_learning_threshold(state->learning, i, \(threshold));",
                otherwise: "const int32_t threshold = \(threshold);")
            threshold = "threshold"
        }
        body = ["int32_t v = \(membranes)[i];"] + body
        body += rule.lines(
            current: current, threshold: threshold, own: values.own?.expression("c"),
            waiting: waitingPlace, isSummed: isSummed)
        body.append(store("v", in: "\(membranes)[i]", rule.type))
        var output = CSignal(form: .bits, count: stage.count, array: bits)
        if fires {
            body += ["#ifdef \(macro)_COUNTS", "state->counts[\(number)] += spike;", "#endif"]
        }
        if keepsBits {
            before.append("uint32_t word = 0U;")
            body += [
                "word |= spike << (i & 31U);",
                "if ((i & 31U) == 31U || i == \(stage.count - 1)U) {",
                "\(bits)[i >> 5] = word;", "word = 0U;", "}",
            ]
        }
        if stage.givesMembrane {
            output = CSignal(form: .numbers(rule.type), count: stage.count, array: membranes)
            // A reset takes from the membrane what is handed on.
            if fires && stage.reset != .softDelayed {
                let life: CField.Life = index % 2 == 0 ? .even : .odd
                let handed = field(
                    "handed\(index)", rule.type, stage.count, life, "membranes that are handed on")
                body.append(store("u", in: "\(handed)[i]", rule.type))
                output.array = handed
            }
            if fires && !keepsBits && stage.reset == .softDelayed { body.append("(void)spike;") }
        }
        let call = function(
            "stage\(index)", about: "'\(layer)': \(stage.count) neurons", usesRow: shown.isRow,
            before + forNeurons(stage, body))
        return (call, output)
    }

    private func store(_ value: String, in place: String, _ type: CInteger) -> String {
        type == .int32 ? "\(place) = \(value);" : "\(place) = (\(type.name))(\(value));"
    }

    /// What the layer's own last spikes add.
    private func heard(_ weights: IntegerWeights, _ stage: IntegerNeurons, at index: Int) -> (
        lines: [String], array: String
    ) {
        let matrix = CodeMatrix(rows: stage.count, columns: stage.count, codes: weights.codes)
        let formats: [WeightFormat] = [.packed, .map, .lists, .signedLists, .blocks]
        let name = "\(prefix)_recurrent\(index)"
        let rows = formats.compactMap {
            RowWeights(
                matrix, format: $0, jumps: true, shift: weights.shift, name: name, prefix: prefix)
        }
        guard let rows = rows.min(by: { $0.byteCount < $1.byteCount }) else { return ([], "") }
        for table in rows.tables { add(table, of: stage.name) }
        let type = CInteger.signed(stage.recurrence?.largestSum ?? 0)
        let array = field(
            "heard\(index)", type, stage.count, .within, "what neurons hear of their own layer")
        let spikes = "state->spikes\(index)"
        let adding = type == .int32 ? "" : "(\(type.name))"
        let lines =
            CText.loop("i", stage.count, ["\(array)[i] = 0;"])
            + CText.loop(
                "w", (stage.count + 31) / 32,
                [
                    "uint32_t spoke = \(spikes)[w];", "while (spoke != 0U) {",
                    "const uint32_t from = (w << 5) + \(prefix)_lowest(spoke);",
                    "spoke &= spoke - 1U;",
                ]
                    + rows.loop(row: "from") { j, weight, _ in
                        ["\(array)[\(j)] = \(adding)(\(array)[\(j)] + \(weight));"]
                    } + ["}"])
        return (lines, array)
    }
}
