import Foundation
import RanvierNetworks

/// Times a step of work: a few runs to warm up, then the ones that count.
package struct StepTimer {
    /// Runs before the first that counts: they fill the memory pool and make oneDNN's kernels.
    package var warmup: Int

    /// A timer.
    package init(warmup: Int = 3) { self.warmup = warmup }

    /// Wall seconds of each of `runs` runs, and processor seconds of all threads per run.
    package func time(
        runs: Int, _ step: () throws -> Void
    ) rethrows -> (seconds: [Double], cpuSecondsPerStep: Double) {
        for _ in 0..<warmup { try step() }
        let before = Self.processSeconds()
        let seconds = try (0..<runs).map { _ in
            let start = ContinuousClock.now
            try step()
            return (ContinuousClock.now - start) / .seconds(1)
        }
        return (seconds, (Self.processSeconds() - before) / Double(max(runs, 1)))
    }

    private static func processSeconds() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }
}

extension LIFDynamics {
    /// The neuron of all clocked workloads: `v = β v + x − s_prev`, `s = [v > 1]`, reset detached, surrogate
    /// `1 / (1 + (π (v − 1))²)`.
    package static let workload = LIFDynamics(
        reset: .softDelayed, detachesReset: true, tie: .silent, surrogate: .arctangent)
}

extension LIF {
    /// A layer of the neurons of all clocked workloads.
    package static func workload(leak: Double, output: Output = .spikes) -> LIF {
        LIF(leak: .factor(leak), dynamics: .workload, output: output)
    }
}
