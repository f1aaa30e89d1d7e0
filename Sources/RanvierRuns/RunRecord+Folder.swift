import Foundation
import RanvierConfiguration
import RanvierFormats
import RanvierLearning

extension RunRecord {
    /// Reads what a run directory tells about itself: `result.json`, else `config.yaml`.
    ///
    /// Without a result, or with one of fewer epochs than are done by now, the run is running if a process holds its lock, and
    /// interrupted if not.
    /// - Parameter warning: hears that `result.json` has no checksum; standard error, if left out.
    /// - Throws: `RunError.damaged` if `result.json` is not what it should be.
    public init(
        folder: URL, relativeTo root: URL,
        warning: StoredFileWarning = StoredFileWarnings.standardError
    ) throws(RunError) {
        let resultFile = folder.appending(path: RunDirectory.File.result.rawValue)
        let configurationFile = folder.appending(path: RunDirectory.File.configuration.rawValue)
        let path = Self.path(of: folder, relativeTo: root)
        guard FileManager.default.fileExists(atPath: resultFile.path) else {
            let stated = Self.stated(in: configurationFile)
            self.init(
                path: path, method: stated.method ?? "unknown", dataset: "unknown",
                seed: stated.seed ?? 0, version: stated.version ?? "unknown",
                status: RunLock.isHeld(directory: folder) ? .running : .interrupted,
                started: Self.date(of: configurationFile) ?? Date(timeIntervalSince1970: 0))
            return
        }
        let result: Result
        do throws(StoredFileError) {
            result = try StoredJSON.value(storedIn: resultFile, format: 1, warning: warning)
        } catch {
            throw RunError.damaged(
                path: resultFile.path,
                reason: "expected the result of a run as JSON, found another: \(error.reason)")
        }
        let isWhole =
            RunDirectory.metricsLines(in: folder).count <= result.training?.epochs ?? .max
        let status: RunStatus =
            isWhole ? .finished : RunLock.isHeld(directory: folder) ? .running : .interrupted
        let finished = Self.date(of: resultFile)
        let started = Self.date(of: configurationFile) ?? finished
        self.init(
            path: path, method: result.method, model: result.model, dataset: result.dataset,
            seed: result.seed, version: result.version, status: status,
            started: started ?? Date(timeIntervalSince1970: 0))
        self.finished = finished
        take(result)
    }

    /// Fills in what a run's `result.json` holds.
    ///
    /// - Throws: `RunError.damaged` if the data is not that of a result.
    public mutating func take(resultJSON data: Data) throws(RunError) {
        do {
            take(try StoredJSON.value(Result.self, from: data))
        } catch {
            throw RunError.damaged(path: path, reason: "the result cannot be read: \(error)")
        }
    }

    private mutating func take(_ result: Result) {
        measures =
            result.measures ?? result.test?.accuracy.map {
                [Measure("accuracy", $0, unit: Measure.share, higherIsBetter: true)]
            } ?? []
        accuracy = result.test?.accuracy
        loss = result.test?.loss
        epochs = result.training?.epochs
        trainingSeconds = result.training?.seconds
        samplesPerSecond = result.training?.samplesPerSecond
        spikesPerSample = result.activity?.spikesPerSample
        picojoulesPerSample = result.energy?.picojoulesPerSample
        weightBytes = result.memory?.weightBytes
    }

    /// A run's path below the output folder.
    public static func path(of folder: URL, relativeTo root: URL) -> String {
        let (parts, above) = (
            folder.standardizedFileURL.pathComponents, root.standardizedFileURL.pathComponents
        )
        guard parts.starts(with: above) else { return folder.standardizedFileURL.path }
        return parts.dropFirst(above.count).joined(separator: "/")
    }

    private static func date(of file: URL) -> Date? {
        let attributes = try? FileManager.default.attributesOfItem(atPath: file.path)
        return attributes?[.modificationDate] as? Date
    }

    /// The few keys of a stored configuration that every method has.
    private static func stated(
        in file: URL
    ) -> (method: String?, seed: Int?, version: String?) {
        guard let root = try? ConfigurationReader(file: file).root else { return (nil, nil, nil) }
        return (
            (try? root.optionalString("method")) ?? nil, (try? root.seed("seed")).map { Int($0) },
            (try? root.optionalString("version")) ?? nil
        )
    }

    /// The part of `result.json` that the index keeps.
    private struct Result: Decodable {
        struct Test: Decodable {
            let accuracy: Double?
            let loss: Double?
        }
        struct Training: Decodable {
            let epochs: Int?
            let seconds: Double?
            let samplesPerSecond: Double?

            enum CodingKeys: CodingKey { case epochs, seconds, samplesPerSecond }

            init(from decoder: any Decoder) throws {
                let container = try decoder.container(keyedBy: CodingKeys.self)
                epochs =
                    container.contains(.epochs)
                    ? try container.count(forKey: .epochs, atMost: TrainingState.mostEpochs) : nil
                seconds = try container.decodeIfPresent(Double.self, forKey: .seconds)
                samplesPerSecond = try container.decodeIfPresent(
                    Double.self, forKey: .samplesPerSecond)
            }
        }
        struct Activity: Decodable { let spikesPerSample: Double? }
        struct Energy: Decodable { let picojoulesPerSample: Double? }
        struct Memory: Decodable { let weightBytes: Int? }
        let method: String
        let model: String?
        let dataset: String
        let seed: Int
        let version: String
        let measures: [Measure]?
        let test: Test?
        let training: Training?
        let activity: Activity?
        let energy: Energy?
        let memory: Memory?
    }
}
