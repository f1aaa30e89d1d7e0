import RanvierNetworks
import RanvierTensors

/// Some channels of a layer.
struct LayerCut {
    /// Input channels that stay.
    let inputs: [Int]
    /// Output channels that stay.
    let outputs: [Int]

    /// Synapses with these channels, and what their weights are seen through.
    ///
    /// - Throws: ``CompressionError/mismatch(layer:what:expected:found:)`` where a quantiser would see other weights.
    func synapses(
        _ layer: any Layer, name: String
    ) throws(CompressionError) -> (layer: any Layer, views: [any ParameterView]) {
        let weights: Parameter, bias: Parameter?
        switch layer {
        case let layer as Linear: (weights, bias) = (layer.weights, layer.bias)
        case let layer as Convolution2D: (weights, bias) = (layer.weights, layer.bias)
        default:
            guard let own = layer.parameters.first(where: { $0.name == "weights" })?.parameter
            else { return (layer, []) }
            weights = own
            bias = layer.parameters.first { $0.name == "bias" }?.parameter
        }
        let stored = connections(of: weights.value)
        let shift = bias.map { channels(of: $0.value) }
        let made: any Layer
        switch layer {
        case let layer as Convolution2D:
            made = Convolution2D(weights: stored, bias: shift, window: layer.window)
        case let layer as Convolution1D:
            let window = layer.options.convolution.window
            made = Convolution1D(
                weights: stored, bias: shift, stride: window.strideWidth,
                padding: window.paddingWidth)
        default: made = Linear(weights: stored, bias: shift)
        }
        return (made, try views(of: weights, stored: stored, name: name))
    }

    /// Normalisation or neurons with these channels; layers that have no numbers for a channel stay as they are.
    func follower(_ layer: any Layer) -> any Layer {
        switch layer {
        case let layer as BatchNormalization:
            let made = BatchNormalization(
                outputs.count, variant: layer.variant, momentum: layer.momentum,
                epsilon: layer.epsilon, decays: layer.options.decays)
            for (old, new) in zip(layer.parameters, made.parameters) {
                new.parameter.value = channels(of: old.parameter.value)
            }
            return made
        case let layer as IntegrateAndFire where layer.thresholds.rank > 0:
            return IntegrateAndFire(
                thresholds: channels(of: layer.thresholds).scalars, dynamics: layer.dynamics)
        case let layer as LIF where layer.thresholds.rank > 0:
            return LIF(
                leak: layer.leak, thresholds: channels(of: layer.thresholds).scalars,
                dynamics: layer.dynamics, output: layer.output)
        default: return layer
        }
    }

    // MARK: - Numbers

    /// `[…, inputs, outputs]` with the channels that stay.
    private func connections(of tensor: Tensor) -> Tensor {
        let layout = WeightLayout(tensor.shape), all = tensor.scalars
        var values: [Float] = []
        values.reserveCapacity(layout.places * inputs.count * outputs.count)
        for place in 0..<layout.places {
            for input in inputs {
                for output in outputs {
                    values.append(all[layout.index(output: output, input: input, place: place)])
                }
            }
        }
        return Tensor(
            values, shape: Array(tensor.shape.dropLast(2)) + [inputs.count, outputs.count])
    }

    /// `[…, outputs]` with the channels that stay.
    private func channels(of tensor: Tensor) -> Tensor {
        let width = tensor.shape.last ?? 1, all = tensor.scalars
        let values = stride(from: 0, to: all.count, by: width).flatMap { row in
            outputs.map { all[row + $0] }
        }
        return Tensor(values, shape: Array(tensor.shape.dropLast()) + [outputs.count])
    }

    private func views(
        of weights: Parameter, stored: Tensor, name: String
    ) throws(CompressionError) -> [any ParameterView] {
        var views: [any ParameterView] = []
        let alive = weights.mask.map { connections(of: $0.alive) }
        if let alive, alive.scalars.contains(0) { views.append(Mask(alive)) }
        for view in weights.views where !(view is Mask) {
            switch view {
            case let view as SymmetricQuantizer:
                let all = view.scales(of: weights.value, alive: weights.mask?.alive)
                let own = view.isPerOutput ? outputs.map { all[$0] } : all
                views.append(
                    view.scales(of: stored, alive: alive) == own ? view : view.fixed(to: own))
            case let view as LearnedStepQuantizer:
                views.append(
                    LearnedStepQuantizer(
                        bits: view.width, step: view.step.value.scalars[0],
                        rounding: view.rounding))
            case let view as SharedScaleQuantizer:
                views.append(
                    SharedScaleQuantizer(bits: view.width, range: view.range.value.scalars[0]))
            default: views.append(view)
            }
        }
        let trial = Parameter(value: stored)
        trial.views = views
        let difference = zip(trial.seen.scalars, connections(of: weights.seen).scalars)
            .reduce(Float(0)) { max($0, abs($1.0 - $1.1)) }
        guard difference <= 1e-6 * max(weights.seen.largestSize, .leastNormalMagnitude) else {
            throw .mismatch(
                layer: name, what: "weights as their quantiser sees them",
                expected: "the same with fewer channels", found: "a difference of \(difference)")
        }
        // Views that bring numbers along belong to one parameter.
        trial.views = []
        return views
    }
}

extension SymmetricQuantizer {
    /// The same with given scales.
    fileprivate func fixed(to scales: [Float]) -> SymmetricQuantizer {
        SymmetricQuantizer(
            bits: width, scale: .fixed(scales.map { $0 > 0 ? $0 : 1 }), isPerOutput: isPerOutput,
            rounding: rounding)
    }
}
