import Foundation
import RanvierDeployment

/// What an export wrote and what it was measured to be: `export.json` in its folder, and what the verb prints for programs.
struct ExportRecord: Codable, Sendable {
    /// A layer of synapses.
    struct Layer: Codable, Sendable {
        var name: String
        var bits: Int
        var weights: Int
        var kernel: String
        var format: String
        var bytes: Int
    }

    /// How the network in integers does beside the one that was trained.
    struct Agreement: Codable, Sendable {
        /// Samples of the run's test part.
        var samples: Int
        /// The measure that is compared: accuracy, or the error of values.
        var measure: String
        /// Of the network as it was trained.
        var trained: Double
        /// In integers.
        var integer: Double
        /// Share of samples with the same class; nil for values.
        var sameAnswers: Double?
    }

    /// The run.
    var run: String
    /// What was written.
    var target: String
    /// The folder.
    var folder: String
    /// Its files.
    var files: [String]
    /// What C files and functions begin with.
    var name: String
    /// Bytes of constant tables.
    var flashBytes: Int
    /// Bytes of the state.
    var ramBytes: Int
    /// Bytes of what it goes on learning; nil where it learns nothing.
    var learningBytes: Int?
    /// Layers with weights.
    var layers: [Layer]
    /// What was done on the way into integers.
    var steps: [String]
    /// What is to be known.
    var warnings: [String]
    /// How it does beside the trained network; nil where the run's data are not there.
    var agreement: Agreement?
    /// What was compiled and run.
    var checks: [DeviceCheck]
}
