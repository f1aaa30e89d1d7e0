import CRanvierKernels
import RanvierTensors

extension FastThetaNetwork {
    /// Spike times, losses and activity of a batch.
    ///
    /// Throws where the batch does not fit the network or the event limit is reached.
    public func evaluate(_ batch: ThetaBatch) throws(ExactError) -> ThetaOutcome {
        try validate(batch)
        var workspace = ThetaWorkspace<Scalar>()
        return try workspace.run(self, batch, backward: false)
    }

    /// Mean loss of a batch and its exact gradient by weights and initial phases.
    ///
    /// Throws where the batch does not fit the network or the event limit is reached.
    public func valueAndGradient(
        of batch: ThetaBatch
    ) throws(ExactError) -> (outcome: ThetaOutcome, gradient: ThetaGradient) {
        try validate(batch)
        var workspace = ThetaWorkspace<Scalar>()
        let outcome = try workspace.run(self, batch, backward: true)
        let mean = Scalar(1) / Scalar(batch.count)
        let gradient = Array(workspace.gradient).map { $0 * mean }
        return (
            outcome,
            ThetaGradient(
                weights: (0..<layerCount).map { weights($0, in: gradient) },
                phases: (0..<layerCount).map { phases($0, in: gradient) })
        )
    }
}

/// Gradient of a layered network.
public struct ThetaGradient: Sendable, Equatable {
    /// By the weights, `[layer][out][in]`.
    public var weights: [[[Double]]]
    /// By the initial phases, `[layer][neuron]`.
    public var phases: [[Double]]
}

// MARK: - Weights as tensors

extension FastThetaNetwork {
    /// Weights of a layer, `[in, out]`, in single precision.
    func weightMatrix(_ layer: Int) -> Tensor {
        parameters.withBase { weightMatrix(layer, in: $0) }
    }

    /// Weights of a layer, `[in, out]`, of a list with the layout of the parameters, such as a gradient.
    func weightMatrix(_ layer: Int, in list: UnsafePointer<Scalar>) -> Tensor {
        let (inputs, outputs, stride) = (sizes[layer], sizes[layer + 1], stride(layer))
        let from = list + weightRange(layer).lowerBound
        return Tensor(denseShape: [inputs, outputs]) { to in
            for row in 0..<inputs {
                for column in 0..<outputs {
                    to[row * outputs + column] = Float(from[row * stride + column])
                }
            }
        }
    }

    /// Writes weights `[in, out]` of a layer into a list with the layout of the parameters.
    func write(
        _ weights: Tensor, layer: Int, to list: UnsafeMutablePointer<Scalar>
    ) {
        let (inputs, outputs, stride) = (sizes[layer], sizes[layer + 1], stride(layer))
        precondition(
            weights.shape == [inputs, outputs],
            "weights of shape \(weights.shape) for a layer of \([inputs, outputs])")
        let to = list + weightRange(layer).lowerBound
        weights.withUnsafeScalars { from in
            for row in 0..<inputs {
                for column in 0..<outputs {
                    to[row * stride + column] = Scalar(from[row * outputs + column])
                }
            }
        }
    }

    /// Replaces the weights of a layer by `[in, out]`.
    mutating func setWeightMatrix(_ weights: Tensor, layer: Int) {
        let layout = self
        parameters.withMutableBase { layout.write(weights, layer: layer, to: $0) }
    }

    /// Living weights of each source of a layer.
    func fanOut(_ layer: Int) -> [Int] {
        let weights = weightMatrix(layer), outputs = sizes[layer + 1]
        return weights.withUnsafeScalars { scalars in
            (0..<sizes[layer]).map { source in
                scalars[source * outputs..<(source + 1) * outputs].count { $0 != 0 }
            }
        }
    }
}

extension FastThetaNetwork {
    /// The network as the kernels see it.
    func withShape<Result>(
        capacity: Int, _ body: (UnsafePointer<rnv_exact_theta_shape>) -> Result
    ) -> Result {
        sizes.withUnsafeBufferPointer { sizes in
            code.binTimes.withUnsafeBufferPointer { binTimes in
                var shape = rnv_exact_theta_shape(
                    layers: layerCount, sizes: sizes.baseAddress, bins: code.bins,
                    bin_times: binTimes.baseAddress, time_constant: neuron.timeConstant,
                    rate: neuron.rate, trial: trial, earliness: earliness,
                    temperature: temperature, capacity: capacity,
                    pseudospikes: pseudospikes ? 1 : 0)
                return body(&shape)
            }
        }
    }
}
