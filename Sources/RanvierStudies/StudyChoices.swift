import RanvierConfiguration

/// What a user may ask of a study beside seeds.
public struct StudyChoices: OptionSet, Sendable {
    /// Shorter or longer training: ``StudyContext/epochs``.
    public static let epochs = StudyChoices(rawValue: 1)
    /// Some of its settings: ``StudyContext/settings``.
    public static let settings = StudyChoices(rawValue: 2)

    /// The choices as bits.
    public let rawValue: Int

    /// Choices from bits.
    public init(rawValue: Int) { self.rawValue = rawValue }
}

/// A choice that a study does not leave.
package struct StudyChoiceError: Error, Equatable, CustomStringConvertible, ExitStatusProviding {
    /// The option of the command, `--epochs`.
    package let option: String
    /// Name of the study.
    package let study: String

    /// The studies that leave a choice, as names.
    private var known: String {
        let wanted: StudyChoices = option == "--epochs" ? .epochs : .settings
        return Studies.all.filter { $0.choices.contains(wanted) }.map(\.name)
            .joined(separator: ", ")
    }

    package var description: String { "\(option): expected with one of \(known), found \(study)" }
    package var exitStatus: ExitStatus { .wrongUsage }

    /// Finds out whether all that is asked for is left open by a study.
    package static func check(
        epochs: Int?, settings: [String], of study: any Study
    ) throws(StudyChoiceError) {
        if epochs != nil, !study.choices.contains(.epochs) {
            throw StudyChoiceError(option: "--epochs", study: study.name)
        }
        if !settings.isEmpty, !study.choices.contains(.settings) {
            throw StudyChoiceError(option: "--settings", study: study.name)
        }
    }
}
