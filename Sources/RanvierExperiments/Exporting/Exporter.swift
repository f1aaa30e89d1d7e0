import Foundation
import RanvierData
import RanvierDeployment
import RanvierFormats
import RanvierLearning
import RanvierRuns

/// Writes a network for a device, and measures it.
struct Exporter {
    let request: ExportRequest
    let stored: StoredRun
    let prepared: PreparedModel
    let data: ExportData?

    private var model: IntegerModel { prepared.model }

    /// Samples with which the export tests itself.
    private static let goldenSamples = 8

    func write(to folder: ExportFolder) throws -> ExportRecord {
        let samples = try sampleNumbers()
        let export = try CExport(
            network: model.network, name: request.name,
            samples: Array(samples.prefix(Self.goldenSamples)), options: request.options)
        var record = ExportRecord(
            run: request.run.lastPathComponent, target: request.target.rawValue,
            folder: request.output.relativePath, files: [], name: request.name,
            flashBytes: export.memory.flashBytes, ramBytes: export.memory.stateBytes,
            layers: layers(of: export), steps: prepared.steps,
            warnings: prepared.warnings
                + IntegerActivity(of: model.engine, on: samples).warnings,
            agreement: try agreement(), checks: [])
        switch request.target {
        case .integer:
            try writeModel(to: folder.url)
        case .c:
            for (name, text) in export.files { try folder.write(text, to: name) }
            for (name, text) in try learningFiles() { try folder.write(text, to: name) }
            let source = try CNetworkSource(name: request.name, files: export.files)
            for (path, text) in source.boardFiles { try folder.write(text, to: path) }
            try writeModel(to: folder.url.appending(path: "model"))
            if request.checks { record.checks = checks(source, samples) }
        case .wasm:
            let page = try ExportPage(
                model: model, export: export, title: request.run.lastPathComponent
            )
            .page(samples: Array(samples.prefix(Self.goldenSamples)))
            try folder.write(page.html, to: "index.html")
            if request.checks {
                let source = try CNetworkSource(name: request.name, files: export.files)
                record.checks = checks(source, samples)
            }
        }
        record.files = try FileManager.default.subpathsOfDirectory(atPath: folder.url.path).sorted()
        try folder.write(StoredJSON.text(record, isPretty: true), to: ExportFolder.record)
        return record
    }

    /// The model as a run of its own, with the configuration and the epochs of the one that it came from, so that every verb opens
    /// it.
    private func writeModel(to folder: URL) throws {
        let configuration = stored.configuration
        try model.save(
            to: folder, method: configuration.methodName, seed: configuration.seed)
        for file in [RunDirectory.File.configuration, .metrics] {
            let source = stored.folder.appending(path: file.rawValue)
            guard FileManager.default.fileExists(atPath: source.path) else { continue }
            try FileManager.default.copyItem(
                at: source, to: folder.appending(path: file.rawValue))
        }
    }

    /// C of what goes on learning.
    private func learningFiles() throws -> [String: String] {
        switch request.learning {
        case nil: return [:]
        case .inputs:
            guard let data else {
                throw DeviceError.samples(purpose: "following the inputs")
            }
            let training = try model.prepared(data.training.prefix(request.samples))
            let samples = (0..<training.count).map {
                model.numbers(of: training.values(ofSample: $0))
            }
            let adaptation = try InputAdaptation(
                calibratedOn: samples, of: model.network.input)
            return LearningSource(
                try DeviceLearning(of: model.network, input: adaptation), name: request.name
            ).files
        }
    }

    /// Test samples as numbers of the device; without data, none.
    private func sampleNumbers() throws -> [[Int32]] {
        guard let data else { return [] }
        let test = try model.prepared(data.test.prefix(request.samples))
        return (0..<test.count).map { model.numbers(of: test.values(ofSample: $0)) }
    }

    private func layers(of export: CExport) -> [ExportRecord.Layer] {
        zip(export.layers, model.network.synapses).map { layer, synapses in
            ExportRecord.Layer(
                name: layer.name, bits: synapses.weights.bits,
                weights: synapses.weights.additions, kernel: layer.kernel.rawValue,
                format: layer.format.rawValue, bytes: layer.bytes)
        }
    }

    /// The measure by which the trained network and the one in integers are compared, on the run's test samples.
    private func agreement() throws -> ExportRecord.Agreement? {
        guard let data else { return nil }
        let before = try stored.model.evaluate(on: data.test, counts: false, intervals: false)
        let after = try model.evaluate(on: data.test, counts: false, intervals: false)
        guard let own = before.measures.first,
            let other = after.measures.first(where: { $0.name == own.name })
        else { return nil }
        var same: Double?
        if case .classes = data.test.targets {
            let pairs = zip(before.answers, after.answers)
            same =
                Double(pairs.count { $0.indexOfLargest == $1.indexOfLargest })
                / Double(max(data.test.count, 1))
        }
        return ExportRecord.Agreement(
            samples: data.test.count, measure: own.name, trained: own.value, integer: other.value,
            sameAnswers: same)
    }

    // MARK: - Checks

    /// Compiles and runs for each processor.
    private func checks(_ source: CNetworkSource, _ samples: [[Int32]]) -> [DeviceCheck] {
        let input = model.network.input
        let elements = samples.map(input.elements)
        let scores = model.engine.scores(of: samples)
        let usual: [CTarget] =
            request.target == .wasm
            ? [.wasm32] : [.host, .hostClang, .cortexM0, .cortexM4, .riscv32]
        return (request.processors ?? usual).map {
            DeviceCheck(of: source, on: $0, samples: elements, scores: scores)
        }
    }
}

extension [Float] {
    /// The first of the largest.
    fileprivate var indexOfLargest: Int {
        indices.reduce(0) { self[$1] > self[$0] ? $1 : $0 }
    }
}
