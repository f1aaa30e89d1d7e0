/// What a piece of work tells while it goes on, and how it is asked to stop; the caller shows it.
public struct WorkEvents: Sendable {
    /// How far it is: a share from 0 to 1 and a line such as `epoch 3 of 30, loss 0.12`.
    public struct Progress: Sendable, Equatable {
        /// Share that is done, 0 to 1.
        public let fraction: Double
        /// What goes on, in a few words.
        public let message: String
        /// Whether the line is worth keeping, such as the end of an epoch.
        public let isMilestone: Bool

        /// Creates a progress report.
        public init(fraction: Double, message: String, isMilestone: Bool = false) {
            self.fraction = fraction
            self.message = message
            self.isMilestone = isMilestone
        }
    }

    /// Called for each step; cheap.
    public let progress: @Sendable (Progress) -> Void
    /// Called with what is good to know.
    public let note: @Sendable (String) -> Void
    /// Called with what may be wrong: a silent layer, an index that cannot be written.
    public let warning: @Sendable (String) -> Void

    /// Asked between steps.
    public let cancellation: Cancellation

    /// Creates events; without arguments nothing is shown.
    public init(
        progress: @escaping @Sendable (Progress) -> Void = { _ in },
        note: @escaping @Sendable (String) -> Void = { _ in },
        warning: @escaping @Sendable (String) -> Void = { _ in },
        cancellation: Cancellation = Cancellation()
    ) {
        self.progress = progress
        self.note = note
        self.warning = warning
        self.cancellation = cancellation
    }
}
