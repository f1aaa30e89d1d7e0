import RanvierConfiguration
import RanvierTensors

/// Layers in order, each with a name: what composite layers are made of.
struct LayerChain: Sendable {
    let stages: [Network.Stage]

    init(stages: [Network.Stage]) { self.stages = stages }

    /// Names are those given with ``Layer/named(_:)``, else the kind and a number.
    init(_ layers: [any Layer]) {
        stages = layers.enumerated().map { index, layer in
            if let named = layer as? Named {
                return Network.Stage(name: named.name, layer: named.layer)
            }
            return Network.Stage(name: Self.usualName(of: layer, at: index), layer: layer)
        }
        let names = stages.map(\.name)
        precondition(Set(names).count == names.count, "two layers have the same name: \(names)")
    }

    /// Refuses layers of which two would have the same name.
    static func requireDistinctNames(_ layers: [any Layer], at shape: [Int]) throws(ShapeMismatch) {
        var seen: Set<String> = []
        for (index, layer) in layers.enumerated() {
            let name = (layer as? Named)?.name ?? usualName(of: layer, at: index)
            guard seen.insert(name).inserted else {
                throw ShapeMismatch(
                    expected: "layers whose names differ (two are called '\(name)')", found: shape)
            }
        }
    }

    /// The kind and a number, from 1.
    static func usualName(of layer: any Layer, at index: Int) -> String {
        "\(type(of: layer).kind)\(index + 1)"
    }

    var parameters: [(name: String, parameter: Parameter)] {
        stages.flatMap { stage in
            stage.layer.parameters.map { ("\(stage.name).\($0.name)", $0.parameter) }
        }
    }

    func outputShape(for input: [Int]) throws(ShapeMismatch) -> [Int] {
        var shape = input
        for stage in stages {
            do {
                shape = try stage.layer.outputShape(for: shape)
                try Self.requireMemory(for: shape, behind: stage.name)
            } catch {
                throw ShapeMismatch(
                    expected: "\(error.expected) at '\(stage.name)'", found: error.found)
            }
        }
        return shape
    }

    /// Refuses features of one sample and step that do not fit into memory.
    static func requireMemory(
        for shape: [Int], behind name: String
    ) throws(ShapeMismatch) {
        do {
            try MemoryNeed("features behind '\(name)'", bytes: MemoryNeed.bytes(of: shape)).check()
        } catch {
            throw ShapeMismatch(expected: "smaller layers (\(error))", found: shape)
        }
    }

    /// The sum over all layers that `input` reaches.
    func stateCount(for input: [Int]) -> Int {
        var shape = input, sum = 0
        for stage in stages {
            sum += stage.layer.stateCount(for: shape)
            guard let next = try? stage.layer.outputShape(for: shape) else { break }
            shape = next
        }
        return sum
    }

    func callAsFunction(_ input: Tensor, in context: ForwardContext) -> Tensor {
        var context = context
        var sequence = input
        var signal = context.signal ?? Signal(of: input)
        let sharesSteps = sharesSteps
        for (index, stage) in stages.enumerated() {
            context.measuresChannels =
                context.isTraining && !context.freezesNormalization && index + 1 < stages.count
                && stages[index + 1].layer.takesChannelSums
            context.signal = signal
            sequence = Self.naming(stage.name) { stage.layer(sequence, in: context) }
            signal = stage.layer.signal(for: signal)
            if sharesSteps {
                context.weightStep = stage.layer.weightStep(after: context.weightStep)
            }
        }
        return sequence
    }

    func signal(for input: Signal) -> Signal {
        stages.reduce(input) { $1.layer.signal(for: $0) }
    }

    /// The largest of all layers that `input` reaches.
    func smallestBatch(for input: [Int], signal: Signal, steps: Int) -> Int {
        batchNeeds(for: input, signal: signal, steps: steps).map(\.samples).max() ?? 1
    }

    /// What each layer that `input` reaches needs.
    func batchNeeds(
        for input: [Int], signal: Signal, steps: Int
    ) -> [(name: String, samples: Int)] {
        var shape = input, signal = signal
        var needs: [(name: String, samples: Int)] = []
        for stage in stages {
            needs.append(
                (
                    stage.name,
                    stage.layer.smallestBatch(for: shape, signal: signal, steps: steps)
                ))
            guard let next = try? stage.layer.outputShape(for: shape) else { break }
            shape = next
            signal = stage.layer.signal(for: signal)
        }
        return needs
    }

    var remembers: Bool { stages.contains { $0.layer.remembers } }

    var children: [(name: String, layer: any Layer)] { stages.map { ($0.name, $0.layer) } }

    func run(_ input: Tensor, state: LayerState?, in context: ForwardContext) -> (
        output: Tensor, state: LayerState?
    ) {
        forEachStage(input, state, context) { $0.run($1, state: $2, in: $3) }
    }

    func step(_ input: Tensor, state: LayerState?, in context: ForwardContext) -> (
        output: Tensor, state: LayerState?
    ) {
        forEachStage(input, state, context) { $0.step($1, state: $2, in: $3) }
    }

    private func forEachStage(
        _ input: Tensor, _ state: LayerState?, _ context: ForwardContext,
        _ body: (any Layer, Tensor, LayerState?, ForwardContext) -> (
            output: Tensor, state: LayerState?
        )
    ) -> (output: Tensor, state: LayerState?) {
        var context = context
        var signal = context.signal ?? Signal(of: input)
        var sequence = input
        var next = LayerState()
        let sharesSteps = sharesSteps
        for stage in stages {
            context.signal = signal
            let response = Self.naming(stage.name) {
                body(stage.layer, sequence, state?.parts[stage.name], context)
            }
            sequence = response.output
            signal = stage.layer.signal(for: signal)
            if sharesSteps {
                context.weightStep = stage.layer.weightStep(after: context.weightStep)
            }
            next.parts[stage.name] = response.state
        }
        return (sequence, next)
    }

    /// Runs `body` under the name of a layer inside the present one.
    static func naming<R>(_ name: String, _ body: () throws -> R) rethrows -> R {
        try Tape.naming(Tape.layer.isEmpty ? name : "\(Tape.layer).\(name)", body)
    }
}
