/// A network of integers made ready for this computer: the same numbers as ``IntegerRun``, as fast as its vectors go.
///
///     let engine = IntegerEngine(network)
///     engine.scores(of: sample)
///     var run = engine.start()
///     run.show(row)
///     run.answer
///
/// Spikes travel at one bit each. What a spike causes is added a row of weights at a time, in 16 bits where no sum can leave
/// them; a constant input's sums are made once. One network can be run by many threads at once.
///
/// Bounds are those of ``IntegerNetwork/bounds()``: sums that they prove to fit are not checked again.
public final class IntegerEngine: Sendable {
    /// The network.
    public let network: IntegerNetwork
    /// Whether additions are counted, which costs a few per cent.
    public let countsAdditions: Bool
    /// How each stage is computed; of rows and planes, the one that is taken at most rates.
    public let kernels: [IntegerKernel]
    let program: IntegerProgram

    /// Makes a network ready.
    ///
    /// - Parameters:
    ///   - choice: how all-to-all synapses are computed; the same numbers come out.
    ///   - countsAdditions: whether the additions of each stage are counted.
    public init(
        _ network: IntegerNetwork, choice: IntegerKernelChoice = .counted,
        countsAdditions: Bool = true
    ) {
        self.network = network
        self.countsAdditions = countsAdditions
        program = IntegerProgram(network, choice: choice, countsAdditions: countsAdditions)
        kernels = program.kernels
    }

    /// Before the first row of a sample.
    public func start() -> IntegerEngineRun { IntegerEngineRun(self) }

    /// The scores of one sample, `rows · values` numbers.
    public func scores(of sample: [Int32]) -> [Int32] {
        var run = start()
        run.show(sample: sample)
        return run.scores
    }

    /// Words of 64 bits that a row of packed spikes takes.
    public var wordsPerRow: Int { (network.input.rowCount + 63) / 64 }
}
