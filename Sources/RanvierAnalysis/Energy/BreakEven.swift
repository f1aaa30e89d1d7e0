import RanvierLearning
import RanvierNetworks

/// The rate below which a spiking network costs less than the artificial network of the same shape whose activations have as many
/// levels as spikes can tell in its steps.
///
///     b = ⌈log₂(T + 1)⌉                                      bits of an activation: spikes of T steps count from 0 to T
///     E_SNN(r) = E_fixed + r C_T e                           C_T = Σ connections × steps that spikes drive
///     rate = (E_ANN − E_fixed) / (C_T e)
///
/// r is the share of those connections that a spike passes in a step; with equal fan-out it is the mean firing rate of the inputs. Three
/// accounts, each with the prices of one table:
///
/// - `arithmetic`: E_ANN = 4.6 C, E_fixed = 4.6 MAC, e = 0.9 (float32), as publications count;
/// - `actualWidth`: integers; a product of a b-bit activation and a w-bit weight costs b w/64 of one of 8 × 8 bits, as the cells of
///   an array multiplier do, a sum that of 32 bits; analog inputs have 8 bits;
/// - `withMemory`: also a weight (and an index, where storage is sparse) for each operation, and of the spiking network the update of
///   each neuron at each step, its state read and written; of the artificial one a comparison for each neuron, and its activation
///   written and read.
///
/// Nothing is said about reuse of weights in registers, clocking and leakage; both networks are counted the same way. Sources: prices as
/// in ``EnergyTable``; the comparison with a network of equal levels as in arXiv 2409.08290, which puts the break-even with memory
/// near 6 % for moderate T.
public struct BreakEven: Codable, Equatable, Sendable {
    /// One way to count.
    public struct Account: Codable, Equatable, Sendable {
        /// The rate at which both networks cost the same; above 1 the spiking one always costs less, below 0 never.
        public var rate: Double
        /// What the spiking network takes for a sample at its own rate.
        public var spikingPicojoules: Double
        /// What the artificial network takes for a sample.
        public var artificialPicojoules: Double

        /// Whether the spiking network takes less.
        public var spikingTakesLess: Bool { spikingPicojoules < artificialPicojoules }
    }

    /// Name of the table of unit energies.
    public var table: String
    /// Steps T of a sample.
    public var steps: Int
    /// Bits b of an activation of the artificial network.
    public var activationBits: Int
    /// Bits of a weight of both networks where they are integers.
    public var weightBits: Int
    /// Bits of an index read with a weight.
    public var indexBits: Int
    /// The network's own rate: the share of connections that a spike passes in a step.
    public var ownRate: Double
    /// Synapses alone, as 32-bit floats.
    public var arithmetic: Account
    /// Synapses alone, as integers.
    public var actualWidth: Account
    /// Integers, neurons and memory traffic.
    public var withMemory: Account

    /// Compares a network with its artificial twin; nil where no spikes drive any connection.
    ///
    /// - Parameters:
    ///   - load: connections that a sample passes.
    ///   - operations: what was counted for some samples.
    ///   - neurons: spiking neurons.
    ///   - updates: neuron updates of a sample.
    ///   - assumptions: bits of weights, indices and states, and where they lie; weights of more than 8 bits count with 8.
    public init?(
        of load: ConnectionLoad, operations: OperationCount, samples: Int, neurons: Int,
        updates: Double, table: EnergyTable = .horowitz2014,
        assuming assumptions: EnergyAssumptions = EnergyAssumptions()
    ) {
        guard load.spikingSteps > 0, samples > 0 else { return nil }
        let count = Double(samples)
        let events = Double(operations.synaptic + operations.payload) / count
        let work = Work(
            analog: Double(load.analog), spiking: Double(load.spiking),
            possible: Double(load.spikingSteps), products: Double(operations.analog) / count,
            events: events,
            payload: events > 0 ? Double(operations.payload) / count / events : 0)
        self.table = table.name
        steps = load.steps
        activationBits = Int.bitWidth - load.steps.leadingZeroBitCount
        weightBits = min(assumptions.weightBits, 8)
        indexBits = assumptions.indexBits
        ownRate = events / Double(load.spikingSteps)
        let float = table.picojoules(.float32MultiplyAccumulate)
        arithmetic = work.account(
            Prices(
                product: float, activation: float, addition: table.picojoules(.float32Add)))
        let addition = table.picojoules(.int32Add)
        let cell = table.picojoules(.int8Multiply) * Double(weightBits) / 64
        var prices = Prices(
            product: 8 * cell + addition, activation: Double(activationBits) * cell + addition,
            addition: addition)
        actualWidth = work.account(prices)
        let weightWord = table.picojoules(assumptions.weightMemory.access) / 32
        let stateWord = table.picojoules(assumptions.stateMemory.access) / 32
        prices.fetch = weightWord * Double(weightBits + indexBits)
        prices.spikingNeurons =
            updates
            * (8 * cell + 2 * addition + 2 * stateWord * Double(assumptions.stateBits))
        prices.artificialNeurons =
            Double(neurons) * (addition + 2 * stateWord * Double(activationBits))
        withMemory = work.account(prices)
    }

    /// What both networks do for a sample.
    private struct Work {
        /// Connections with analog input, and those that spikes drive.
        let analog: Double, spiking: Double
        /// Operations if all spiked at all steps.
        let possible: Double
        /// Products with analog input, and operations for spikes.
        let products: Double, events: Double
        /// Share of the latter that are products with a payload.
        let payload: Double

        func account(_ prices: Prices) -> Account {
            let event = (1 - payload) * prices.addition + payload * prices.product + prices.fetch
            let fixed = products * (prices.product + prices.fetch) + prices.spikingNeurons
            let artificial =
                analog * (prices.product + prices.fetch)
                + spiking * (prices.activation + prices.fetch) + prices.artificialNeurons
            return Account(
                rate: (artificial - fixed) / (possible * event),
                spikingPicojoules: fixed + events * event, artificialPicojoules: artificial)
        }
    }

    /// Prices of operations in picojoules, and of all neurons of a sample.
    private struct Prices {
        var product: Double
        var activation: Double
        var addition: Double
        var fetch = 0.0
        var spikingNeurons = 0.0
        var artificialNeurons = 0.0
    }
}
