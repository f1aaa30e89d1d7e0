import Foundation
import RanvierFormats
import RanvierTensors

/// A model's parameters, and, while a run lasts, all that it needs to go on.
///
/// In the file: `parameters/…`, and `optimizer/…` and `best/…` where there is a training state, whose
/// reports lie in the metadata as JSON.
public struct TrainingCheckpoint: Sendable {
    /// The model's parameters by name.
    public var parameters: [String: Tensor]
    /// What the run needs besides; nil for a finished model.
    public var state: TrainingState?

    private static let format = "ranvier-2"

    /// A checkpoint in memory.
    public init(parameters: [String: Tensor], state: TrainingState? = nil) {
        self.parameters = parameters
        self.state = state
    }

    /// Reads a checkpoint.
    ///
    /// - Throws: ``CheckpointError`` that names the file, the tensor or entry, and what was expected.
    public init(contentsOf url: URL) throws(CheckpointError) {
        let file = try SafetensorsFile(contentsOf: url)
        let _: String = try file.metadata(
            "format",
            expected: "'\(Self.format)' (files of earlier versions are made anew by "
                + "`ranvier run CONFIG --overwrite`)"
        ) {
            $0 == Self.format ? $0 : nil
        }
        var all: [String: Tensor] = [:]
        for (name, tensor) in file.tensors {
            guard case .floats(let values) = tensor.values else {
                throw CheckpointError(
                    file: url.path, tensor: name,
                    problem: .wrongType(expected: "F32", found: "another type"))
            }
            // Whoever opens a model or goes on training comes by here: no later step would say which tensor it was.
            if let first = values.firstIndex(where: { !$0.isFinite }) {
                throw CheckpointError(
                    file: url.path, tensor: name,
                    problem: .nonFinite(
                        count: values.count { !$0.isFinite }, first: first,
                        value: "\(values[first])"))
            }
            all[name] = Tensor(values, shape: tensor.shape)
        }
        parameters = all.entries(under: "parameters/")
        guard file.metadata["reports"] != nil else { return }
        var state = TrainingState()
        state.reports = try file.metadata("reports", expected: "a JSON list of epoch reports") {
            try? StoredJSON.value([EpochReport].self, from: Data($0.utf8))
        }
        state.stepCount = try file.metadata("step-count", expected: "a whole number") {
            Int($0).flatMap { $0 >= 0 ? $0 : nil }
        }
        state.optimizerState = all.entries(under: "optimizer/")
        let best = all.entries(under: "best/")
        state.best = best.isEmpty ? nil : best
        self.state = state
    }

    /// Writes the checkpoint; a reader sees the old file or the new one, never a part.
    ///
    /// - Throws: ``FileError`` where it cannot be written.
    public func write(to url: URL) throws {
        try file().write(to: url)
    }

    /// The checkpoint in the file format.
    public func file() throws -> SafetensorsFile {
        var file = SafetensorsFile(metadata: ["format": Self.format])
        func add(_ tensors: [String: Tensor], under prefix: String) {
            for (name, tensor) in tensors {
                file.tensors[prefix + name] = SafetensorsTensor(
                    shape: tensor.shape, floats: tensor.scalars)
            }
        }
        add(parameters, under: "parameters/")
        if let state {
            add(state.optimizerState, under: "optimizer/")
            add(state.best ?? [:], under: "best/")
            file.metadata["step-count"] = "\(state.stepCount)"
            file.metadata["reports"] = try StoredJSON.text(state.reports)
        }
        return file
    }
}
