/// How a study is done, and whom it tells about it.
public struct StudyContext: Sendable {
    /// Whether to do less than was published, in under a minute.
    public var isQuick: Bool
    /// Seeds of the runs; empty for the study's own choice.
    public var seeds: [UInt64]
    /// Where larger data sets are looked for.
    public var dataDirectory: String?
    /// Hears of progress.
    public var events: CommandEvents

    /// Creates a context.
    public init(
        isQuick: Bool = false, seeds: [UInt64] = [], dataDirectory: String? = nil,
        events: CommandEvents = CommandEvents()
    ) {
        self.isQuick = isQuick
        self.seeds = seeds
        self.dataDirectory = dataDirectory
        self.events = events
    }

    /// Tells how far the study is, and stops it after Ctrl-C.
    ///
    /// - Throws: ``InterruptedError``.
    func advance(
        to fraction: Double, _ message: @autoclosure () -> String, isMilestone: Bool = false
    ) throws(InterruptedError) {
        try Interrupt.check()
        events.progress(
            .init(fraction: fraction, message: message(), isMilestone: isMilestone))
    }
}
