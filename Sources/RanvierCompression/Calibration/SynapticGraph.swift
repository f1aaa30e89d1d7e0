import RanvierNetworks
import RanvierTensors

/// Which synapses drive which neurons, and where their inputs come from: found by walking through a network's layers and the
/// layers inside of them by name.
struct SynapticGraph: Sendable {
    /// Sources of the inputs, by the layer of the synapses, in forward order.
    private(set) var sources: [(synapses: String, source: InputSource)] = []
    /// Ways of currents, in forward order of the neurons.
    private(set) var paths: [CurrentPath] = []
    /// What drives neurons without synapses between: the sum of a residual connection; by the layer of the neurons.
    private(set) var direct: [String: InputSource] = [:]
    /// Layers of neurons, in forward order.
    private(set) var neurons: [String] = []

    /// Layers that told of themselves.
    private let synapses: Set<String>
    private let membranes: Set<String>
    private let recurrent: Set<String>

    /// A current on its way.
    private struct Current {
        var synapses: String
        var gains: [[Double]] = []
    }

    /// What flows between two layers.
    private struct Flow {
        var source: InputSource
        /// Whether numbers come from ``source`` at all.
        var hasSource = true
        var currents: [Current] = []
        var shape: [Int]
    }

    /// Walks through a network.
    ///
    /// - Parameters:
    ///   - synapses: layers that told what comes in.
    ///   - membranes: layers that told of membranes.
    ///   - recurrent: layers that told of spikes they hear of themselves.
    /// - Throws: ``CompressionError/unmeasured(layer:kind:reason:)``.
    init(
        of network: Network, synapses: Set<String>, membranes: Set<String>, recurrent: Set<String>
    ) throws(CompressionError) {
        (self.synapses, self.membranes, self.recurrent) = (synapses, membranes, recurrent)
        var flow = Flow(source: .samples, shape: network.inputShape)
        for stage in network.stages {
            flow = try walk(stage.layer, stage.name, flow)
        }
    }

    private mutating func walk(
        _ layers: [(name: String, layer: any Layer)], under path: String, _ flow: Flow
    ) throws(CompressionError) -> Flow {
        var flow = flow
        for (name, layer) in layers {
            flow = try walk(layer, path.isEmpty ? name : "\(path).\(name)", flow)
        }
        return flow
    }

    private mutating func walk(
        _ layer: any Layer, _ path: String, _ flow: Flow
    ) throws(CompressionError) -> Flow {
        guard let shape = try? layer.outputShape(for: flow.shape) else {
            throw .unmeasured(
                layer: path, kind: type(of: layer).kind,
                reason: "it does not take the features \(flow.shape) that reach it")
        }
        var next = try passed(layer, path, flow, shape)
        next.shape = shape
        return next
    }

    private mutating func passed(
        _ layer: any Layer, _ path: String, _ flow: Flow, _ shape: [Int]
    ) throws(CompressionError) -> Flow {
        if membranes.contains(path) { return addNeurons(path, flow) }
        if synapses.contains(path) { return addSynapses(path, flow) }
        switch layer {
        case let named as Named: return try walk(named.layer, path, flow)
        case is Sequential, is Recomputed: return try walk(layer.children, under: path, flow)
        case let once as FirstStep: return try walk(once.layer, path, flow)
        case is Residual: return try branches(of: layer, path, flow)
        case let block as PreActivationBlock: return try parts(of: block, path, flow)
        case let normalization as BatchNormalization:
            return scaled(flow, by: Self.gains(of: normalization))
        case let pool as AveragePool2D:
            return mapped(flow) { .averaged($0, places: pool.window.area) }
        case is GlobalAveragePool2D:
            let places = max(flow.shape.dropLast().elementCount, 1)
            return mapped(flow) { .averaged($0, places: places) }
        case let pool as MaxPool2D:
            return mapped(flow) { .largest($0, places: pool.window.area) }
        case is Flatten: return mapped(flow) { .flattened($0, units: shape.elementCount) }
        case is ReLU, is LeakyIntegrator:
            return Flow(source: .unknown(layer: path), shape: shape)
        default: return try unnamed(layer, path, flow, shape)
        }
    }

