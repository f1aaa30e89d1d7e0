import CRanvierKernels
import Foundation

/// What one core of this machine can do at most, measured.
public enum MachinePeak {
    /// Vector operations of sixteen lanes per second of processor time, multiplies and adds in registers.
    ///
    /// The best of several short tries, so that other work on the machine counts little.
    public static func vectorOperationsPerSecond(_ precision: BenchRequest.Precision) -> Double {
        operationsPerSecond { rounds in
            switch precision {
            case .float32: Double(rnv_peak_f32(rounds))
            case .float64: rnv_peak_f64(rounds)
            }
        }
    }

    /// The same with multiply and add fused into one operation, in single precision, as in a matrix product.
    public static var fusedOperationsPerSecond: Double {
        operationsPerSecond { Double(rnv_peak_fused_f32($0)) } / 2
    }

    private static func operationsPerSecond(_ work: (Int) -> Double) -> Double {
        let rounds = 200_000
        var best = Double.infinity
        for _ in 0..<8 {
            let start = threadSeconds()
            let result = work(rounds)
            let seconds = threadSeconds() - start
            if result.isFinite, seconds > 0 { best = min(best, seconds) }
        }
        return Double(rounds) * Double(RNV_PEAK_OPERATIONS) / best
    }

    private static func threadSeconds() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }
}
