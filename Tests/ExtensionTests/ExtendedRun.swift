import Foundation
import RanvierTestSupport
import RanvierWorkbench
import Synchronization

/// A way to learn whose configuration names the parts of this folder.
enum ExtendedMethod: String, CaseIterable, Sendable {
    /// The method of this folder.
    case perturbation
    /// The method that ships, with loss and optimiser of this folder.
    case surrogate

    /// The keys of the way to learn.
    private var training: String {
        switch self {
        case .perturbation:
            """
            perturbation: {epochs: 4, batch-size: 30, learning-rate: 0.02, loss: {margin: {margin: 0.5}}}
            """
        case .surrogate:
            """
            training:
              epochs: 4
              batch-size: 15
              loss: {margin: {margin: 0.5}}
              optimizer: {signs: {learning-rate: 5e-3}}
            """
        }
    }

    /// A configuration that names every part.
    var yaml: String {
        """
        method: \(rawValue)
        dataset: {name: clouds, samples: 90, spread: 0.2, validation-fraction: 0.2}
        encoding: {crossing: {steps: 12, time-step: 1e-3, threshold: 0.9}}
        network:
          - linear: {outputs: 16, gain: 2}
          - gain: {factor: 1.5}
          - tiring: {name: tired, membrane-time-constant: 10e-3}
          - linear: {outputs: 3}
          - leaky-integrator: {membrane-time-constant: 10e-3}
        measures: [worst-class-recall]
        \(training)
        """
    }
}

/// A workbench with the parts of this folder, and a folder of its own for runs.
struct ExtendedRun {
    let folder: TemporaryFolder
    let workbench = Workbench(.extended)

    init() throws { folder = try TemporaryFolder() }

    /// A place in the folder.
    func url(_ name: String) -> URL { folder.url.appending(path: name) }

    /// Runs a configuration into a folder of the name.
    @discardableResult
    func run(
        _ method: ExtendedMethod, as name: String = "run", threads: Int? = nil,
        resume: Bool = false, yaml: String? = nil, events: WorkEvents = WorkEvents()
    ) throws -> RunResult? {
        let file = try folder.write(yaml ?? method.yaml, to: "\(method.rawValue).yaml")
        let request = RunRequest(
            configuration: file, threads: threads, output: url(name), resume: resume)
        return try workbench.run(request, events: events).value as? RunResult
    }

    /// Bytes of the weights of a run.
    func weights(of name: String) throws -> Data {
        try Data(contentsOf: url(name).appending(path: Model.tensorsFile))
    }

    /// A text file of a run.
    func text(_ file: String, of name: String = "run") throws -> String {
        try String(contentsOf: url(name).appending(path: file), encoding: .utf8)
    }

    /// The model of a run, from its folder.
    func model(of name: String = "run") throws -> any SpikingModel {
        try Model.load(url(name), registry: workbench.parts.registry)
    }
}

/// Messages that a piece of work told.
final class HeardMessages: Sendable {
    private let lines = Mutex<[String]>([])

    /// What was told so far.
    var all: [String] { lines.withLock { $0 } }

    /// Hears a message.
    func hear(_ line: String) { lines.withLock { $0.append(line) } }
}
