import Foundation

/// Memory of this process, as the operating system counts it.
public enum ProcessMemory {
    /// The largest resident size so far, in bytes.
    public static var peakResidentBytes: Int {
        var usage = rusage()
        #if os(Linux)
            getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
            return usage.ru_maxrss * 1024  // reported in kibibytes
        #else
            getrusage(RUSAGE_SELF, &usage)
            return usage.ru_maxrss
        #endif
    }
}
