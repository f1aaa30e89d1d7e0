import RanvierTensors

/// Weights and bias of a convolution along one axis or two: all that both have in common.
struct ConvolutionSynapses: Sendable {
    /// Nothing left out.
    let options: ConvolutionOptions
    /// `[k_h, k_w, C / groups, O]`, or `[k, C / groups, O]` along one axis.
    let weights: Parameter
    /// `[O]`, or nil.
    let bias: Parameter?

    var inputs: Int { weights.shape[weights.shape.count - 2] * options.groups }

    /// - Parameter isFlat: whether the window has one axis.
    init(_ options: ConvolutionOptions, inputs: Int, isFlat: Bool) {
        let outputs = options.channels, groups = options.groups, window = options.window
        precondition(inputs > 0 && outputs > 0, "a convolution needs inputs and outputs")
        precondition(
            groups > 0 && inputs % groups == 0 && outputs % groups == 0,
            "\(inputs) and \(outputs) channels do not divide into \(groups) groups")
        self.options = options.with { $0.inputs = inputs }
        let area = isFlat ? window.width : window.area
        let fanIn = area * inputs / groups
        weights = Parameter(
            shape: (isFlat ? [window.width] : [window.height, window.width])
                + [inputs / groups, outputs],
            initialization: options.initialization.rule(
                fanIn: fanIn, fanOut: area * outputs / groups))
        bias =
            options.hasBias
            ? Parameter(shape: [outputs], initialization: .uniform(fanIn: fanIn), decays: false)
            : nil
    }

    /// Given weights.
    init(weights: Tensor, bias: Tensor?, window: ImageWindow, groups: Int) {
        let rank = weights.rank
        options = ConvolutionOptions().with {
            $0.inputs = weights.shape[rank - 2] * groups
            $0.channels = weights.shape[rank - 1]
            ($0.window, $0.groups, $0.hasBias) = (window, groups, bias != nil)
        }
        self.weights = Parameter(value: weights)
        self.bias = bias.map { Parameter(value: $0, decays: false) }
    }

    var parameters: [(name: String, parameter: Parameter)] {
        [("weights", weights)] + (bias.map { [("bias", $0)] } ?? [])
    }

    /// The same synapses followed by `y a + b` per channel.
    func folding(scale a: Tensor, shift b: Tensor) -> ConvolutionSynapses {
        ConvolutionSynapses(
            weights: weights.seen * a, bias: .foldedBias(bias, a, b), window: options.window,
            groups: options.groups)
    }

    /// Images `[T, B, H, W, C]`, or `[T, B, L, C]` along one axis.
    func convolved(_ images: Tensor, window: ImageWindow, in context: ForwardContext) -> Tensor {
        let bias = bias?.tensor, living = weights.living, groups = options.groups
        let measuresChannels = context.measuresChannels, shape = images.gradientShape
        return context.synapses(images, weights) {
            $0.convolution(
                $1, bias: bias, window: window, groups: groups,
                measuresChannels: measuresChannels, living: living)
        } errors: { gradient, weights in
            // The adjoint by the input alone; what it is linear in does not matter to it.
            let images = Tensor.zeros(shape).tracked()
            return images.convolution(weights, window: window, groups: groups)
                .pullback(gradient, to: [images])[0]
        }
    }

    /// Tells what was done for images `[T, B, H, W, C]`, and what came out.
    func observe(_ image: @autoclosure () -> Tensor, _ output: Tensor, in context: ForwardContext) {
        guard context.observer != nil || context.inspector != nil else { return }
        let weights = weights.seen
        let operations = ConvolutionOperations(
            weights: weights.rank == 3 ? weights.reshaped(to: [1] + weights.shape) : weights,
            window: options.window, groups: options.groups)
        let image = image()
        if context.observer != nil {
            context.observe(.operations(operations.count(for: image, signal: context.signal)))
            context.observe(.values(output.detached))
        }
        context.inspect(
            .input(
                SynapseRecord(
                    image, fanOut: operations.fanOut(for: image.shape),
                    places: operations.places(for: image.shape))))
    }
}
