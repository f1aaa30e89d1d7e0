import RanvierNetworks
import RanvierTensors

extension CProgram {
    /// Where trains come from and go to.
    private struct Place {
        /// The array, an expression.
        var array: String
        /// Nil for numbers.
        var trains: CTrains?
        var type: CInteger
    }

    /// The program that runs all steps of a neuron before the next neuron.
    func runLayerByLayer(_ layered: LayeredNetwork, _ options: CExportOptions)
        throws(IntegerNetworkError)
    {
        let scores = field("scores", .int32, network.outputs, .kept, "scores of the outputs")
        reset = CText.loop("i", network.outputs, ["\(scores)[i] = 0;"])
        var (lines, from) = layeredInput(layered)
        var layers: [LayeredLayer] = []
        for (number, block) in layered.blocks.enumerated() {
            let life: CField.Life = number % 2 == 0 ? .even : .odd
            switch block {
            case .pooling(let index):
                guard case .pooling(let stage) = network.stages[index] else { continue }
                let to = trains(stage.outputShape, "pooled\(index)", layered, life, stage.name)
                lines.append(layeredPooling(stage, at: index, from: from, to: to))
                from = to
            case .layer(let synapses, let neurons):
                guard case .synapses(let stage) = network.stages[synapses] else { continue }
                var plan = try layeredPlan(stage, at: synapses, from: from, options)
                plan.isLast = number == layered.blocks.count - 1
                plan.numbers = layers.count
                if let neurons, case .neurons(let layer) = network.stages[neurons] {
                    plan.rule = NeuronRule(
                        layer, bound: bounds[neurons].membrane ?? 0,
                        sumsUpTo: bounds[synapses].output, prefix: prefix)
                    plan.values = neuronTables(layer, at: neurons)
                }
                plan.input = from.array
                if !plan.isLast {
                    from = trains(
                        stage.outputShape, "trains\(synapses)", layered, life,
                        network.stages[neurons ?? synapses].name)
                    plan.output = from.array
                }
                lines.append("@\(layers.count)")
                layers.append(plan)
            }
        }
        let calls = write(layers, layered, options)
        step = lines.map { $0.hasPrefix("@") ? calls[Int($0.dropFirst()) ?? 0] : $0 }
        let hasCounts = !network.neurons.isEmpty
        if hasCounts {
            step =
                ["#ifdef \(macro)_COUNTS"]
                + CText.loop("i", network.neurons.count, ["state->counts[i] = 0U;"]) + ["#endif"]
                + step
        }
    }

    // MARK: - Input and pooling

    private func trains(
        _ shape: [Int], _ name: String, _ layered: LayeredNetwork, _ life: CField.Life,
        _ layer: String
    ) -> Place {
        let trains = CTrains(width: layered.width)
        let array = field(
            name, trains.type, trains.elements(shape.reduce(1, *)), life,
            "spikes of '\(CText.comment(layer))', \(layered.width) bit a neuron")
        return Place(array: array, trains: trains, type: trains.type)
    }

    private func layeredInput(_ layered: LayeredNetwork) -> (lines: [String], from: Place) {
        let input = network.input
        switch input.encoding {
        case .numbers, .delta, .levelCrossing:
            return ([], Place(array: "row", trains: nil, type: inputType))
        case .spikes:
            let trains = CTrains(width: 1, type: .uint32)
            return ([], Place(array: "row", trains: trains, type: .uint32))
        case .rate(let steps, _):
            let place = trains(input.rowShape, "shown", layered, .odd, "input")
            let call = function(
                "encode", about: "A number n of N spikes with the chance n / N.", usesRow: true,
                CText.loop(
                    "i", input.rowCount,
                    ["uint32_t train = 0U;"]
                        + CText.loop(
                            "t", steps,
                            draw(at: "t * \(input.rowCount)U + i")
                                + ["if (\(firing)) {", "train |= 1U << t;", "}"])
                        + (place.trains?.write("train", at: "i", in: place.array) ?? [])))
            return ([call], place)
        case .latency(let cuts):
            let place = trains(input.rowShape, "shown", layered, .odd, "input")
            let table = CTable(
                "\(prefix)_cut", .holding(Int(cuts.min() ?? 0)...Int(cuts.max() ?? 0)),
                cuts.map { Int($0) }, "cuts of the latency code")
            add(table, of: "input")
            let call = function(
                "encode", about: "A number spikes at the first cut that it reaches.", usesRow: true,
                CText.loop(
                    "i", input.rowCount,
                    [
                        "const int32_t x = \(row.number("i"));", "uint32_t t = 0U;",
                        "while (t < \(cuts.count)U && x < (int32_t)\(table.name)[t]) {", "t++;",
                        "}",
                        "const uint32_t train = t < \(cuts.count)U ? 1U << t : 0U;",
                    ] + (place.trains?.write("train", at: "i", in: place.array) ?? [])))
            return ([call], place)
        }
    }

