import Foundation
import Ranvier
import RanvierCompression
import RanvierConfiguration
import RanvierData
import RanvierLearning
import RanvierRuns

/// The smallest network for MNIST, as `Examples/tiny-mnist.yaml` says it: trained, or taken from the folder of the study's networks.
struct TinyNetwork {
    /// Name of the setting, and of the folder beside the other networks: `tiny-mnist-<seed>`, into which `model.json` and
    /// `model.safetensors` of a run may be copied.
    static let name = "tiny-mnist"

    let context: StudyContext
    let seed: UInt64

    /// The example without its method and its baseline, for some epochs.
    static func configuration(quantizeEpochs: Int, trainEpochs: Int) -> String {
        """
        dataset:
          name: mnist
          images: true
          validation-fraction: 0.083333
        encoding:
          direct: {steps: 2, time-step: 1e-3}
        network:
          - conv2d: {channels: 16, size: 5, stride: 2, bias: false}
          - batch-norm: {initial-shift: 0.2}
          - if: {initial-membrane: 0.5, surrogate: triangular, detach-reset: false}
          - conv2d: {channels: 32, size: 3, stride: 2, padding: 1, bias: false}
          - batch-norm: {initial-shift: 0.2}
          - if: {initial-membrane: 0.5, surrogate: triangular, detach-reset: false}
          - conv2d: {channels: 48, size: 3, stride: 2, padding: 1, bias: false}
          - batch-norm: {initial-shift: 0.2}
          - if: {initial-membrane: 0.5, surrogate: triangular, detach-reset: false}
          - linear: {outputs: 10}
        training:
          batch-size: 64
          loss: {cross-entropy: {of: summed-membrane}}
          optimizer: {adam: {learning-rate: 3e-3}}
          schedule: {cosine: {floor: 0.003, warm-up: 0.0116}}
          augmentation: {shift: 1.5, rotation: 8, scale: 0.08, round: 255}
        phases:
          - quantize: {bits: 4, scheme: root-mean-square, scale: output, epochs: \(quantizeEpochs)}
          - train: {epochs: \(trainEpochs), learning-rate: 1.5e-3, freeze-normalization: true}
          - whole-numbers: {fraction-bits: 2}
        """
    }

    private var folder: URL? {
        context.cache?.appending(
            path: "\(Self.name)\(context.isQuick ? "-quick" : "")-\(seed)",
            directoryHint: .isDirectory)
    }

    /// The network, measured, or what is stored of it.
    func outcome() throws -> FormatsOutcome {
        try Procedure(folder: folder, warning: context.events.warning).round("measured") {
            let (trainer, data) = try setting()
            let model = try stored() ?? trained(trainer, data)
            return try FormatsMeasurement(
                training: data.training, test: data.test, boardSamples: context.isQuick ? 2 : 10,
                events: context.events
            ).outcome(.wholeNumbers, of: model, beside: nil)
        }
    }

    private func setting() throws -> (any MethodConfiguration, DatasetConfiguration.Splits) {
        let text =
            context.isQuick
            ? Self.configuration(quantizeEpochs: 1, trainEpochs: 1)
            : Self.configuration(quantizeEpochs: 10, trainEpochs: 23)
        let reader = try ConfigurationReader(
            yaml: text + "\n", file: Self.name, registry: .standard)
        let dataset = try DatasetConfiguration(reader.section("dataset"))
        let kind = try Registry.standard.kind(CompressionMethod.name, of: MethodRole.self)
        let trainer = try kind.payload.configuration(reader.root)
        try reader.finish()
        let data = try dataset.load(
            from: DataPlace(
                directory: context.dataDirectory, seed: seed,
                acceptedRange: trainer.acceptedRange))
        return (trainer, data)
    }

    private func stored() throws -> (any SpikingModel)? {
        guard let folder,
            FileManager.default.fileExists(
                atPath: folder.appending(path: Model.descriptionFile).path)
        else { return nil }
        context.events.note("\(Self.name): the network in \(folder.relativePath) is taken")
        return try Model.load(folder, registry: .standard, warning: context.events.warning)
    }

    private func trained(
        _ trainer: any MethodConfiguration, _ data: DatasetConfiguration.Splits
    ) throws -> any SpikingModel {
        let made = try trainer.makeMethod(for: data, seed: seed, registry: .standard)
        guard var method = made as? CompressionMethod else {
            preconditionFailure("the setting is compressed in phases")
        }
        do {
            try Course(epochs: method.epochs).run(
                &method, on: data.training, validation: data.validation,
                observer: Stop(events: context.events))
        } catch TrainingError.interrupted {
            throw InterruptedError(advice: "begin again with the same command")
        }
        if let folder { try method.model.save(to: folder, method: CompressionMethod.name) }
        return method.model
    }

    /// Stops when the study is to stop.
    private struct Stop: TrainingObserver {
        let events: WorkEvents
        var shouldStop: Bool { events.cancellation.isRequested }
    }
}
