import Foundation
import Ranvier
import RanvierTestSupport
import Testing

@testable import RanvierConfiguration
@testable import RanvierData
@testable import RanvierExperiments
@testable import RanvierFormats
@testable import RanvierLearning
@testable import RanvierNetworks
@testable import RanvierRuns
@testable import RanvierSpikes
@testable import RanvierStudies

/// Images seen by an event camera, as a configuration describes it.
@Suite("Event camera from configuration")
struct EventCameraConfigurationTests {
    private func configuration(
        _ dataset: String, encoding: String = "{sequence: {steps: 30, time-step: 10e-3}}"
    ) throws -> RunConfiguration {
        try RunConfiguration(
            ConfigurationReader(
                yaml: """
                    dataset: \(dataset)
                    encoding: \(encoding)
                    network: [flatten, linear: {outputs: 10}]
                    """, file: "events.yaml", registry: .standard), defaultName: "events")
    }

    private func training(_ camera: String, limit: Int = 4) throws -> Dataset {
        let dataset = "{name: digits, limit: \(limit), event-camera: \(camera)}"
        let reader = try ConfigurationReader(
            yaml: "dataset: \(dataset)", file: "events.yaml", registry: .standard)
        let read = try DatasetConfiguration(reader.root.section("dataset"))
        return try read.load(from: DataPlace()).training
    }

    @Test("digits become recordings, by the same way as in the studies")
    func recordings() throws {
        let data = try training("{steps: 6}")
        #expect(data.featureShape == [6, 8, 8, 2] && data.count == 4)
        // The limit draws samples by chance; the study takes the first ones.
        let study = try StudyData(.eventDigits, trainingSamples: 20, steps: 6, directory: nil)
        let all = try training("{steps: 6}", limit: 2000)
        let same = try StudyData(.eventDigits, trainingSamples: 1438, steps: 6, directory: nil)
        #expect(all.prefix(20).values == study.plain.train.values)
        #expect(all.labels == same.plain.train.labels)
    }

    @Test(
        "sets in the data directory are looked for by their own names",
        arguments: ["kmnist", "cifar100"])
    func names(set: String) throws {
        let folder = try TemporaryFolder()
        let reader = try ConfigurationReader(
            yaml: "dataset: {name: \(set), event-camera: {}}", file: "events.yaml",
            registry: .standard)
        let read = try DatasetConfiguration(reader.root.section("dataset"))
        let error = try #require(throws: DataError.self) {
            try read.load(from: DataPlace(directory: folder.url.path, folder: folder.url))
        }
        #expect(error.description.contains(set), "\(error)")
    }

    @Test(
        "each option changes the recordings",
        arguments: [
            "{threshold: 0.1}", "{mismatch: 0.3}", "{darkness: 0.5}", "{amplitude: 3}",
            "{sampling-rate: 100}", "{seed: 1}", "{steps: 10}", "{counts: true}",
        ])
    func optionsMatter(camera: String) throws {
        #expect(try training(camera).values != training("{}").values)
    }

    @Test("a step is as long as its part of the recording")
    func timeStep() throws {
        let camera = try #require(
            configuration(
                "{name: digits, event-camera: {steps: 12, saccade: 0.2}}",
                encoding: "{sequence: {steps: 12, time-step: 50e-3}}"
            ).dataset.eventCamera)
        #expect(abs(camera.camera.duration - 0.6) < 1e-12)
        #expect(abs(camera.timeStep - 0.05) < 1e-12)
        #expect(try configuration("{name: digits}").dataset.eventCamera == nil)
    }

    @Test("an artificial network sees the mean frame")
    func meanFrame() throws {
        let configuration = try configuration("{name: digits, limit: 8, event-camera: {}}")
        var method = try #require(configuration.method as? SurrogateConfiguration)
        method.clocked.family = .artificial
        let model = try method.makeMethod(
            for: configuration.dataset.load(from: DataPlace()), seed: 0, registry: .standard
        ).model
        #expect(model.encoderDescription.kind == MeanEncoder.kind && model.family == .artificial)
    }

    @Test(
        "what cannot be is refused",
        arguments: [
            ("{name: digits, event-camera: {threshold: 0}}", "threshold: expected a number from"),
            ("{name: digits, event-camera: {mismatch: 2}}", "mismatch: expected a number from 0"),
            ("{name: digits, event-camera: {amplitude: -1}}", "amplitude: expected a number of"),
            ("{name: digits, event-camera: {saccade: 0}}", "saccade: expected a number above 0"),
            (
                "{name: digits, event-camera: {steps: 0}}",
                "steps: expected an integer of at least 1"
            ),
            ("{name: digits, event-camera: {sampling-rate: 5}}", "at least three samples"),
            ("{name: digits, event-camera: {treshold: 1}}", "did you mean 'threshold'"),
            ("{name: digits, images: false, event-camera: {}}", "looks at images"),
            ("{name: n-mnist, event-camera: {}}", "dataset.event-camera: unknown key"),
            ("{name: digits, event-camera: {steps: 20}}", "sequence: {steps: 20, time-step: 0.015"),
            (
                "{name: digits, event-camera: {saccade: 0.2}}",
                "found sequence with 30 steps of 0.01 s"
            ),
        ])
    func refused(dataset: String, expected: String) throws {
        let error = try #require(throws: ConfigurationError.self) { _ = try configuration(dataset) }
        #expect(error.description.contains(expected), "\(error)")
        #expect(error.description.hasPrefix("events.yaml:"), "\(error)")
    }

    @Test("another code than the sequence itself is refused")
    func code() throws {
        let error = try #require(throws: ConfigurationError.self) {
            _ = try configuration(
                "{name: digits, event-camera: {}}", encoding: "{poisson: {steps: 30}}")
        }
        #expect(error.description.contains("events.yaml:2: encoding"), "\(error)")
        #expect(error.description.contains("found poisson"), "\(error)")
    }
}
