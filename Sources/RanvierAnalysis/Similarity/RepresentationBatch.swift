import RanvierLearning
import RanvierNetworks
import RanvierTensors

/// What the layers of a network answer to a batch, as kernels: each answer is compared while it passes by and not
/// stored, so that memory holds one row per layer and not the activations of a whole network.
///
///     let batch = RepresentationBatch()
///     _ = network(sequence, in: ForwardContext(timeStep: dt, observer: batch.observe))
///     let layers = try batch.layers
public final class RepresentationBatch {
    /// One layer of a batch.
    public struct Layer: Sendable {
        /// Name, as the network's observers hear it.
        public let name: String
        /// The centred kernel.
        public let kernel: CenteredKernel
        /// Similarities of the steps with one another, where they are compared; else of none.
        public let steps: SimilarityAccumulator
        /// The kernel of the first samples, where it is kept.
        public let kept: KernelMatrix?
        /// Spikes per neuron and step; nil for a layer that does not spike.
        public let firingRate: Double?
    }

    private let settings: RepresentationSettings
    private var collected: [Layer] = []
    private var failure: AnalysisError?

    /// An empty batch.
    public init(_ settings: RepresentationSettings = RepresentationSettings()) {
        self.settings = settings
    }

    /// The layers in forward order.
    ///
    /// - Throws: ``AnalysisError`` where the batch has fewer than four samples.
    public var layers: [Layer] {
        get throws(AnalysisError) {
            if let failure { throw failure }
            return collected
        }
    }

    /// Takes a layer's answer, `[T, B, …]`; operations are passed over.
    public func observe(_ layer: String, _ observation: Observation) {
        switch observation {
        case .operations, .tally: return
        case .values(let answer): add(layer, answer, firingRate: nil)
        case .spikeCounts(let answer):
            let spikes = answer.scalars.reduce(0) { $0 + Double($1) }
            add(layer, answer, firingRate: spikes / Double(max(answer.count, 1)))
        case .spikes(let answer):
            add(
                layer, answer,
                firingRate: Double(answer.spikeCount) / Double(max(answer.count, 1)))
        }
    }

    private func add(_ layer: String, _ answer: Tensor, firingRate: Double?) {
        guard failure == nil else { return }
        do throws(AnalysisError) {
            let steps = settings.comparesSteps ? answer.shape[0] : 0
            let time = try time(for: answer.shape[0])
            var matrices: [KernelMatrix] = []
            for t in 0..<steps {
                matrices.append(
                    KernelMatrix(answer, time: .perStep(t), kernel: settings.kernel))
            }
            let whole = KernelMatrix(answer, time: time, kernel: settings.kernel)
            // Summed here, so that a network's steps are never all in memory.
            var sums = SimilarityAccumulator(layers: matrices.indices.map { "step \($0)" })
            var centered: [CenteredKernel] = []
            for matrix in matrices {
                centered.append(try CenteredKernel(matrix, estimator: settings.estimator))
            }
            try sums.add(centered)
            collected.append(
                Layer(
                    name: layer,
                    kernel: try CenteredKernel(whole, estimator: settings.estimator),
                    steps: sums,
                    kept: settings.keptSamples > 0 ? whole.prefix(settings.keptSamples) : nil,
                    firingRate: firingRate))
        } catch {
            failure = error
        }
    }
}

extension RepresentationBatch {
    /// The only step of a network without time stands for all.
    private func time(for steps: Int) throws(AnalysisError) -> TimeMode {
        guard case .perStep(let step) = settings.time, steps > 1 else {
            if case .perStep = settings.time { return .perStep(0) }
            return settings.time
        }
        guard step < steps else {
            throw .impossibleValue(
                what: "step of a comparison", expected: "0 to \(steps - 1)", found: "\(step)")
        }
        return settings.time
    }
}

extension KernelMatrix {
    /// The kernel of the first samples.
    public func prefix(_ samples: Int) -> KernelMatrix {
        let size = min(samples, count)
        guard size < count else { return self }
        let part = upper.slice(0..<size).slice(0..<size, along: 1)
        return KernelMatrix(count: size, upper: part)
    }
}
