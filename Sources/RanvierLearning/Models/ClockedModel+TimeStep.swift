import Foundation
import RanvierConfiguration
import RanvierNetworks
import RanvierSpikes
import RanvierTensors

extension ClockedModel {
    /// The same network on a clock whose steps are `factor` times as long, not trained anew.
    ///
    /// Its input is to be binned by ``binned(_:by:)``. Leaks follow from time constants, a leak per step `β` becomes `β^factor`,
    /// delays and refractory periods keep their seconds (rounded up). What a step adds (biases, shifts and running means of a
    /// normalisation) is added for `factor` steps at once; weights stay, but where neurons average their input
    /// (`input-scale: oneMinusLeak`) spikes would weigh `factor` times as much, so that those weights are divided by it, and
    /// where a synaptic current lies between, multiplied.
    ///
    /// - Throws: ``ModelError/noTimeStep(model:reason:)`` where layers have no meaning at another step.
    package func coarsened(by factor: Int, in registry: Registry) throws -> ClockedModel {
        guard factor > 1 else { return self }
        let description = try network.clockedDescription
        for (name, tensor) in network.values
        where name.hasSuffix(".step-scale") || (name.hasSuffix(".running-mean") && tensor.rank > 1)
        {
            throw ModelError.noTimeStep(
                model: "the parameter '\(name)'", reason: "it has a number for each single step")
        }
        var coarse = description
        coarse.timeStep *= Double(factor)
        coarse.layers = description.layers.map { layer in
            var layer = layer
            layer.element.options = Self.coarsened(layer.element.options, by: factor)
            return layer
        }
        var tensors = network.storedTensors
        for (name, value) in tensors {
            tensors[name] = Self.coarsened(value, named: name, by: Float(factor))
        }
        try rescale(&tensors, description, by: Float(factor))
        return ClockedModel(
            network: try Network(coarse, tensors: tensors, in: registry), encoder: encoder,
            loss: loss, signature: signature, family: family, batchSize: batchSize)
    }

    /// A sequence `[T, …]` on a clock of longer steps, `[⌈T/factor⌉, …]`: spikes that meet in a step count as one; of numbers the
    /// sum is shown, which is their mean for `factor` steps.
    package static func binned(_ sequence: Tensor, by factor: Int) -> Tensor {
        guard factor > 1 else { return sequence }
        let steps = sequence.shape[0], bins = (steps + factor - 1) / factor
        if sequence.storageKind == .constantInTime {
            // As a last step that is not full would be: each shows what all steps show on average.
            let scale = Float(steps) / Float(bins)
            return (sequence.step(at: 0) * scale).repeatedInTime(steps: bins)
        }
        let isSpikes = sequence.storageKind == .spikes
        let size = sequence.count / max(steps, 1), values = sequence.scalars
        var result = [Float](repeating: 0, count: bins * size)
        for (index, value) in values.enumerated() where value != 0 {
            let place = index / size / factor * size + index % size
            result[place] = isSpikes ? 1 : result[place] + value
        }
        let binned = Tensor(result, shape: [bins] + sequence.shape.dropFirst())
        return isSpikes ? binned.packedAsSpikes : binned
    }

    // MARK: - Options and numbers

    private static func coarsened(
        _ value: ConfigurationValue, by factor: Int
    ) -> ConfigurationValue {
        switch value {
        case .section(let entries):
            return .section(
                entries.map { entry in
                    let isLeak = entry.key == "leak" || entry.key.hasSuffix("-leak")
                    switch entry.value {
                    case .float(let leak) where isLeak:
                        return .init(entry.key, .float(pow(leak, Double(factor))))
                    case .integer(let steps) where entry.key == "refractory-steps":
                        return .init(entry.key, .integer((steps + factor - 1) / factor))
                    case .null, .boolean, .integer, .float, .string, .list, .section:
                        return .init(entry.key, coarsened(entry.value, by: factor))
                    }
                })
        case .list(let values): return .list(values.map { coarsened($0, by: factor) })
        case .null, .boolean, .integer, .float, .string: return value
        }
    }

