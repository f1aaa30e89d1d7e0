import RanvierAnalysis
import RanvierTensors

extension BenchResult {
    /// The times of a workload of clocked networks.
    package init(
        workload: String, batch: Int, timed: (seconds: [Double], cpuSecondsPerStep: Double),
        initialLoss: Double? = nil
    ) {
        self.init(
            workload: workload, threads: Parallel.threads, seconds: timed.seconds, batch: batch)
        precision = NumberPrecision.float32.rawValue
        cpuSecondsPerStep = timed.cpuSecondsPerStep
        samplesPerCPUSecond = Double(batch) / timed.cpuSecondsPerStep
        self.initialLoss = initialLoss
    }
}
