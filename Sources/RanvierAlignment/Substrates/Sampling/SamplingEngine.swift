import RanvierTensors

/// Sampling neurons with rectangular potentials, event by event: the same law as ``SamplingSimulation``, at a cost in proportion to
/// spikes.
///
/// A spike adds a row of weights to the potentials that it reaches and takes it away when its period is over. Weights and biases
/// act with 16 bits, in units that each neuron chooses so that no potential can leave the range; see ``resolution``. Replicas run
/// side by side, each with random numbers of its own; the result depends on the seed alone, not on the number of threads.
/// Complexity: spikes × neurons that they reach, and a small amount for each replica and step.
public struct SamplingEngine: Sendable {
    /// The network.
    public let network: SamplingNetwork
    let packed: PackedSamplingNetwork

    /// Largest delay that is taken: each step of delay costs a copy of the weights.
    public static let largestDelay = 63

    /// A network ready to run.
    ///
    /// - Throws: ``AlignmentError/setting(name:expected:found:)`` for too many neurons in a population, a period or a delay that is
    ///   too long, or weights that are no numbers.
    public init(_ network: SamplingNetwork) throws(AlignmentError) {
        for population in network.populations {
            guard (1...65535).contains(population.count) else {
                throw .setting(
                    name: "neurons of \(population.name)", expected: "1 to 65535",
                    found: "\(population.count)")
            }
            if let long = population.periods.first(where: { $0 > 10_000 }) {
                throw .setting(name: "tau", expected: "at most 10000 steps", found: "\(long)")
            }
        }
        guard network.populations.count <= 64 else {
            throw .setting(
                name: "layers", expected: "at most 64", found: "\(network.populations.count)")
        }
        guard network.longestDelay <= Self.largestDelay else {
            throw .setting(
                name: "delay", expected: "at most \(Self.largestDelay) steps",
                found: "\(network.longestDelay)")
        }
        let numbers = network.populations.flatMap(\.bias) + network.synapses.flatMap(\.weights)
        guard numbers.allSatisfy(\.isFinite) else {
            throw .nonFinite(
                what: "a weight or bias of the sampling network",
                advice: "take smaller steps or clip gradients")
        }
        self.network = network
        packed = PackedSamplingNetwork(network)
    }

    /// The largest potential that a unit of a neuron stands for; weights are rounded to whole units.
    public var resolution: Double { packed.resolution }

    /// What a run is to leave.
    public struct Request: Hashable, Sendable {
        /// Kernel whose window traces follow.
        public var kernel: SpikeTimingKernel
        /// Pairs of populations, `(spiking, traced)`.
        public var pairs: [Pair] = []
        /// Whether the states of the first population are counted; it must have 16 neurons at most.
        public var countsStates = false
        /// Whether pairs of spikes in one step are counted in the first population.
        public var countsCoincidences = false
        /// Most spikes that are kept.
        public var keptSpikes = 0

        /// Two populations: at the spikes of one the traces of the other.
        public struct Pair: Hashable, Sendable {
            /// The population whose spikes count.
            public var spiking: Int
            /// The one whose traces they meet.
            public var traced: Int
            /// A pair.
            public init(spiking: Int, traced: Int) {
                self.spiking = spiking
                self.traced = traced
            }
        }

        /// A request.
        public init(kernel: SpikeTimingKernel, pairs: [Pair] = []) {
            self.kernel = kernel
            self.pairs = pairs
        }
    }

    /// Replicas that one thread takes side by side; never by the number of threads.
    static func grouped(_ replicas: Int) -> [Range<Int>] {
        let size = max(min(8, (replicas + 1) / 2), 1)
        return stride(from: 0, to: replicas, by: size).map { $0..<min($0 + size, replicas) }
    }

    /// Runs replicas from silence.
    ///
    /// - Parameters:
    ///   - random: replica i has the numbers of its substream i.
    ///   - warmup: steps before anything is counted.
    /// - Throws: ``AlignmentError/setting(name:expected:found:)`` for pairings that the engine does not know, or states of too many
    ///   neurons.
    public func run(
        replicas: Int, warmup: Int = 0, steps: Int, random: RandomStream, for request: Request
    ) throws(AlignmentError) -> SamplingRecord {
        precondition(replicas > 0 && steps > 0 && warmup >= 0, "a run needs replicas and steps")
        guard steps + warmup < 1 << 29 else {
            throw .setting(
                name: "steps", expected: "fewer than \(1 << 29)", found: "\(steps + warmup)")
        }
        if request.countsStates, network.populations[0].count > 16 {
            throw .setting(
                name: "states", expected: "a population of at most 16 neurons",
                found: "\(network.populations[0].count)")
        }
        let rule = try PackedSamplingNetwork.Rule(request.kernel, network)
        let groups = Self.grouped(replicas)
        let outcomes = SamplingOutcomes(groups.count)
        Parallel.forEach(parts: groups.count) { group in
            outcomes.set(
                group,
                packed.run(
                    groups[group], warmup: warmup, steps: steps, random: random, request: request,
                    rule: rule))
        }
        return outcomes.sum(replicas: replicas, steps: steps)
    }
}
