import RanvierConfiguration
import RanvierLearning
import RanvierNetworks

/// What a result is worth, in words: against chance, against its rivals, for each class.
public struct RunVerdict: Sendable {
    /// How the network stands to what does not look at the samples.
    public enum Standing: Sendable, Hashable {
        /// Better.
        case better
        /// Right no more often, but it finds rare classes that chance does not.
        case betterInBalance
        /// No better: the interval of the difference holds 0.
        case noBetter
        /// Worse.
        case worse
        /// Nothing to compare with.
        case unknown
    }

    private let result: RunResult
    /// What was reached in the task's words, as the end of a sentence that begins with the network.
    private let achieved: String

    /// A verdict on a result.
    public init(_ result: RunResult, achieved: String) {
        self.result = result
        self.achieved = achieved
    }

    private var chance: RivalResult? { result.rivals.first(where: \.isTrivial) }

    /// How the network stands to the majority or the mean.
    public var standing: Standing {
        guard let differences = chance?.differences, let first = differences.first else {
            return .unknown
        }
        // Of regression the second measure says the same as the first.
        let balance = differences.first { $0.measure == "balanced-accuracy" }?.verdict
        switch first.verdict {
        case .better: return .better
        case .undefined: return .unknown
        case .withinChance: return balance == .better ? .betterInBalance : .noBetter
        case .worse: return balance == .better ? .betterInBalance : .worse
        }
    }

    /// Classes with test samples of which none was recognised.
    public var classesNeverFound: [ClassScore] {
        result.classes.filter { $0.samples > 0 && $0.recall == 0 }
    }

    // MARK: - Words

    /// The verdict as the end of a sentence that begins with the network.
    public var headline: String {
        ([standingWords] + [neverFoundWords, networkWords, rivalWords].compactMap(\.self))
            .joined(separator: "; ")
    }

    private var standingWords: String {
        guard let chance else { return achieved }
        let rival = chance.words + value(of: chance)
        switch standing {
        case .unknown: return achieved
        case .better: return "\(achieved), better than \(rival)"
        case .noBetter: return "is no better than \(rival)\(doubtWords): it \(achieved)"
        case .worse: return "is worse than \(rival): it \(achieved)"
        case .betterInBalance:
            let own = result.measures["balanced-accuracy"]?.value ?? .nan
            return "\(achieved), no more than \(rival), but finds rarer classes that this does not "
                + "(balanced accuracy \(NumberText.percent(own)))"
        }
    }

    /// Where a share is above that of chance, and only the number of samples keeps this from being shown.
    private var doubtWords: String {
        guard standing == .noBetter, let difference = chance?.differences.first,
            difference.value > 0, result.measures[difference.measure]?.unit == Measure.share
        else { return "" }
        return ", as far as so few test samples can tell"
    }

    /// The most important measure of a rival, in brackets.
    private func value(of rival: RivalResult) -> String {
        guard let name = result.measures.first?.name, let measure = rival.measures[name] else {
            return ""
        }
        return " (\(Self.short(measure)))"
    }

    private static func short(_ measure: Measure) -> String {
        measure.unit == Measure.share ? NumberText.percent(measure.value) : measure.text
    }

    private var neverFoundWords: String? {
        let names = classesNeverFound.map { "'\($0.name)'" }
        guard !names.isEmpty else { return nil }
        return "it never found the \(names.count == 1 ? "class" : "classes") "
            + Self.list(names, most: 3)
    }

    /// Rivals that are no networks and clearly better.
    private var rivalWords: String? {
        let better = result.rivals.filter {
            !$0.isTrivial && $0.name != result.baseline?.model
                && $0.differences.first?.verdict == .worse
        }
        guard !better.isEmpty else { return nil }
        return better.map { $0.words + value(of: $0) }.joined(separator: " and ")
            + (better.count == 1 ? " does better" : " do better")
    }

    private var networkWords: String? {
        guard let baseline = result.baseline, let rival = result.rivals[baseline.model],
            let difference = rival.differences.first
        else { return nil }
        let other = "the conventional network (ANN) of the same shape"
        let text = rival.measures[difference.measure].map(Self.short) ?? "?"
        let isShare = result.measures[difference.measure]?.unit == Measure.share
        switch difference.verdict {
        case .undefined: return nil
        case .withinChance:
            return "its difference to \(other), which reached \(text), lies within chance"
        case .better, .worse:
            guard isShare else {
                return
                    "\(difference.verdict == .better ? "better" : "worse") than \(other) (\(text))"
            }
            return "that is \(NumberText.points(difference.value)) "
                + (difference.value > 0 ? "more" : "fewer") + " than \(other), which reached "
                + text
        }
    }

    /// What makes the result worth less than it seems.
    public var warnings: [String] {
        var warnings: [String] = []
        if let chance, standing == .noBetter || standing == .worse {
            warnings.append(
                "the network is \(standing == .worse ? "worse" : "no better") than \(chance.words)"
                    + value(of: chance)
                    + (doubtWords.isEmpty ? ": it has not learned what was asked" : doubtWords))
        }
        let lost = classesNeverFound
        if !lost.isEmpty {
            let names = lost.map {
                "'\($0.name)' (\($0.samples) test sample\($0.samples == 1 ? "" : "s"))"
            }
            warnings.append(
                (lost.count == 1 ? "a class is" : "\(lost.count) classes are")
                    + " never found, recall 0: " + Self.list(names, most: 5))
        }
        for measure in result.measures where measure.value.isNaN {
            warnings.append(
                "\(measure.label) is undefined: the test targets are all equal, or the answers are "
                    + "no numbers")
        }
        return warnings
    }

    private static func list(_ names: [String], most: Int) -> String {
        names.count <= most
            ? names.joined(separator: ", ")
            : names.prefix(most).joined(separator: ", ") + " and \(names.count - most) more"
    }
}
