import CRanvierKernels
import Foundation

/// What one core of this machine can do at most, measured.
public enum MachinePeak {
    /// Vector operations of sixteen lanes per second of processor time, multiplies and adds in registers.
    ///
    /// The best of several short tries, so that other work on the machine counts little.
    public static func vectorOperationsPerSecond(_ precision: NumberPrecision) -> Double {
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

    /// Multiply-adds of sixteen pairs of bfloat16 per second of processor time by the matrix units; nil without such.
    public static var tileOperationsPerSecond: Double? {
        guard rnv_has_tiles() != 0 else { return nil }
        let rate = operationsPerSecond(rounds: 20_000) {
            rnv_tiles_peak($0)
            return 0
        }
        return rate / Double(RNV_PEAK_OPERATIONS) * Double(4 * RNV_TILE_OPERATIONS)
    }

    private static func operationsPerSecond(
        rounds: Int = 200_000, _ work: (Int) -> Double
    ) -> Double {
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
