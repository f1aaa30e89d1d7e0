import Foundation
import RanvierCompression
import RanvierConfiguration
import RanvierLearning
import RanvierRuns

/// The configuration that compressing a stored run implies: its own, with phases that begin with its weights.
struct ImpliedCompression {
    private let stored: RunConfiguration
    private let folder: URL

    init(of stored: RunConfiguration, in folder: URL) {
        self.stored = stored
        self.folder = folder.standardizedFileURL.absoluteURL
    }

    /// Passes over the data that the run's network was trained for.
    private var epochs: Int {
        let trainer = (stored.method as? CompressionConfiguration)?.trainer ?? stored.method
        return max(trainer.course.epochs, 1)
    }

    /// Epochs of a course of phases.
    func epochs(of request: CompressRequest) -> Int {
        request.phases.reduce(0) { sum, phase in
            guard case .section(let keys) = self.phase(phase, epochs: request.epochs).value else {
                return sum
            }
            func number(_ key: String) -> Int? {
                guard case .integer(let value)? = keys.first(where: { $0.key == key })?.value else {
                    return nil
                }
                return value
            }
            return sum + (number("rounds") ?? 1) * (number("epochs") ?? 0)
        }
    }

    /// Halving what is left again and again.
    private static func usualRounds(to sparsity: Double) -> Int {
        max(1, Int((log(1 - sparsity) / log(0.5)).rounded(.up)))
    }

    /// The text of a configuration.
    func yaml(_ request: CompressRequest, command: [String]) -> String {
        let replaced = [
            "version", "name", "method", "trained-by", "start", "phases", "baseline", "seed",
        ]
        let trainer =
            (stored.method as? CompressionConfiguration).map { type(of: $0.trainer).method }
            ?? stored.methodName
        var entries: [ConfigurationValue.Entry] = [
            .init("method", .string(CompressionConfiguration.method)),
            .init("trained-by", .string(trainer)), .init("seed", .integer(Int(stored.seed))),
            .init("start", .string(folder.path)),
        ]
        if case .section(let own) = stored.resolved {
            entries += own.filter { !replaced.contains($0.key) }.map(Self.withoutEarlyStop)
        }
        let phases = request.phases.map {
            ConfigurationValue.section([phase($0, epochs: request.epochs)])
        }
        entries.append(.init("phases", .list(phases)))
        entries.append(.init("baseline", .string("none")))
        return ConfigurationValue.section(entries).yaml(
            header: "Implied by: \(command.isEmpty ? "ranvier" : command.joined(separator: " "))")
    }

    private static func withoutEarlyStop(
        _ entry: ConfigurationValue.Entry
    ) -> ConfigurationValue.Entry {
        guard entry.key == "training", case .section(let keys) = entry.value else { return entry }
        return .init("training", .section(keys.filter { $0.key != "early-stop" }))
    }

    private func phase(
        _ phase: CompressRequest.Phase, epochs given: Int?
    ) -> ConfigurationValue.Entry {
        switch phase {
        case .prune(let sparsity, let options):
            var keys = [ConfigurationValue.Entry("sparsity", .float(sparsity))] + options.entries
            var rounds = Self.usualRounds(to: sparsity)
            if let given = keys.first(where: { $0.key == "rounds" }),
                case .integer(let count) = given.value
            {
                rounds = count
            } else {
                keys.append(.init("rounds", .integer(rounds)))
            }
            let all = given ?? epochs
            keys.append(
                .init("epochs", .integer(all == 0 ? 0 : max(1, (all + rounds - 1) / rounds))))
            return .init(PrunePhase.kind, .section(keys))
        case .postQuantize(let bits, let options):
            return .init(
                PostQuantizePhase.kind,
                .section([.init("bits", .integer(bits))] + options.entries))
        case .quantize(let bits, let options):
            let all = given ?? max(1, (epochs + 2) / 3)
            return .init(
                QuantizePhase.kind,
                .section(
                    [.init("bits", .integer(bits))] + options.entries
                        + [.init("epochs", .integer(all))]))
        }
    }
}

extension ConfigurationValue {
    fileprivate var entries: [Entry] {
        if case .section(let entries) = self { entries } else { [] }
    }
}
