import Foundation
import RanvierAnalysis
import RanvierConfiguration

/// What a workload took. Quantities that a workload does not have are left out of the JSON.
public struct BenchResult: Encodable, Sendable {
    /// Name of the workload.
    public var workload: String
    /// Worker threads.
    public var threads: Int
    /// Wall time of the middle run, in seconds.
    public var medianSeconds: Double
    /// Wall time of the fastest run.
    public var minSeconds: Double
    /// Wall time of the slowest run.
    public var maxSeconds: Double
    /// Number of timed runs.
    public var runs: Int
    /// Samples per second of the middle run.
    public var samplesPerSecond: Double
    /// Largest memory of the process so far.
    public var peakResidentBytes: Int

    /// Samples in a batch.
    public var batch: Int
    /// Number format.
    public var precision: String?
    /// Activity of the network.
    public var activity: String?
    /// Whether gradient and update were left out.
    public var forwardOnly: Bool?
    /// Processor time of all threads per run, in seconds.
    public var cpuSecondsPerStep: Double?
    /// Samples per second of processor time.
    public var samplesPerCPUSecond: Double?
    /// Mean loss before the first step; the same in every implementation.
    public var initialLoss: Double?
    /// Events per sample at the start.
    public var eventsPerSample: Double?
    /// Hidden spikes per neuron and sample at the start.
    public var hiddenSpikesPerNeuron: Double?
    /// Bytes of what a workload has to store at one time.
    public var storedBytes: Int?
    /// The largest number of bytes that the tensors made in a run occupied at one time.
    public var workingBytes: Int?
    /// The least time a run could take on this machine.
    public var floor: Floor?
    /// What the workload took in several settings, for workloads that compare them; the first is what others are held against.
    public var parts: [Part]?

    /// Working memory of a workload in several settings over the length of its sequences.
    public var memory: [Memory]?

    /// Memory of one setting for one length.
    public struct Memory: Encodable, Sendable {
        /// The setting.
        public var name: String
        /// Steps of the sequence.
        public var steps: Int
        /// The largest number of bytes that the tensors made in a run occupied at one time.
        public var bytes: Int
    }

    /// One setting of a workload that compares several.
    public struct Part: Encodable, Sendable {
        /// The setting.
        public var name: String
        /// Wall time of its middle run, in seconds.
        public var medianSeconds: Double
        /// Processor time of all threads per run, in seconds.
        public var cpuSecondsPerStep: Double
        /// That over the one it is held against; nil where there is none.
        public var ratio: Double?
    }

    /// Operations that cannot be done without, over what a core can do.
    public struct Floor: Encodable, Sendable {
        /// Vector operations of sixteen lanes that a run needs; in clocked workloads a multiply-add is one.
        public var operationsPerStep: Double
        /// Vector operations of sixteen lanes that one core did per second, measured just now.
        public var peakOperationsPerSecond: Double
        /// Processor seconds at least: the one over the other.
        public var cpuSecondsPerStep: Double
        /// Bytes that have to move; nil where they were not counted.
        public var bytesPerStep: Double?
        /// Bytes that all threads together read and wrote per second, measured just now.
        public var peakBytesPerSecond: Double?
        /// Wall seconds at least: operations on all threads, or bytes if they take longer.
        public var secondsPerStep: Double?
    }

    /// Collects the times of `runs`, each of `batch` samples.
    public init(workload: String, threads: Int, seconds: [Double], batch: Int) {
        let sorted = seconds.sorted()
        self.workload = workload
        self.threads = threads
        self.batch = batch
        runs = sorted.count
        let middle = sorted.count / 2
        medianSeconds =
            sorted.isEmpty
            ? .nan
            : sorted.count % 2 == 1
                ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
        minSeconds = sorted.first ?? .nan
        maxSeconds = sorted.last ?? .nan
        samplesPerSecond = Double(batch) / medianSeconds
        peakResidentBytes = ProcessMemory.peakResidentBytes
    }

