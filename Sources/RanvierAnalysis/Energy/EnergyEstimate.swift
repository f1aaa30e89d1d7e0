/// Energy for one sample, estimated from operation counts and a table of unit energies.
///
///     arithmetic  = E(float32 MAC) · MAC + E(float32 add) · SynOps
///     actualWidth = (E(multiply) + E(add)) · MAC + E(add) · SynOps       at the network's width
///     withMemory  = actualWidth + neuronUpdates + weightFetch + indexFetch + stateAccess
///     neuronUpdates = updates · (E(multiply) + 2 E(add))                 leak, sum, comparison
///     weightFetch = (MAC + SynOps) · E(access) · weightBits / 32
///     indexFetch  = (MAC + SynOps) · E(access) · indexBits / 32
///     stateAccess = updates · 2 · E(access) · stateBits / 32             read and write
///
/// The first number can be compared with publications; the last is nearer to what a chip takes.
/// None includes clocking, leakage or the transport of spikes. All in picojoules.
public struct EnergyEstimate: Codable, Equatable, Sendable {
    /// Name of the table the prices come from.
    public let table: String
    /// What was assumed about the hardware.
    public let assumptions: EnergyAssumptions
    /// Arithmetic of synapses alone, as if in 32-bit floats.
    public let arithmetic: Double
    /// Arithmetic of synapses alone, at the width the network has.
    public let actualWidth: Double
    /// Arithmetic of neuron updates, at the width the network has.
    public let neuronUpdates: Double
    /// Reading weights.
    public let weightFetch: Double
    /// Reading the indices of sparse storage.
    public let indexFetch: Double
    /// Reading and writing neuron states.
    public let stateAccess: Double

    /// Arithmetic at the network's width, neuron updates and memory traffic.
    public var withMemory: Double {
        actualWidth + neuronUpdates + weightFetch + indexFetch + stateAccess
    }

    /// Estimates the energy of one sample.
    public init(
        of counts: SampleOperations, table: EnergyTable = .horowitz2014,
        assuming assumptions: EnergyAssumptions = EnergyAssumptions()
    ) {
        let width = assumptions.arithmetic
        let addition = table.picojoules(width.addition)
        let multiplication = table.picojoules(width.multiplication)
        // The table's own multiply-accumulate where it prices one, the sum of its parts elsewhere.
        let multiplyAccumulate =
            width == .float32
            ? table.picojoules(.float32MultiplyAccumulate) : multiplication + addition
        let connections = counts.multiplyAccumulate + counts.synaptic
        let weightWord = table.picojoules(assumptions.weightMemory.access) / 32
        let stateWord = table.picojoules(assumptions.stateMemory.access) / 32

        self.table = table.name
        self.assumptions = assumptions
        arithmetic =
            table.picojoules(.float32MultiplyAccumulate) * counts.multiplyAccumulate
            + table.picojoules(.float32Add) * counts.synaptic
        actualWidth = multiplyAccumulate * counts.multiplyAccumulate + addition * counts.synaptic
        neuronUpdates = counts.neuronUpdates * (multiplyAccumulate + addition)
        weightFetch = connections * weightWord * Double(assumptions.weightBits)
        indexFetch = connections * weightWord * Double(assumptions.indexBits)
        stateAccess = counts.neuronUpdates * 2 * stateWord * Double(assumptions.stateBits)
    }
}
