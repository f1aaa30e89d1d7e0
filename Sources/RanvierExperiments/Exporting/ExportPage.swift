import Foundation
import RanvierData
import RanvierDeployment
import RanvierLearning

/// The page on which an exported network is tried.
struct ExportPage {
    let model: IntegerModel
    let export: CExport
    let title: String

    /// - Parameter samples: samples with known scores, as numbers of the device.
    /// - Throws: `ToolchainError` where a tool is missing.
    func page(samples: [[Int32]]) throws -> NetworkPage {
        let network = model.network
        let source = try CNetworkSource(name: export.name, files: export.files)
        let steps = network.input.steps
        var page = try NetworkPage(
            source, title: title,
            summary:
                "A spiking network of integers, \(export.memory.flashBytes) bytes of tables and "
                + "\(export.memory.stateBytes) bytes of state, \(steps) \(steps == 1 ? "step" : "steps") a sample.",
            input: input, outputs: model.signature.task.outputNames,
            samples: samples.enumerated().map { index, sample in
                NetworkPage.Sample(
                    name: "\(index + 1)", elements: network.input.elements(of: sample),
                    scores: network.scores(of: sample))
            })
        page.layers = network.neurons.map {
            $0.thresholds == nil ? "\($0.name) (read-out, never fires)" : $0.name
        }
        return page
    }

    private var input: NetworkPage.Input {
        let network = model.network, signature = model.signature
        if case .spikes = network.input.encoding { return .recorded }
        if network.input.rows > 1 { return .sequence(channels(of: network.input.rowCount)) }
        if let image = signature.imageShape, image[2] == 1 {
            return .image(width: image[1], height: image[0], channel(0, name: "pixel"))
        }
        return .vector(channels(of: network.input.rowCount))
    }

    private func channels(of count: Int) -> [NetworkPage.Channel] {
        (0..<count).map { index in
            let names = model.signature.featureNames
            return channel(
                index,
                name: names.flatMap { index < $0.count ? $0[index] : nil } ?? "input \(index + 1)")
        }
    }

    /// What values of a channel are as numbers: those of the data, before scaling.
    private func channel(_ index: Int, name: String) -> NetworkPage.Channel {
        let input = model.network.input
        var offset = 0.0, scale = 1.0
        if let scaling = model.signature.scaling {
            offset = scaling.offset[index % scaling.offset.count]
            scale = scaling.scale[index % scaling.scale.count]
        }
        let unit = scale / Double(input.levels)
        return NetworkPage.Channel(
            name: name,
            range: offset + Double(input.range.lowerBound) * unit...offset
                + Double(input.range.upperBound) * unit,
            scale: unit, offset: offset)
    }
}
