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
struct StudyChoiceError: Error, Equatable, CustomStringConvertible, ExitStatusProviding {
    /// The option of the command, `--epochs`.
    let option: String
    /// Name of the study.
    let study: String

    /// The studies that leave a choice, as names.
    private var known: String {
        let wanted: StudyChoices = option == "--epochs" ? .epochs : .settings
        return Studies.all.filter { $0.choices.contains(wanted) }.map(\.name)
            .joined(separator: ", ")
    }

    var description: String { "\(option): expected with one of \(known), found \(study)" }
    var exitStatus: ExitStatus { .wrongUsage }

    /// Finds out whether all that a request asks for is left open by a study.
    static func check(_ request: ReproduceRequest, of study: any Study) throws(StudyChoiceError) {
        if request.epochs != nil, !study.choices.contains(.epochs) {
            throw StudyChoiceError(option: "--epochs", study: study.name)
        }
        if !request.settings.isEmpty, !study.choices.contains(.settings) {
            throw StudyChoiceError(option: "--settings", study: study.name)
        }
    }
}
