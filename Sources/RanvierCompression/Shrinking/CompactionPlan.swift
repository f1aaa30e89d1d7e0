import RanvierNetworks
import RanvierTensors

/// Which channels of a network are needed.
struct CompactionPlan {
    /// Synapses in a chain.
    private struct Link {
        let stage: Int
        let name: String
        let inputs: Int
        let outputs: Int
        /// For each input channel and output whether a weight is there.
        let connections: [Bool]
        let bias: [Float]
        /// Layers up to the next synapses, through which channels go by themselves; nil where they do not.
        var followers: [Int]?
        /// Times that each channel of the layer before comes in: places of an image that was flattened.
        var repeats = 1
        var isNeeded: [Bool]
        /// Input channels that are left.
        var isHeard: [Bool]
    }

    private let stages: [Network.Stage]
    private let timeStep: Double
    private var links: [Link] = []
    private var kept: [CompactedNetwork.Kept] = []
    /// Stages whose channels are those of a link.
    private var owners: [Int: Int] = [:]

    init(_ network: Network) {
        stages = network.stages
        timeStep = network.timeStep
        var followers: [Int]?
        for (index, stage) in stages.enumerated() {
            if var link = Self.link(stage, index) {
                if let followers, let last = links.indices.last,
                    link.inputs % links[last].outputs == 0
                {
                    links[last].followers = followers
                    link.repeats = link.inputs / links[last].outputs
                    for follower in followers { owners[follower] = last }
                }
                links.append(link)
                followers = []
            } else if Self.isTransparent(stage.layer) {
                followers?.append(index)
            } else {
                followers = nil
                kept.append(
                    .init(
                        name: stage.name,
                        reason: "'\(type(of: stage.layer).kind)' keeps all channels on both sides"))
            }
        }
    }

    private static func link(_ stage: Network.Stage, _ index: Int) -> Link? {
        let weights: Parameter, bias: Parameter?
        switch stage.layer {
        case let layer as Linear: (weights, bias) = (layer.weights, layer.bias)
        case let layer as Convolution2D where layer.groups == 1:
            (weights, bias) = (layer.weights, layer.bias)
        case let layer as Convolution1D where layer.options.convolution.groups == 1:
            guard let own = layer.parameters.first(where: { $0.name == "weights" })?.parameter
            else { return nil }
            weights = own
            bias = layer.parameters.first { $0.name == "bias" }?.parameter
        default: return nil
        }
        let layout = WeightLayout(weights.shape)
        var connections = [Bool](repeating: false, count: layout.inputs * layout.outputs)
        for (position, weight) in weights.seen.scalars.enumerated() where weight != 0 {
            connections[position % connections.count] = true
        }
        return Link(
            stage: index, name: stage.name, inputs: layout.inputs, outputs: layout.outputs,
            connections: connections,
            bias: bias?.seen.scalars ?? [Float](repeating: 0, count: layout.outputs),
            isNeeded: [Bool](repeating: true, count: layout.outputs),
            isHeard: [Bool](repeating: true, count: layout.inputs))
    }

    /// Whether channels go through a layer by themselves, and it can be had with fewer of them.
    private static func isTransparent(_ layer: any Layer) -> Bool {
        switch layer {
        case let layer as BatchNormalization: layer.variant.steps == nil
        case is IntegrateAndFire: true
        case let layer as LIF:
            layer.thresholds.rank == 0
                || !(layer.options.learnsLeak || layer.options.learnsThreshold)
        case is ParametricLIF, is AdaptiveLIF, is SynapticLIF:
            layer.parameters.allSatisfy { $0.parameter.shape.isEmpty }
        case is TernaryLIF, is GradedLIF, is LeakyIntegrator, is ReLU, is Dropout, is Flatten,
            is MaxPool2D, is AveragePool2D, is GlobalAveragePool2D:
            true
        default: type(of: layer).kind == "folded-norm"
        }
    }

    // MARK: - Propagation

    /// Finds what is needed, to the fixed point.
    mutating func propagate() {
        var changes = true
        while changes {
            changes = false
            for index in links.indices.dropLast() {
                guard links[index].followers != nil else { continue }
                for channel in links[index].isNeeded.indices
                where links[index].isNeeded[channel]
                    && links[index].isNeeded.count(where: { $0 }) > 1
                {
                    let isHeard = isListenedTo(channel, of: index)
                    let isDriven = isDriven(channel, of: index)
                    guard !isHeard || (!isDriven && isSilent(channel, of: index)) else { continue }
                    remove(channel, of: index)
                    changes = true
                }
            }
        }
        for index in links.indices.dropLast() where links[index].followers != nil {
            let idle = links[index].isNeeded.indices.count {
                links[index].isNeeded[$0] && !isDriven($0, of: index)
            }
            guard idle > 0 else { continue }
            kept.append(
                .init(
                    name: links[index].name,
                    reason: "\(idle) channels without inputs stay, because their biases have an "
                        + "effect or a layer needs a channel"))
        }
    }