    // MARK: - Words

    /// For people, a line per quantity.
    public var text: String {
        let width = lines.map(\.0.count).max() ?? 0
        return lines.map { $0.0.padding(to: width + 2) + $0.1 }.joined(separator: "\n")
    }

    private var lines: [(String, String)] {
        let settings = [
            precision, activity.map { "activity \($0)" },
            forwardOnly == true ? "forward only" : nil,
        ].compactMap(\.self)
        let range =
            "(\(NumberText.seconds(minSeconds)) to \(NumberText.seconds(maxSeconds)), "
            + "\(runs) runs)"
        var lines = [
            ("workload", ([workload, "batch \(batch)"] + settings).joined(separator: ", ")),
            ("threads", "\(threads)"),
            ("time per step", "\(NumberText.seconds(medianSeconds)) \(range)"),
            ("speed", "\(NumberText.significant(samplesPerSecond)) samples/s"),
        ]
        if let cpuSecondsPerStep, let samplesPerCPUSecond {
            lines.append(
                (
                    "processor time",
                    "\(NumberText.seconds(cpuSecondsPerStep)) per step, "
                        + "\(NumberText.significant(samplesPerCPUSecond)) samples per CPU-second"
                ))
        }
        if let floor { lines += Self.lines(of: floor, measured: cpuSecondsPerStep) }
        if let floor { lines += Self.bandwidthLines(of: floor, measured: medianSeconds) }
        if let initialLoss {
            lines.append(("initial loss", NumberText.fixed(initialLoss, decimals: 9)))
        }
        if let eventsPerSample {
            let hidden = hiddenSpikesPerNeuron.map {
                ", \(NumberText.significant($0)) hidden spikes per neuron"
            }
            lines.append(
                ("events", "\(NumberText.significant(eventsPerSample)) per sample\(hidden ?? "")"))
        }
        if let storedBytes, let workingBytes {
            lines.append(
                (
                    "working memory",
                    "\(NumberText.bytes(Double(workingBytes))) for "
                        + "\(NumberText.bytes(Double(storedBytes))) of rows"
                ))
        }
        for part in parts ?? [] {
            let ratio = part.ratio.map { ", \(NumberText.significant($0)) times" }
            lines.append(
                (
                    part.name,
                    "\(NumberText.seconds(part.medianSeconds)), processor time "
                        + NumberText.seconds(part.cpuSecondsPerStep) + (ratio ?? "")
                ))
        }
        for part in memory ?? [] {
            lines.append(
                (
                    "\(part.name), T = \(part.steps)",
                    "\(NumberText.bytes(Double(part.bytes))) working memory"
                ))
        }
        lines.append(("peak memory", NumberText.bytes(Double(peakResidentBytes))))
        return lines
    }

    private static func lines(of floor: Floor, measured: Double?) -> [(String, String)] {
        let share = measured.map {
            "; the step takes \(NumberText.significant($0 / floor.cpuSecondsPerStep)) times that"
        }
        return [
            (
                "floor",
                "\(NumberText.seconds(floor.cpuSecondsPerStep)) processor time per step"
                    + (share ?? "")
            ),
            (
                "",
                "\(NumberText.significant(floor.operationsPerStep)) vector operations (16 lanes) "
                    + "counted, at \(NumberText.significant(floor.peakOperationsPerSecond)) per second"
            ),
        ]
    }

    private static func bandwidthLines(of floor: Floor, measured: Double) -> [(String, String)] {
        guard let bytes = floor.bytesPerStep, let peak = floor.peakBytesPerSecond,
            let seconds = floor.secondsPerStep
        else { return [] }
        return [
            ("", "\(NumberText.bytes(bytes)) moved, at \(NumberText.bytes(peak)) per second"),
            (
                "",
                "\(NumberText.seconds(seconds)) wall time per step; the step takes "
                    + "\(NumberText.significant(measured / seconds)) times that"
            ),
        ]
    }
}
