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
        let learning = try learning()
        var options = request.options
        options.learning = learning
        let export = try CExport(
            network: model.network, name: request.name,
            samples: Array(samples.prefix(Self.goldenSamples)), options: options)
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
            if let learning {
                record.learningBytes = learning.bytes
                for (name, text) in LearningSource(learning, name: request.name).files {
                    try folder.write(text, to: name)
                }
            }
            let source = try CNetworkSource(name: request.name, files: export.files)
            for (path, text) in source.boardFiles { try folder.write(text, to: path) }
            try writeModel(to: folder.url.appending(path: "model"))
            if request.checks {
                record.checks = checks(source, samples)
                if let learning { record.checks.append(try check(source, learning, samples)) }
            }
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

    /// What goes on learning, with what it is held against from training samples; nil for nothing.
    private func learning() throws -> DeviceLearning? {
        guard !request.learning.isEmpty else { return nil }
        var samples: [[Int32]] = []
        if request.learning != [.lastLayer] {
            guard let data else {
                throw DeviceError.samples(purpose: "following inputs or thresholds")
            }
            let training = try model.prepared(data.training.prefix(request.samples))
            samples = (0..<training.count).map { model.numbers(of: training.values(ofSample: $0)) }
        }
        let network = model.network
        let spiking = network.neurons.first { $0.thresholds != nil && !$0.givesMembrane }
        let wantsThresholds = request.learning.contains(.thresholds)
        guard !wantsThresholds || spiking != nil else {
            throw IntegerNetworkError.interface(
                what: "moving thresholds", expected: "neurons that hand on spikes", found: "none")
        }
        return try DeviceLearning(
            of: network,
            input: request.learning.contains(.inputs)
                ? InputAdaptation(calibratedOn: samples, of: network.input) : nil,
            lastLayer: request.learning.contains(.lastLayer) ? LastLayerLearning() : nil,
            thresholds: try spiking.flatMap { layer in
                wantsThresholds
                    ? try ThresholdAdaptation(
                        layer: layer.name, of: network, calibratedOn: samples) : nil
            })
    }

    /// Most samples that a network is taught in a check.
    private static let taughtSamples = 200

    /// Compiles the network with what it learns, and teaches it test samples.
    private func check(
        _ source: CNetworkSource, _ learning: DeviceLearning, _ samples: [[Int32]]
    ) throws -> DeviceCheck {
        let taught = Array(samples.prefix(Self.taughtSamples))
        let known = data?.test.labels ?? []
        return DeviceCheck(
            of: source, learning: learning, samples: taught,
            labels: taught.indices.map { $0 < known.count ? known[$0] : -1 })
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