    private static func coarsened(
        _ tensor: Tensor, named name: String, by factor: Float
    ) -> Tensor {
        let word = name.split(separator: ".").last.map(String.init) ?? name
        if ["bias", "shift", "running-mean"].contains(word) { return tensor * factor }
        if word == "delays" { return tensor * (1 / factor) }
        guard word.hasSuffix("leak-logit") else { return tensor }
        return Tensor(
            tensor.scalars.map { logit in
                let leak = pow(1 / (1 + exp(-Double(logit))), Double(factor))
                let kept = min(max(leak, 1e-6), 1 - 1e-6)
                return Float(log(kept / (1 - kept)))
            }, shape: tensor.shape)
    }

    /// Weighs what synapses hand to neurons that average their input, or have a synaptic current, or to nobody.
    private func rescale(
        _ tensors: inout [String: Tensor], _ description: ClockedDescription, by factor: Float
    ) throws {
        var group: [String] = []
        for (stage, layer) in zip(network.stages, description.layers) {
            let options = TimeOptions(of: layer.element.options)
            if options.isComposite, options.averages || options.hasCurrent {
                throw ModelError.noTimeStep(
                    model: "the layer '\(stage.name)'",
                    reason: "neurons inside it average their input or have a synaptic current")
            }
            guard options.isNeuron || options.isComposite else {
                group.append(stage.name)
                continue
            }
            let scale =
                (options.averages ? 1 / factor : 1) * (options.hasCurrent ? factor : 1)
            try scaleOutput(of: group, by: scale, &tensors)
            if scale != 1 { try scaleOutput(of: [stage.name], by: scale, &tensors) }
            group = []
        }
        switch loss.decoder {
        case .meanMembrane, .maximumMembrane, .lastMembrane:
            // Currents that are read as they are: levels, not sums.
            try scaleOutput(of: group, by: 1 / factor, &tensors)
        case .spikeCount, .firstSpike, .summedMembrane: break
        }
    }

    /// Multiplies what the last synapses of a chain, or the normalisation behind them, put out.
    private func scaleOutput(
        of stages: [String], by scale: Float, _ tensors: inout [String: Tensor]
    ) throws {
        guard scale != 1 else { return }
        for pair in [["scale", "shift"], ["weights", "bias"]] {
            guard let stage = stages.last(where: { tensors["\($0).\(pair[0])"] != nil }) else {
                continue
            }
            for word in pair {
                let name = "\(stage).\(word)"
                let views = network.parameters.first { $0.name == name }?.views ?? []
                if let view = views.first(where: { !$0.followsScale }) {
                    throw ModelError.noTimeStep(
                        model: "the parameter '\(name)'",
                        reason: "'\(type(of: view).kind)' does not follow when weights are scaled")
                }
                if let tensor = tensors[name] { tensors[name] = tensor * scale }
            }
            return
        }
    }
}

/// What matters of a layer's options for another time step.
private struct TimeOptions {
    var isNeuron = false
    var isComposite = false
    var averages = false
    var hasCurrent = false

    init(of value: ConfigurationValue) { visit(value) }

    private mutating func visit(_ value: ConfigurationValue) {
        switch value {
        case .section(let entries):
            for entry in entries {
                if ["leak", "membrane-time-constant", "threshold"].contains(entry.key) {
                    isNeuron = true
                }
                if entry.key == "input-scale" {
                    isNeuron = true
                    averages = averages || entry.value == .string(InputScale.oneMinusLeak.rawValue)
                }
                if entry.key.hasPrefix("synaptic-"), entry.value != .null { hasCurrent = true }
                visit(entry.value)
            }
        case .list(let values):
            if values.contains(where: { if case .section = $0 { true } else { false } }) {
                isComposite = true
            }
            for value in values { visit(value) }
        case .null, .boolean, .integer, .float, .string: break
        }
    }
}
