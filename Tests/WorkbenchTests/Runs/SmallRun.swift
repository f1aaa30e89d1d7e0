import Foundation
import RanvierConfiguration
import RanvierLearning
import RanvierReports
import RanvierTensors
import RanvierTestSupport
import Synchronization

@testable import RanvierExperiments
@testable import RanvierFormats
@testable import RanvierRuns

/// A run of a few milliseconds in a folder of its own, and what must be the same of it each time.
struct SmallRun {
    enum Method: String, CaseIterable {
        case surrogate, exact

        var configuration: String {
            let network =
                switch self {
                case .surrogate:
                    """
                    encoding: {direct: {steps: 2}}
                    network:
                      - linear: {outputs: 4, gain: 2}
                      - lif: {membrane-time-constant: 10e-3}
                      - linear: {outputs: 10}
                      - leaky-integrator
                    """
                case .exact:
                    """
                    encoding: {first-spike: {curve: linear, bins: 4, trial: 4, latest: 1.5}}
                    network:
                      - theta: {outputs: 4}
                      - theta: {outputs: 10}
                    """
                }
            return """
                method: \(rawValue)
                dataset: {name: digits, limit: 40, validation-fraction: 0.2}
                \(network)
                training: {epochs: 2, batch-size: 20}
                baseline: none

                """
        }
    }

    let method: Method
    let place: TemporaryFolder
    /// The run directory.
    var folder: URL { place.url.appending(path: "run") }

    init(_ method: Method) throws {
        self.method = method
        place = try TemporaryFolder()
        try place.write(method.configuration, to: "\(method.rawValue).yaml")
    }

    /// Runs it; returns notes and warnings.
    @discardableResult
    func perform(
        seed: Int = 0, overwrite: Bool = false, resume: Bool = false, set overrides: [String] = [],
        under fault: WritingFault? = nil
    ) throws -> [String] {
        let told = Told()
        let request = RunRequest(
            configuration: place.url.appending(path: "\(method.rawValue).yaml"), seed: seed,
            threads: 1, output: folder, overwrite: overwrite, resume: resume,
            overrides: try overrides.map { try ConfigurationOverride($0) })
        try WritingFault.$current.withValue(fault) {
            _ = try Workbench().run(
                request, events: WorkEvents(note: { told.add($0) }, warning: { told.add($0) }))
        }
        return told.lines.withLock { $0 }
    }

    private final class Told: Sendable {
        let lines = Mutex<[String]>([])
        func add(_ line: String) { lines.withLock { $0.append(line) } }
    }

    /// Goes on with what is there of the run, or begins it.
    @discardableResult
    func goOn() throws -> [String] {
        try perform(resume: FileManager.default.fileExists(atPath: folder.path))
    }

    /// Names that only a process at work or a killed one leaves.
    var leftovers: [String] {
        let names = FileManager.default.enumerator(atPath: place.path)?.allObjects as? [String]
        return (names ?? []).filter { path in
            let name = path.split(separator: "/").last ?? ""
            return name.contains(".partial-") || name.hasPrefix(".run.")
                || name.hasPrefix(".index") || name.hasSuffix("-journal")
        }.sorted()
    }

    /// The bytes of all files of the run.
    func files() throws -> [String: Data] {
        let names = FileManager.default.enumerator(atPath: folder.path)?.allObjects as? [String]
        var files: [String: Data] = [:]
        for name in names ?? [] where !name.hasPrefix(".") && name != "figures" {
            files[name] = try Data(contentsOf: folder.appending(path: name))
        }
        return files
    }

    /// What two undisturbed runs have in common: all bits but durations, memory and what is drawn of them.
    func lasting() throws -> [String: String] {
        var found: [String: String] = [:]
        for (name, data) in try files() {
            switch name.split(separator: ".").last {
            case "json":
                found[name] = try Self.text(try JSONSerialization.jsonObject(with: data))
            case "jsonl":
                found[name] = try String(decoding: data, as: UTF8.self).split(separator: "\n")
                    .map { try Self.text(JSONSerialization.jsonObject(with: Data($0.utf8))) }
                    .joined(separator: "\n")
            case "svg": found[name] = data.suffix(7) == Data("</svg>\n".utf8) ? "whole" : "whole?"
            case "html":
                // The page is what its content says.
                let content = try Workbench().reportContent(of: folder)
                found[name] =
                    "\(HTMLReport(content).render() == String(decoding: data, as: UTF8.self))"
            case "safetensors" where name.hasPrefix("checkpoint"):
                let checkpoint = try TrainingCheckpoint(
                    contentsOf: folder.appending(path: name))
                let state = checkpoint.state ?? TrainingState()
                let reports = state.reports.map { report in
                    var report = report
                    report.seconds = 0
                    return report
                }
                let tensors = [checkpoint.parameters, state.optimizerState, state.best ?? [:]].map {
                    $0.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value.scalars)" }
                }
                found[name] = "\(tensors) \(state.stepCount) \(try StoredJSON.text(reports))"
            default: found[name] = data.base64EncodedString()
            }
        }
        return found
    }

    private static func text(_ value: Any) throws -> String {
        String(
            decoding: try JSONSerialization.data(
                withJSONObject: lasting(value), options: [.sortedKeys]), as: UTF8.self)
    }

    private static func lasting(_ value: Any) -> Any {
        // A checksum is one of durations, too.
        let durations: Set = [
            "seconds", "samplesPerSecond", "secondsPerSample", "peakResidentBytes", "checksum",
        ]
        if let values = value as? [Any] { return values.map(lasting) }
        guard let values = value as? [String: Any] else { return value }
        return values.filter { !durations.contains($0.key) }.mapValues(lasting)
    }

    /// Runs that nobody disturbed.
    private static let undisturbed = Mutex<[Method: [String: String]]>([:])

    /// What an undisturbed run of the method leaves.
    static func expected(_ method: Method) throws -> [String: String] {
        if let known = undisturbed.withLock({ $0[method] }) { return known }
        let run = try SmallRun(method)
        try run.perform()
        let lasting = try run.lasting()
        undisturbed.withLock { $0[method] = lasting }
        return lasting
    }
}