    private func isListenedTo(_ channel: Int, of index: Int) -> Bool {
        let next = links[index + 1]
        return (0..<next.repeats).contains { place in
            let input = place * links[index].outputs + channel
            return (0..<next.outputs).contains {
                next.isNeeded[$0] && next.connections[input * next.outputs + $0]
            }
        }
    }

    private func isDriven(_ channel: Int, of index: Int) -> Bool {
        let link = links[index]
        return (0..<link.inputs).contains {
            link.isHeard[$0] && link.connections[$0 * link.outputs + channel]
        }
    }

    private mutating func remove(_ channel: Int, of index: Int) {
        links[index].isNeeded[channel] = false
        for place in 0..<links[index + 1].repeats {
            links[index + 1].isHeard[place * links[index].outputs + channel] = false
        }
    }

    /// Whether nothing comes out of a channel that has its bias alone.
    private func isSilent(_ channel: Int, of index: Int) -> Bool {
        var value = links[index].bias[channel]
        for follower in links[index].followers ?? [] {
            guard let next = response(of: stages[follower].layer, to: value, channel) else {
                return false
            }
            value = next
        }
        return value == 0
    }

    /// What a layer makes of a value that is the same at every step and place; nil where it cannot be told.
    private func response(of layer: any Layer, to value: Float, _ channel: Int) -> Float? {
        switch layer {
        case let layer as BatchNormalization:
            let map = layer.inferenceMap
            return value * map.scale.scalars[channel] + map.shift.scalars[channel]
        case is ReLU: return max(value, 0)
        case is Dropout, is Flatten, is MaxPool2D, is GlobalAveragePool2D: return value
        case let layer as IntegrateAndFire:
            return value <= 0 && Self.threshold(layer.thresholds, channel) > 0 ? 0 : nil
        case let layer as LIF:
            guard layer.output == .spikes else { return nil }
            let leak = layer.leakFactor(timeStep: timeStep).detached.scalar
            let theta = Self.threshold(layer.thresholds, channel)
            if value <= 0 && layer.dynamics.leakTarget == .zero { return theta > 0 ? 0 : nil }
            // What a membrane comes to: it rises towards it from rest.
            let scale = layer.dynamics.inputScale == .oneMinusLeak ? 1 - leak : 1
            let isLevelled = layer.dynamics.membrane != nil
            guard leak < 1, !isLevelled, layer.dynamics.leakTarget == .zero else { return nil }
            return value * scale / (1 - leak) < 0.999 * theta ? 0 : nil
        // At rest all of them are silent.
        default: return value == 0 ? 0 : nil
        }
    }

    private static func threshold(_ thresholds: Tensor, _ channel: Int) -> Float {
        let all = thresholds.scalars
        return all[all.count == 1 ? 0 : channel]
    }

    // MARK: - The smaller network

    /// The layers with what is needed.
    func network(like other: Network) throws -> CompactedNetwork {
        var layers: [any Layer] = []
        var views: [String: [any ParameterView]] = [:]
        for (index, stage) in stages.enumerated() {
            if let link = links.first(where: { $0.stage == index }),
                !(link.isNeeded + link.isHeard).allSatisfy({ $0 })
            {
                let cut = LayerCut(
                    inputs: link.isHeard.indices.filter { link.isHeard[$0] },
                    outputs: link.isNeeded.indices.filter { link.isNeeded[$0] })
                let (layer, own) = try cut.synapses(stage.layer, name: stage.name)
                layers.append(layer.named(stage.name))
                views["\(stage.name).weights"] = own
            } else if let owner = owners[index], links[owner].isNeeded.contains(false) {
                let needed = links[owner].isNeeded
                let cut = LayerCut(inputs: [], outputs: needed.indices.filter { needed[$0] })
                layers.append(cut.follower(stage.layer).named(stage.name))
            } else {
                layers.append(stage.layer.named(stage.name))
            }
        }
        let network = try Network(
            inputShape: other.inputShape, timeStep: other.timeStep, seed: other.seed,
            layers: layers, drawsWeights: false)
        for parameter in network.layerParameters {
            if let own = views[parameter.name] { parameter.views = own }
        }
        return CompactedNetwork(
            network: network,
            layers: links.map {
                .init(
                    name: $0.name, outputs: $0.outputs, remaining: $0.isNeeded.count { $0 })
            }, kept: kept)
    }
}
