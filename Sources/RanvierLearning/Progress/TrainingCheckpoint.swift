import Foundation
import RanvierFormats
import RanvierTensors

/// A model's parameters, and, while a run lasts, all that it needs to go on.
///
/// In the file: `parameters/…`, and `optimizer/…` and `best/…` where there is a training state, whose
/// reports lie in the metadata as JSON. The file has a checksum, see `SafetensorsFile`.
public struct TrainingCheckpoint: Sendable {
    /// The model's parameters by name.
    public var parameters: [String: Tensor]
    /// What the run needs besides; nil for a finished model.
    public var state: TrainingState?

    private static let (formatName, formatNumber) = ("ranvier-", 2)
    private static var format: String { "\(formatName)\(formatNumber)" }

    /// The prefixes of the tensors' names in the file.
    private enum Part: String, CaseIterable {
        case parameters = "parameters/"
        case optimizer = "optimizer/"
        case best = "best/"
    }

    /// The metadata entries besides the format.
    private enum Entry: String, CaseIterable {
        case reports = "reports"
        case stepCount = "step-count"
    }

    /// A checkpoint in memory.
    public init(parameters: [String: Tensor], state: TrainingState? = nil) {
        self.parameters = parameters
        self.state = state
    }

    /// Reads a checkpoint.
    ///
    /// - Parameter warning: hears that the file has no checksum; standard error, if left out.
    /// - Throws: ``CheckpointError`` that names the file, the tensor or entry, and what was expected.
    public init(
        contentsOf url: URL, warning: StoredFileWarning = StoredFileWarnings.standardError
    ) throws(CheckpointError) {
        let file = try SafetensorsFile(contentsOf: url)
        try Self.check(file)
        if let text = file.seal.warning(file: file.source) { warning(text) }
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
        parameters = all.entries(under: Part.parameters.rawValue)
        guard file.metadata[Entry.reports.rawValue] != nil else {
            let hasState =
                file.metadata[Entry.stepCount.rawValue] != nil || parameters.count < all.count
            guard !hasState else {
                throw CheckpointError(
                    file: url.path,
                    problem: .invalidMetadata(
                        key: Entry.reports.rawValue, expected: "a JSON list of epoch reports",
                        found: nil))
            }
            return
        }
        var state = TrainingState()
        state.reports = try file.metadata(
            Entry.reports.rawValue, expected: "a JSON list of epoch reports, of epochs 1 and on"
        ) {
            let reports = try? StoredJSON.value([EpochReport].self, from: Data($0.utf8))
            return reports.flatMap { TrainingState.areInOrder($0) ? $0 : nil }
        }
        let limit = TrainingState.mostSteps
        state.stepCount = try file.metadata(
            Entry.stepCount.rawValue, expected: "a whole number from 0 to \(limit)"
        ) {
            Int($0).flatMap { (0...limit).contains($0) ? $0 : nil }
        }
        state.optimizerState = all.entries(under: Part.optimizer.rawValue)
        let best = all.entries(under: Part.best.rawValue)
        state.best = best.isEmpty ? nil : best
        self.state = state
    }

    /// Format, checksum, and no tensor or entry that nothing asks for.
    private static func check(_ file: SafetensorsFile) throws(CheckpointError) {
        func error(_ problem: CheckpointError.Problem) -> CheckpointError {
            CheckpointError(file: file.source, problem: problem)
        }
        let found = file.metadata["format"]
        if let found, found.hasPrefix(formatName),
            let number = Int(found.dropFirst(formatName.count)),
            number > formatNumber
        {
            throw error(.newer(found: found))
        }
        guard found == format else {
            throw error(
                .invalidMetadata(
                    key: "format",
                    expected: "'\(format)' (files of earlier versions are made anew by "
                        + "`ranvier run CONFIG --overwrite`)", found: found))
        }
        if let problem = file.seal.problem { throw error(.changed(reason: problem)) }
        let entries = Entry.allCases.map(\.rawValue) + ["format"]
        if let stranger = file.metadata.keys.sorted().first(where: { !entries.contains($0) }) {
            throw error(
                .invalidMetadata(
                    key: stranger, expected: "no entry but \(entries.joined(separator: ", "))",
                    found: file.metadata[stranger]))
        }
        let prefixes = Part.allCases.map(\.rawValue)
        let stranger = file.tensors.keys.sorted().first { name in
            !prefixes.contains { name.hasPrefix($0) }
        }
        if let stranger {
            throw CheckpointError(
                file: file.source, tensor: stranger,
                problem: .unexpectedTensor(known: prefixes.map { $0 + "…" }))
        }
        guard file.isCanonical || file.seal == .missing else {
            throw error(
                .contradiction(
                    reason: "the header names something twice, or holds what does not belong there")
            )
        }
    }

    /// Writes the checkpoint; a reader sees the old file or the new one, never a part.
    ///
    /// - Throws: ``FileError`` where it cannot be written.
    public func write(to url: URL) throws {
        try file().write(to: url, isSealed: true)
    }

    /// The checkpoint in the file format.
    public func file() throws -> SafetensorsFile {
        var file = SafetensorsFile(metadata: ["format": Self.format])
        func add(_ tensors: [String: Tensor], as part: Part) {
            for (name, tensor) in tensors {
                file.tensors[part.rawValue + name] = SafetensorsTensor(
                    shape: tensor.shape, floats: tensor.scalars)
            }
        }
        add(parameters, as: .parameters)
        if let state {
            add(state.optimizerState, as: .optimizer)
            add(state.best ?? [:], as: .best)
            file.metadata[Entry.stepCount.rawValue] = "\(state.stepCount)"
            file.metadata[Entry.reports.rawValue] = try StoredJSON.text(state.reports)
        }
        return file
    }
}
