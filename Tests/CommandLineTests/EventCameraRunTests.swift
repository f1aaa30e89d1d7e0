import Foundation
import RanvierTestSupport
import Testing

/// `ranvier run` on images seen by an event camera.
@Suite("Event camera from outside")
struct EventCameraRunTests {
    let ranvier: BuiltCommand

    static let configuration = """
        dataset: {name: digits, limit: 300, event-camera: {steps: 6}}
        encoding: {sequence: {steps: 6, time-step: 50e-3}}
        network:
          csnn: {channels: [6], units: {lif: {leak: 0.5}}}
        training: {epochs: 6, optimizer: {adam: {learning-rate: 1e-2}}}
        """

    init() throws {
        ranvier = try BuiltCommand()
        try ranvier.write(Self.configuration, to: "events.yaml")
    }

    @Test("a spiking network and its twin learn from recordings")
    func run() throws {
        let ending = try ranvier.run("run", "events.yaml", "--json", "--quiet")
        #expect(ending.status == 0, "\(ending.messages)")
        let result = try ending.json()
        for part in [result, try #require(result["baseline"] as? [String: Any])] {
            let test = try #require(part["test"] as? [String: Any])
            #expect(try #require(test["accuracy"] as? Double) > 0.4, "\(part)")
        }
        let again = try ranvier.run("evaluate", "runs/events-0", "--json", "--quiet")
        #expect(again.status == 0, "\(again.messages)")
    }

    @Test("recordings are shifted and flipped in training, all steps alike")
    func augmented() throws {
        func weights(_ name: String, _ settings: String...) throws -> Data {
            let set = (["training.epochs=2", "baseline=none"] + settings).flatMap { ["--set", $0] }
            let ending = try ranvier.run(
                ["run", "events.yaml", "--output", name, "--quiet"] + set)
            #expect(ending.status == 0, "\(ending.messages)")
            let file = ranvier.folder.url.appending(path: "\(name)/model.safetensors")
            return try Data(contentsOf: file)
        }
        let plain = try weights("plain")
        let shifted = try weights("shifted", "training.augmentation.shift=1")
        let flipped = try weights("flipped", "training.augmentation.flip=true")
        #expect(Set([plain, shifted, flipped]).count == 3)
        #expect(try weights("again", "training.augmentation.shift=1") == shifted)
    }

    @Test("bad values end with 2 and name the key")
    func refused() throws {
        let ending = try ranvier.run(
            "run", "events.yaml", "--set", "dataset.event-camera.threshold=-1")
        #expect(ending.status == 2)
        #expect(ending.messages.contains("dataset.event-camera.threshold"), "\(ending.messages)")
    }
}
