import Foundation
import RanvierConfiguration
import RanvierLearning

/// How a study is done, and whom it tells about it.
public struct StudyContext: Sendable {
    /// Whether to do less than was published: in under a minute, or ten where networks are trained.
    public var isQuick: Bool
    /// Seeds of the runs; empty for the study's own choice.
    public var seeds: [UInt64]
    /// Passes over the training data; nil for the study's own number.
    public var epochs: Int?
    /// Labels of the settings that are compared; empty for all.
    public var settings: [String] = []
    /// Where larger data sets are looked for.
    public var dataDirectory: String?
    /// Where studies keep networks that they have trained, for each other and for the next time; nil for nowhere.
    public var cache: URL?
    /// Whether attacks are those of the published code, in place of sane ones.
    public var usesPublishedAttack = false
    /// Hears of progress.
    public var events: WorkEvents

    /// Creates a context.
    public init(
        isQuick: Bool = false, seeds: [UInt64] = [], dataDirectory: String? = nil,
        cache: URL? = nil, events: WorkEvents = WorkEvents()
    ) {
        self.isQuick = isQuick
        self.seeds = seeds
        self.dataDirectory = dataDirectory
        self.cache = cache
        self.events = events
    }

    /// Refuses settings that are asked for and that the study does not have.
    ///
    /// - Throws: `UnknownNameError`.
    func requireSettings(among known: [String]) throws(UnknownNameError) {
        for name in settings where !known.contains(name) {
            throw UnknownNameError("--settings", name, known: known)
        }
    }

    /// Tells how far the study is, and stops it after Ctrl-C.
    ///
    /// - Throws: ``InterruptedError``.
    public func advance(
        to fraction: Double, _ message: @autoclosure () -> String, isMilestone: Bool = false
    ) throws(InterruptedError) {
        try events.cancellation.check()
        events.progress(
            .init(fraction: fraction, message: message(), isMilestone: isMilestone))
    }
}
