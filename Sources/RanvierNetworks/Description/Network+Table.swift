import RanvierConfiguration
import RanvierTensors

extension Network: CustomStringConvertible {
    /// A table of all layers: name, kind, what goes out, parameters, state, and operations of a dense step.
    ///
    ///     layer    kind    output  parameters  state  operations
    ///     linear1  linear  [128]         8320      0        8192
    public var description: String {
        var rows: [[String]] = []
        var shape = inputShape
        for stage in stages {
            rows += Self.rows(stage.layer, name: stage.name, input: shape)
            shape = (try? stage.layer.outputShape(for: shape)) ?? shape
        }
        let head = ["layer", "kind", "output", "parameters", "state", "operations"]
        let numbers = parameters.reduce(0) { $0 + $1.shape.elementCount }
        let lines = NumberText.columns([head] + rows, rightFrom: 3)
        return
            (lines + [
                "input \(inputShape), \(numbers) parameters, \(stateCount) numbers of state, "
                    + "steps of \(NumberText.seconds(timeStep))"
            ]).joined(separator: "\n")
    }

    private static func rows(_ layer: any Layer, name: String, input: [Int]) -> [[String]] {
        let output = (try? layer.outputShape(for: input)).map { "\($0)" } ?? "?"
        let numbers = layer.parameters.reduce(0) { $0 + $1.parameter.shape.elementCount }
        let children = layer.children
        let own = [
            name, type(of: layer).kind, output, "\(numbers)", "\(layer.stateCount(for: input))",
            children.isEmpty ? "\(operations(of: layer, input: input))" : "",
        ]
        return [own]
            + children.flatMap { child -> [[String]] in
                [
                    [
                        "  \(name).\(child.name)", type(of: child.layer).kind, "",
                        "\(child.layer.parameters.reduce(0) { $0 + $1.parameter.shape.elementCount })",
                        "", "",
                    ]
                ]
            }
    }

    /// Products of a dense step of one sample.
    private static func operations(of layer: any Layer, input: [Int]) -> Int {
        var total = 0
        var context = ForwardContext(timeStep: 1e-3) { _, observation in
            if case .operations(let count) = observation {
                total += count.multiplyAccumulate + count.synaptic
            }
        }
        // Neurons that want a step of weights are looked at alone.
        context.weightStep = Tensor(1)
        guard (try? layer.outputShape(for: input)) != nil else { return 0 }
        _ = layer(Tensor(repeating: 1, shape: [1, 1] + input), in: context)
        return total
    }
}
