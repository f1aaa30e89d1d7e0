import Foundation

/// The workload `exact-ttfs`: one training step of the published event-driven classifier.
///
/// 784 inputs in one time bin, 100, 100 and 10 theta neurons, τ = 6/π, I₀ = 5/4, T = 2. Weights, pixels
/// and labels come from SplitMix64, so any implementation can start from the same bits and must find the
/// same initial loss. A step is the mean loss of the batch, its exact gradient by all weights and initial
/// phases, and one AdaBelief update.
public struct ExactTTFSWorkload: Sendable {
    /// How active the network is.
    public enum Activity: String, Sendable, CaseIterable {
        /// About as after training: 0.375 hidden spikes per neuron and image.
        case active
        /// As before training: silent.
        case initial
    }

    /// The precision of the network.
    public enum Precision: String, Sendable, CaseIterable {
        /// Single precision.
        case float32
        /// Double precision.
        case float64
    }

    /// What a run measured.
    public struct Measurement: Sendable {
        /// Mean loss before the first step.
        public var initialLoss: Double
        /// Events (input bins and spikes) per sample at the start.
        public var eventsPerSample: Double
        /// Hidden spikes per neuron and sample at the start.
        public var hiddenSpikesPerNeuron: Double
        /// Spikes of each layer per sample at the start.
        public var spikesPerLayer: [Double]
        /// Wall time of each timed step, in seconds.
        public var secondsPerStep: [Double]
        /// Processor time of all threads for each timed step, in seconds.
        public var cpuSeconds: [Double]
        /// Fewest vector operations a step needs over those a core does: see `floorOperations`.
        public var floorOperationsPerSample: Double

        /// Mean processor time of all threads per step, in seconds.
        public var cpuSecondsPerStep: Double {
            cpuSeconds.reduce(0, +) / Double(cpuSeconds.count)
        }
    }

    /// Samples in a batch.
    public var batch: Int
    /// Precision of the arithmetic.
    public var precision: Precision
    /// Leaves out gradient and update.
    public var forwardOnly: Bool
    /// Activity of the network.
    public var activity: Activity
    /// Neurons of the hidden layers; the workload has 100 and 100.
    public var hidden = [100, 100]
    /// Scale and shift of the weights in place of those of the activity.
    public var weights: (scale: Double, shift: Double)?

    /// Creates a workload. Throws where the batch is empty.
    public init(
        batch: Int = 100, precision: Precision = .float32, forwardOnly: Bool = false,
        activity: Activity = .active
    ) throws(ExactError) {
        guard batch > 0 else { throw .emptyBatch }
        self.batch = batch
        self.precision = precision
        self.forwardOnly = forwardOnly
        self.activity = activity
    }

    /// Runs `warmup` steps, then `steps` timed ones.
    ///
    /// Every step starts from the network of the definition with a fresh optimiser, restored outside the
    /// timer: some hundred steps on one batch would raise the activity, and with it the work, by a third.
    public func run(steps: Int, warmup: Int = 2) throws(ExactError) -> Measurement {
        switch precision {
        case .float32: try measure(Float.self, steps: steps, warmup: warmup)
        case .float64: try measure(Double.self, steps: steps, warmup: warmup)
        }
    }

    /// The network at the start.
    public func network<Scalar: ThetaScalar>(
        _ type: Scalar.Type
    ) throws(ExactError) -> FastThetaNetwork<Scalar> {
        var network = try FastThetaNetwork<Scalar>(sizes: [784] + hidden + [10], trial: 2)
        let range = weights ?? (activity == .active ? (3.5, 3.2) : (0.5, 0))
        network.randomize(seed: 2, scale: range.scale, shift: range.shift)
        return network
    }

    /// The samples.
    public func samples() throws(ExactError) -> ThetaBatch {
        var pixels = SplitMix64(seed: 1), labels = SplitMix64(seed: 3)
        return try ThetaBatch(
            pixels: (0..<batch * 784).map { _ in pixels.nextUnit() < 0.15 ? 0 : 1 },
            labels: (0..<batch).map { _ in Int32(10 * labels.nextUnit()) }, inputs: 784)
    }

    private func measure<Scalar: ThetaScalar>(
        _ type: Scalar.Type, steps: Int, warmup: Int
    ) throws(ExactError) -> Measurement {
        let network = try network(type)
        let samples = try samples()
        let start = try network.evaluate(samples)
        let fresh = try ThetaTrainer(network, learningRate: 4e-3)
        var trainer = fresh
        var seconds: [Double] = [], processor: [Double] = []
        for step in 0..<warmup + max(steps, 1) {
            if !forwardOnly { trainer.copy(from: fresh) }
            let cpu = Self.processorSeconds(), clock = ContinuousClock.now
            if forwardOnly {
                _ = try trainer.evaluate(samples)
            } else {
                _ = try trainer.step(on: samples)
            }
            guard step >= warmup else { continue }
            seconds.append((ContinuousClock.now - clock) / .seconds(1))
            processor.append(Self.processorSeconds() - cpu)
        }
        var spikes = [Double](repeating: 0, count: network.layerCount)
        for (position, count) in start.spikes.enumerated() {
            spikes[position % spikes.count] += Double(count) / Double(batch)
        }
        return Measurement(
            initialLoss: start.loss, eventsPerSample: 1 + spikes.reduce(0, +),
            hiddenSpikesPerNeuron: spikes.dropLast().reduce(0, +) / Double(network.hiddenCount),
            spikesPerLayer: spikes,
            secondsPerStep: seconds, cpuSeconds: processor,
            floorOperationsPerSample: floorOperations(network, samples, start))
    }

    /// Vector operations (16 lanes) that a sample cannot do without: the additions of the rows of its
    /// pixels, 6 arithmetic operations per event and vector forward and 10 backward, 2 per weight vector
    /// of the static pass forward and 4 backward, and the update of all weights shared by the batch.
    func floorOperations<Scalar>(
        _ network: FastThetaNetwork<Scalar>, _ samples: ThetaBatch, _ outcome: ThetaOutcome
    ) -> Double {
        let backward = forwardOnly ? 0.0 : 1.0
        let on = Double(samples.pixels.count { $0 == 0 }) / Double(batch)
        var operations = on * Double(network.stride(0) / 16) * (1 + backward)
        for layer in 0..<network.layerCount {
            var events = 1.0
            if layer > 0 {
                events = 0
                for sample in 0..<batch {
                    events += Double(outcome.spikes[sample * network.layerCount + layer - 1])
                }
                events /= Double(batch)
                operations +=
                    Double(network.sizes[layer] * network.stride(layer) / 16)
                    * (2 + 4 * backward)
            }
            operations += events * Double(network.stride(layer) / 16) * (6 + 10 * backward)
        }
        return operations + backward * 14 * Double(network.parameters.count / 16) / Double(batch)
    }

    /// Processor time of this process, all threads, in seconds.
    private static func processorSeconds() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }
}
