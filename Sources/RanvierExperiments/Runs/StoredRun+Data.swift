import Foundation
import RanvierAnalysis
import RanvierData
import RanvierFormats
import RanvierLearning
import RanvierTensors

extension StoredRun {
    /// The parts of the data that the run learned from, scaled as it scaled them.
    ///
    /// - Throws: `DataError` where they are not there any more; `ModelFileError` where the model does not fit them.
    func ownData(dataDirectory: String?) throws -> DatasetConfiguration.Splits {
        let splits = try configuration.dataset.load(
            from: configuration.place(dataDirectory: dataDirectory, folder: folder))
        try model.requireFit(ofOwn: splits.training, storedIn: folder)
        return splits
    }

    /// Mean and deviation of each channel: of the samples that the model learned from where they are there, else as the model's
    /// scaling knows them, else of the samples given, which a warning says.
    func channelStatistics(
        for data: Dataset, dataDirectory: String?, events: WorkEvents
    ) throws -> ChannelStatistics {
        let layout = SensorLayout(of: model.signature)
        do {
            let training = try model.signature.prepared(
                try ownData(dataDirectory: dataDirectory).training)
            return ChannelStatistics(of: training, layout: layout, source: "the training samples")
        } catch let error as DataError {
            if let known = ChannelStatistics(of: model.signature.scaling, layout: layout) {
                return known
            }
            events.warning(
                "mean and deviation of the channels are those of the samples measured on: the "
                    + "training samples cannot be read (\(error))")
            return ChannelStatistics(
                of: data, layout: layout, source: "the samples measured on")
        }
    }

    /// Whether samples are images whose values lie in 0…1, so that sizes are 255ths of the range of pixels.
    func areImages(_ data: Dataset) -> Bool {
        guard configuration.dataset.source.hasImages || configuration.dataset.asImages,
            configuration.dataset.eventCamera == nil, data.count > 0
        else { return false }
        let sample = data.features(of: Array(0..<min(data.count, 64)))
        let raw = (data.scaling?.inverse(sample) ?? sample).scalars
        // Rounding of the scaling and back.
        return raw.allSatisfy { $0 >= -1e-4 && $0 <= 1 + 1e-4 }
    }
}

extension SpikingModel {
    /// Checks that the model of a run fits the data that the run learned from.
    ///
    /// It was made for them, so that one of the two has changed where it does not, and the message names both.
    func requireFit(ofOwn data: Dataset, storedIn folder: URL) throws(ModelFileError) {
        do {
            _ = try signature.prepared(data.subset([0]))
        } catch {
            throw ModelFileError(
                file: folder.appending(path: Model.descriptionFile).relativePath,
                reason:
                    "the model does not fit the run's own data, one of which has changed since: \(error)"
            )
        }
    }
}
