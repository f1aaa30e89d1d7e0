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