    private func layeredPooling(
        _ stage: IntegerPooling, at index: Int, from: Place, to: Place
    ) -> String {
        guard let incoming = from.trains, let outgoing = to.trains else { return "" }
        let window = stage.window, channels = stage.inputShape[2]
        func loop(_ name: String, _ count: Int, _ body: [String]) -> [String] {
            ["for (int32_t \(name) = 0; \(name) < \(count); \(name)++) {"] + body + ["}"]
        }
        func place(_ name: String, _ at: String, _ stride: Int, _ padding: Int, _ size: Int)
            -> [String]
        {
            [
                "const int32_t \(name) = \(at) - \(padding);",
                "if (\(name) < 0 || \(name) >= \(size)) {", "continue;", "}",
            ]
        }
        let inside =
            place(
                "q", "x * \(window.strideWidth) + l", 1, window.paddingWidth, stage.inputShape[1])
            + [
                "const uint32_t from = (uint32_t)(r * \(stage.inputShape[1]) + q) * \(channels)U + c;",
                "train |= \(incoming.train("from", in: from.array));",
            ]
        let body = loop(
            "k", window.height,
            place(
                "r", "y * \(window.strideHeight) + k", 1, window.paddingHeight,
                stage.inputShape[0]) + loop("l", window.width, inside))
        return function(
            "stage\(index)", about: "'\(CText.comment(stage.name))': largest of windows",
            usesRow: from.array == "row",
            ["uint32_t i = 0U;"]
                + loop(
                    "y", stage.outputShape[0],
                    loop(
                        "x", stage.outputShape[1],
                        CText.loop(
                            "c", channels,
                            ["uint32_t train = 0U;"] + body
                                + outgoing.write("train", at: "i", in: to.array) + ["i++;"]))))
    }

    // MARK: - Layers

    private func layeredPlan(
        _ stage: IntegerSynapses, at index: Int, from: Place, _ options: CExportOptions
    ) throws(IntegerNetworkError) -> LayeredLayer {
        let plan = try SynapsePlan.best(
            for: stage,
            shown: SynapsePlan.Shown(
                isSpikes: from.trains != nil,
                rate: options.rates[stage.name] ?? (from.trains == nil ? 1 : 0.1)),
            options: options, jumpsAlways: true, name: "\(prefix)_weight\(index)", prefix: prefix)
        plans.append((stage.name, plan))
        for table in plan.tables { add(table, of: stage.name) }
        let bias = stage.biases.map {
            ChannelNumbers(
                $0.map { Int($0) }, name: "\(prefix)_bias\(index)", purpose: "biases")
        }
        add(bias?.table, of: stage.name)
        return LayeredLayer(
            stage: stage, plan: plan, bias: bias, trains: from.trains, inputType: from.type,
            largest: bounds[index].output)
    }

    /// Functions of the layers, one for those that differ in sizes alone, and the calls.
    private func write(
        _ layers: [LayeredLayer], _ layered: LayeredNetwork, _ options: CExportOptions
    ) -> [String] {
        var calls: [String] = []
        var written: [[String]: (name: String, members: [Int])] = [:]
        var order: [[String]] = []
        for (index, layer) in layers.enumerated() {
            // A function of its own is faster; a shared one smaller.
            let key =
                layer.key(layered) + (options.goal == .speed ? ["\(index)"] : [])
            if written[key] == nil {
                written[key] = ("layer\(index)", [])
                order.append(key)
            }
            written[key]?.members.append(index)
        }
        var callOf: [Int: String] = [:]
        for key in order {
            guard let group = written[key] else { continue }
            let members = group.members.map { layers[$0] }
            let isShared = members.count > 1
            let writer = LayeredWriter(
                program: self, layered: layered, members: members, isShared: isShared,
                isShort: options.goal == .size)
            functions += writer.function(group.name)
            for index in group.members {
                callOf[index] = writer.call(group.name, layers[index])
            }
        }
        for index in layers.indices { calls.append(callOf[index] ?? "") }
        return calls
    }
}
