import RanvierAnalysis
import RanvierConfiguration
import RanvierLearning
import RanvierNetworks
import RanvierTensors

/// `cka`: similarity of all pairs of layers of a spiking and an artificial residual network over two batches.
///
/// ResNet-20 (`--n` for other depths), 73 maps each, 4 steps, images of 32 × 32. Answers of the layers' true shapes and kinds are drawn beforehand, one for each
/// shape, so that only kernels, centring and inner products are timed. Spikes have a density of 0.2.
public struct SimilarityBench: Workload {
    /// Creates the workload.
    public init() {}

    /// `cka`.
    public let name = "cka"
    /// What is done.
    public let summary = "similarity of all layers of two ResNets, two batches of 1024 images"

    private static let batches = 2
    private static let side = 32

    /// One layer of the comparison.
    private struct Layer {
        let name: String
        let answer: Tensor
    }

    /// Compares all layers; `--batch` is the number of images, `--runs` that of timed runs, 3 if not given.
    public func run(_ request: BenchRequest, events: WorkEvents) throws -> BenchResult {
        let count = request.batch ?? 1024
        guard count > 3 else { throw RepresentationError.tooFewSamples(expected: 4, found: count) }
        let depth = request.size ?? 20
        guard depth >= 8, depth % 6 == 2 else { throw BenchError.impossibleDepth(depth) }
        events.progress(.init(fraction: 0, message: "\(name): drawing answers"))
        let layers = try layers(count: count, depth: depth)
        events.progress(.init(fraction: 0.2, message: "\(name): timing comparisons"))
        let (timed, peakBytes) = try MemoryMeter.measuring {
            try StepTimer(warmup: 1).time(runs: request.runs ?? 3) {
                _ = try Self.compare(layers)
            }
        }
        let rows = layers.count * count * (count - 1) / 2 * 4
        var result = BenchResult(workload: name, batch: count * Self.batches, timed: timed)
        result.storedBytes = rows
        result.workingBytes = peakBytes
        result.floor = Self.floor(layers, count: count)
        return result
    }

    private static func compare(_ layers: [Layer]) throws -> SimilarityAccumulator {
        var sums = SimilarityAccumulator(layers: layers.map(\.name))
        for _ in 0..<batches {
            try sums.add(layers.map { try CenteredKernel(KernelMatrix($0.answer)) })
        }
        return sums
    }

    /// The maps of both networks in order, with answers of their shapes.
    private func layers(count: Int, depth: Int) throws -> [Layer] {
        var drawn: [String: Tensor] = [:]
        func answer(like sample: Tensor) -> Tensor {
            var shape = sample.shape
            shape[1] = count
            let key = "\(shape) \(sample.storageKind)"
            if let known = drawn[key] { return known }
            let made: Tensor
            switch sample.storageKind {
            case .spikes:
                made = Tensor(spikes: Self.draws(shape).map { $0 > 0.84 ? 1 : 0 }, shape: shape)
            case .constantInTime:
                let step = Array(shape.dropFirst())
                made = Tensor(
                    constantInTime: Tensor(Self.draws(step), shape: step), steps: shape[0])
            case .dense: made = Tensor(Self.draws(shape), shape: shape)
            }
            drawn[key] = made
            return made
        }
        var layers: [Layer] = []
        for (activation, steps) in [(Activation.deepSpiking, 4), (.rectified, 1)] {
            let network = try PreActivationResNet(
                depth: depth, inputShape: [Self.side, Self.side, 3], activation: activation
            ).network()
            let images = Tensor(
                normalWithMean: 0, shape: [2, Self.side, Self.side, 3],
                from: RandomStream(seed: 0, name: name))
            let context = ForwardContext(timeStep: network.timeStep) { name, observation in
                switch observation {
                case .operations, .tally, .spikeCounts: return
                case .spikes(let sample), .values(let sample):
                    layers.append(Layer(name: name, answer: answer(like: sample)))
                }
            }
            _ = network(images.repeatedInTime(steps: steps), in: context)
        }
        return layers
    }

    /// Normal numbers with a long period, which are drawn faster than that many different ones.
    private static func draws(_ shape: [Int]) -> [Float] {
        let pool = RandomStream(seed: 0, name: "cka").normal(count: 1_048_583)
        let count = shape.elementCount
        return [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
            for i in 0..<count { buffer[i] = pool[i % pool.count] }
            initialized = count
        }
    }

    /// What cannot be done without, for sixteen multiply-adds of half a symmetric product: three operations of bytes on
    /// matrix units, twice as fast as those of halves, or one on vector units where there are none. Three operations for
    /// 512 bits of two spike trains, two for sixteen multiply-adds in double precision.
    private static func floor(_ layers: [Layer], count: Int) -> BenchResult.Floor {
        let pairs = Double(count) * Double(count + 1) / 2
        var bits = 0.0, numbers = 0.0
        for layer in layers {
            let answer = layer.answer
            let perImage = Double(answer.count / count)
            switch answer.storageKind {
            case .spikes: bits += pairs * perImage / 512 * 3
            case .dense: numbers += pairs * perImage / 16
            case .constantInTime: numbers += pairs * perImage / Double(answer.shape[0]) / 16
            }
        }
        let inner = Double(layers.count) * Double(layers.count + 1) / 2 * pairs / 8
        let rounds = Double(batches), peak = MachinePeak.vectorOperationsPerSecond(.float32)
        let tiles = MachinePeak.tileOperationsPerSecond
        return .init(
            operationsPerStep: rounds * (bits + inner + numbers * (tiles == nil ? 1 : 3)),
            peakOperationsPerSecond: peak,
            cpuSecondsPerStep: rounds
                * ((bits + inner) / peak + (tiles.map { 1.5 * numbers / $0 } ?? numbers / peak)))
    }
}

/// Workloads that cannot be.
enum BenchError: Error, CustomStringConvertible, ExitStatusProviding {
    /// A residual network of a depth that no such network has.
    case impossibleDepth(Int)

    var description: String {
        switch self {
        case .impossibleDepth(let depth):
            "--n: expected a depth 6 n + 2 of at least 8, such as 20 or 164, found \(depth)"
        }
    }

    var exitStatus: ExitStatus { .wrongUsage }
}
