/// A published study that can be done again: what `ranvier reproduce` runs.
///
/// A new study is one file with a type that conforms, and a line in ``Studies``.
public protocol Study: Sendable {
    /// Name on the command line, such as `smooth/concept`.
    var name: String { get }
    /// What is shown, as a heading.
    var title: String { get }
    /// The publication, with the figure or table.
    var source: String { get }
    /// What may be asked of it beside seeds; nothing unless it says so.
    var choices: StudyChoices { get }

    /// Does the study.
    ///
    /// - Throws: what the work throws; ``InterruptedError`` after Ctrl-C.
    func run(_ context: StudyContext) throws -> StudyResult
}

extension Study {
    /// None.
    public var choices: StudyChoices { [] }
}
