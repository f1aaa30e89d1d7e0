import RanvierAnalysis
import RanvierNetworks
import RanvierTensors

/// What a clocked workload cannot do without, beside what its layers count themselves.
///
/// Operations are of sixteen lanes, a multiply-add is one:
///
///     forward     multiply-adds of dense products, additions of spike-driven ones, as counted
///     weights     as many again, for the gradient of the weights
///     inputs      dense products with the weights, for the gradient of inputs of later layers
///     neurons     3 per neuron and step forward, 6 backward
///
/// Bytes: 8 per neuron and step (the current, written by the product and read by the neurons), 28 per
/// parameter (the value and two moments read and written, the gradient read), and the input, read
/// forward and backward.
struct ClockedFloor {
    /// Neurons times steps times batch.
    var neuronSteps: Int
    /// Multiply-adds of the gradient with respect to the inputs of layers after the first.
    var inputGradientProducts = 0

    /// The floor on this machine, with as many threads as are set.
    ///
    /// - Parameters:
    ///   - trains: whether gradients are computed.
    ///   - updates: whether an optimiser moves the weights.
    func value(
        of network: Network, input: Tensor, trains: Bool, updates: Bool = true
    ) -> BenchResult.Floor {
        let forward = Double(Self.forwardOperations(of: network, input: input)) / 16
        let neurons = Double(neuronSteps) / 16
        let operations =
            trains
            ? 2 * forward + Double(inputGradientProducts) / 16 + 9 * neurons
            : forward + 3 * neurons
        let peak = MachinePeak.fusedOperationsPerSecond
        let parameters = network.trainableParameters.reduce(0) { $0 + $1.shape.elementCount }
        let bytes =
            trains
            ? 8 * neuronSteps + (updates ? 28 : 8) * parameters + 2 * input.storedBytes
            : 4 * parameters + input.storedBytes
        let bandwidth = MachinePeak.copiedBytesPerSecond
        let processorSeconds = operations / peak
        var floor = BenchResult.Floor(
            operationsPerStep: operations, peakOperationsPerSecond: peak,
            cpuSecondsPerStep: processorSeconds)
        floor.bytesPerStep = Double(bytes)
        floor.peakBytesPerSecond = bandwidth
        floor.secondsPerStep = max(
            processorSeconds / Double(Parallel.threads), Double(bytes) / bandwidth)
        return floor
    }

    private static func forwardOperations(of network: Network, input: Tensor) -> Int {
        var total = 0
        let context = ForwardContext(timeStep: network.timeStep) { _, observation in
            if case .operations(let count) = observation {
                total += count.synaptic + count.multiplyAccumulate
            }
        }
        _ = network(input, in: context)
        return total
    }
}
