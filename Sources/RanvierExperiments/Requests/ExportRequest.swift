import Foundation
import RanvierCompression
import RanvierDeployment

/// What `ranvier export` is asked for: a network for a device.
public struct ExportRequest: Sendable {
    /// What is written.
    public enum Target: String, Sendable, CaseIterable {
        /// C99 source.
        case c
        /// A page with the network in WebAssembly.
        case wasm
        /// A stored model of integers, which every verb opens.
        case integer
    }

    /// What an exported network goes on learning.
    public enum Learning: String, Sendable, CaseIterable {
        /// Mean and size of each value that comes in, without labels.
        case inputs
        /// The weights of the last layer, from labels.
        case lastLayer = "last-layer"
        /// Thresholds of the first layer that spikes follow firing rates, without labels.
        case thresholds
    }

    /// The run's folder.
    public var run: URL
    /// What is written.
    public var target: Target
    /// The folder that is written.
    public var output: URL
    /// Whether the export is compiled, run and compared.
    public var checks = false
    /// What C files and functions begin with.
    public var name = "net"
    /// Bits, leaks and fractions, where they are not settled.
    public var preparation = DevicePreparation()
    /// Orders, kernels and formats of the C source.
    public var options = CExportOptions()
    /// What it goes on learning on the device.
    public var learning: Set<Learning> = []
    /// Most samples that are compared.
    public var samples = 1000
    /// Processors that are checked; nil for all that are emulated here.
    public var processors: [CTarget]?
    /// Whether a folder that is there is replaced.
    public var overwrite = false
    /// Where larger data sets are looked for.
    public var dataDirectory: String?
    /// Worker threads; nil for one per core.
    public var threads: Int?

    /// An export of a run.
    public init(run: URL, target: Target, output: URL) {
        self.run = run
        self.target = target
        self.output = output
    }
}
