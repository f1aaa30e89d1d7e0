import RanvierConfiguration
import RanvierLearning

/// How a network went on after its training, on data that had drifted: `adaptation` in `result.json`.
public struct AdaptationRecord: Codable, Equatable, Sendable {
    /// The most important measure before and after, on samples that decided nothing.
    public struct Change: Codable, Equatable, Sendable {
        /// Number of the samples.
        public var samples: Int
        /// The model as it was stored.
        public var before: Measure
        /// The adapted one.
        public var after: Measure
        /// After less before, on the same samples; nil where it has no interval.
        public var difference: MeasureDifference?

        /// A change.
        public init(
            samples: Int, before: Measure, after: Measure, difference: MeasureDifference?
        ) {
            self.samples = samples
            self.before = before
            self.after = after
            self.difference = difference
        }
    }

    /// A moment at which held-out samples were looked at.
    public struct Check: Codable, Equatable, Sendable {
        /// Samples that had come.
        public var samples: Int
        /// The measure on held-out new samples; nil where there are none.
        public var new: Double?
        /// The measure on held-out old samples; nil where there are none.
        public var old: Double?
        /// Whether the last good state came back.
        public var isRolledBack: Bool

        /// A moment.
        public init(samples: Int, new: Double?, old: Double?, isRolledBack: Bool) {
            self.samples = samples
            self.new = new
            self.old = old
            self.isRolledBack = isRolledBack
        }
    }

    /// The run that it came from.
    public var origin: String
    /// What it went on with.
    public var data: String
    /// What was done to these data for a trial; nil for nothing.
    public var drift: String?
    /// The rule that labelled samples taught by; nil for none.
    public var rule: String?
    /// All that was chosen.
    public var settings: ConfigurationValue
    /// Old samples that were taught in between.
    public var rehearsal: Int
    /// Samples that came, and those of them that taught.
    public var samples: Int
    /// Samples that taught the rule.
    public var lessons: Int
    /// What the inputs were brought back to, in words; nil where they were not followed.
    public var reference: String?
    /// Channels that are not there any more.
    public var missingChannels: [String]
    /// What was gained on new data; nil where none were held out.
    public var gained: Change?
    /// What was kept of old data, from sensors as they were; nil where there are none.
    public var kept: Change?
    /// On old data, where inputs go on being followed from where they were at the end; nil where nothing is followed.
    public var returning: Measure?
    /// Name of the measure of the checks.
    public var measure: String
    /// Over time.
    public var checks: [Check]
    /// What is to be known.
    public var notes: [String]

    /// A record.
    public init(
        origin: String, data: String, drift: String?, rule: String?, settings: ConfigurationValue,
        rehearsal: Int, samples: Int, lessons: Int, reference: String?, missingChannels: [String],
        gained: Change?, kept: Change?, returning: Measure?, measure: String, checks: [Check],
        notes: [String]
    ) {
        self.origin = origin
        self.data = data
        self.drift = drift
        self.rule = rule
        self.settings = settings
        self.rehearsal = rehearsal
        self.samples = samples
        self.lessons = lessons
        self.reference = reference
        self.missingChannels = missingChannels
        self.gained = gained
        self.kept = kept
        self.returning = returning
        self.measure = measure
        self.checks = checks
        self.notes = notes
    }

    /// Times at which the last good state came back, as samples that had come.
    public var rollbacks: [Int] { checks.filter(\.isRolledBack).map(\.samples) }

    /// What of it a report shows.
    public var diagnostic: Diagnostic {
        func named(_ measure: Measure?, _ name: String) -> Measure? {
            measure.map {
                var copy = $0
                copy.name = "\(name)-\($0.name)"
                return copy
            }
        }
        var measures = [
            named(gained?.before, "new-data-before"), named(gained?.after, "new-data-after"),
            named(kept?.before, "old-data-before"), named(kept?.after, "old-data-after"),
            named(returning, "old-data-while-inputs-follow"),
        ].compactMap(\.self)
        measures += [
            Measure("samples", Double(samples), higherIsBetter: nil),
            Measure("lessons", Double(lessons), higherIsBetter: nil),
            Measure("rollbacks", Double(rollbacks.count), higherIsBetter: false),
        ]
        let places = checks.map { Double($0.samples) }
        let curves = [
            Figure.Curve(name: "new data", x: places, y: checks.map(\.new)),
            Figure.Curve(name: "old data", x: places, y: checks.map(\.old)),
        ].filter { $0.y.contains { $0 != nil } }
        let label = Measure(measure, 0, higherIsBetter: nil).label
        let back =
            rollbacks.isEmpty
            ? "Nothing was gone back from."
            : "The last good state came back after \(rollbacks.map(String.init).joined(separator: ", ")) samples."
        return Diagnostic(
            title: "What going on changed",
            summary: ([back] + notes.map { "\($0)." }).joined(separator: " "), measures: measures,
            figures: curves.isEmpty
                ? []
                : [
                    Figure(
                        name: "adaptation", title: "What was gained and what was kept",
                        summary: back, xName: "samples that had come", yName: label,
                        curves: curves, hasWholeSteps: true)
                ])
    }
}
