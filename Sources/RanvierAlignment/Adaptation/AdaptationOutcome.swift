import RanvierData
import RanvierLearning

/// What came of an adaptation.
public struct AdaptationOutcome: Sendable {
    /// A moment at which held-out samples were looked at.
    public struct Check: Hashable, Sendable, Codable {
        /// Samples of the stream that had come.
        public var samples: Int
        /// The measure on held-out new samples, as the sensors are now; nil where there are none with targets.
        public var new: Double?
        /// The measure on held-out old samples; nil where there are none.
        public var old: Double?
        /// Whether the last good state came back.
        public var isRolledBack: Bool
    }

    /// A model before and after, on samples that decided nothing.
    public struct Judgement: Sendable {
        /// The samples, in the units that they were measured in.
        public let samples: Dataset
        /// As it was stored.
        public let before: Evaluation
        /// After the adaptation.
        public let after: Evaluation
    }

    /// The model for the sensors as they are now: the correction of the inputs is in its scaling.
    public let model: any SpikingModel
    /// The same with the scaling that it had, for sensors as they were.
    public let unfollowed: any SpikingModel
    /// What follows the inputs, after the last sample; nil where nothing does.
    public let follower: InputFollower?
    /// Checks in order; the first is before the first sample.
    public let checks: [Check]
    /// Samples that taught the rule.
    public let lessons: Int
    /// Name of the measure that checks look at.
    public let measure: String
    /// Held-out new samples; nil where there are none.
    public let new: Judgement?
    /// Held-out old samples, from sensors as they were; nil where there are none.
    public let old: Judgement?
    /// The same where inputs go on being followed from where they are now, as on a device whose sensors are suddenly as they were;
    /// nil where nothing is followed.
    public let returning: Evaluation?
    /// What is to be known, a sentence each.
    public let notes: [String]

    /// Times at which the last good state came back.
    public var rollbacks: [Int] { checks.filter(\.isRolledBack).map(\.samples) }
    /// Channels that are not there any more, from 0.
    public var missingChannels: [Int] { follower?.missing ?? [] }
}