    /// Layers that hand on what comes in, and refusals of all others.
    private func unnamed(
        _ layer: any Layer, _ path: String, _ flow: Flow, _ shape: [Int]
    ) throws(CompressionError) -> Flow {
        let kind = type(of: layer).kind
        let parameters = layer.parameters
        if kind == "step-scale", let factors = parameters.first?.parameter.seen.scalars {
            return scaled(flow, by: factors.map { [Double($0)] })
        }
        guard layer.children.isEmpty else {
            throw .unmeasured(
                layer: path, kind: kind, reason: "how its layers are joined is not known")
        }
        if parameters.contains(where: \.parameter.isPrunable) {
            throw .unmeasured(
                layer: path, kind: kind, reason: "it does not tell what comes into its synapses")
        }
        let signal = layer.signal(for: Signal(.values))
        guard signal.content != .spikes else {
            throw .unmeasured(
                layer: path, kind: kind, reason: "it does not tell of its membranes")
        }
        guard shape == flow.shape, !layer.remembers || layer is Dropout else {
            throw .unmeasured(
                layer: path, kind: kind, reason: "what it does to a change is not known")
        }
        return flow
    }

    private mutating func addNeurons(_ path: String, _ flow: Flow) -> Flow {
        neurons.append(path)
        for current in flow.currents {
            paths.append(
                CurrentPath(synapses: current.synapses, neurons: path, gains: current.gains))
        }
        if flow.hasSource { direct[path] = flow.source }
        if recurrent.contains(path) {
            sources.append((path, .neurons(path)))
            paths.append(CurrentPath(synapses: path, neurons: path, gains: []))
        }
        return Flow(source: .neurons(path), shape: flow.shape)
    }

    private mutating func addSynapses(_ path: String, _ flow: Flow) -> Flow {
        // Numbers of synapses without neurons between are no spikes.
        let source: InputSource =
            flow.currents.isEmpty ? flow.source : .unknown(layer: path)
        sources.append((path, source))
        return Flow(
            source: .samples, hasSource: false, currents: [Current(synapses: path)],
            shape: flow.shape)
    }

    private func mapped(_ flow: Flow, _ map: (InputSource) -> InputSource) -> Flow {
        var flow = flow
        if flow.hasSource { flow.source = map(flow.source) }
        return flow
    }

    private func scaled(_ flow: Flow, by gains: [[Double]]) -> Flow {
        var flow = flow
        for index in flow.currents.indices {
            flow.currents[index].gains = Self.product(flow.currents[index].gains, gains)
        }
        guard flow.hasSource, let channels = gains.map(\.count).max() else { return flow }
        let root = (0..<channels).map { c in
            let squares = gains.reduce(0) { $0 + $1[c % $1.count] * $1[c % $1.count] }
            return (squares / Double(gains.count)).squareRoot()
        }
        flow.source = .scaled(flow.source, by: root)
        return flow
    }

    /// Products of two sets of factors, of one row or one for each step, of one number or one for each channel.
    private static func product(_ a: [[Double]], _ b: [[Double]]) -> [[Double]] {
        if a.isEmpty { return b }
        return (0..<max(a.count, b.count)).map { t in
            let x = a[min(t, a.count - 1)], y = b[min(t, b.count - 1)]
            return (0..<max(x.count, y.count)).map { x[$0 % x.count] * y[$0 % y.count] }
        }
    }

    private static func gains(of normalization: BatchNormalization) -> [[Double]] {
        let channels = normalization.channels
        let scales = normalization.inferenceMap.scale.scalars.map { Double($0) }
        let rows = stride(from: 0, to: scales.count, by: channels).map {
            Array(scales[$0..<$0 + channels])
        }
        guard let steps = normalization.stepScale?.seen.scalars else { return rows }
        return product(rows, steps.map { [Double($0)] })
    }

    // MARK: - Branches

    private mutating func branches(
        of layer: any Layer, _ path: String, _ flow: Flow
    ) throws(CompressionError) -> Flow {
        let body = layer.children.filter { $0.name.hasPrefix("body.") }
        let shortcut = layer.children.filter { $0.name.hasPrefix("shortcut.") }
        let main = try walk(body, under: path, flow)
        return joined(main, try walk(shortcut, under: path, flow))
    }

    private mutating func parts(
        of block: PreActivationBlock, _ path: String, _ flow: Flow
    ) throws(CompressionError) -> Flow {
        let children = block.children
        let first = block.options.first.count, body = block.options.body.count
        let activated = try walk(Array(children.prefix(first)), under: path, flow)
        let projection = Array(children.dropFirst(first).dropLast(body))
        // In the order in which they run.
        let other = try walk(projection, under: path, activated)
        let main = try walk(Array(children.suffix(body)), under: path, activated)
        guard block.isResidual else { return main }
        guard projection.isEmpty else { return joined(main, other) }
        return joined(main, block.shortcut == .preActivation ? flow : activated)
    }

    private func joined(_ main: Flow, _ other: Flow) -> Flow {
        var flow = main
        flow.currents += other.currents
        let sources = [main, other].filter(\.hasSource).map(\.source)
        flow.hasSource = !sources.isEmpty
        flow.source = sources.count == 1 ? sources[0] : .sum(sources)
        return flow
    }
}
