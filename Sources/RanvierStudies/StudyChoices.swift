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

    /// Names of the studies that leave it.
    package let known: [String]

    package var description: String {
        "\(option): expected with one of \(known.joined(separator: ", ")), found \(study)"
    }
    package var exitStatus: ExitStatus { .wrongUsage }

    /// Finds out whether all that is asked for is left open by a study.
    package static func check(
        epochs: Int?, settings: [String], of study: any Study, among studies: [any Study]
    ) throws(StudyChoiceError) {
        func require(_ choice: StudyChoices, _ option: String) throws(StudyChoiceError) {
            guard !study.choices.contains(choice) else { return }
            throw StudyChoiceError(
                option: option, study: study.name,
                known: studies.filter { $0.choices.contains(choice) }.map(\.name))
        }
        if epochs != nil { try require(.epochs, "--epochs") }
        if !settings.isEmpty { try require(.settings, "--settings") }
    }
}
