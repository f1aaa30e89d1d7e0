/// Learning on the device as C99: a header and a source beside those of the network, the same numbers as ``AdaptiveRun``.
///
///     net_learning_roll_back(&learning);                       /* at first, and to forget */
///     net_learning_begin(&learning);                           /* before each sample */
///     net_learning_input(&learning, row, shown, 1U);           /* each row: show `shown` to the network */
///     net_learning_threshold(&learning, i, own)                /* in place of the threshold of neuron i */
///     net_learning_moving(&learning, spikes);                  /* each step: spikes of the layer whose thresholds move */
///     net_learning_last(&learning, spikes, sums);              /* each step: spikes before the last layer, and its sums */
///     net_learning_teach(&learning, scores, label);            /* after the sample; a label below 0 is unknown */
///
/// Functions of rules that are not asked for are left out. To freeze is not to teach, and to adapt the input with 0. The state
/// takes ``DeviceLearning/bytes`` bytes, up to the alignment of its type. Nothing is divided, and no sum leaves its type.
public struct LearningSource: Sendable {
    /// What functions and types begin with.
    public let name: String
    /// The text of `<name>_learning.h`.
    public let header: String
    /// The text of `<name>_learning.c`.
    public let source: String
    /// Bytes of the tables in flash.
    public let tableBytes: Int

    /// The C of a learning.
    public init(_ learning: DeviceLearning, name: String = "net") {
        let writer = LearningWriter(learning, name: name)
        self.name = name
        header = writer.header
        source = writer.source
        tableBytes = writer.tables.reduce(0) { $0 + $1.byteCount }
    }

    /// Files by name.
    public var files: [String: String] {
        ["\(name)_learning.h": header, "\(name)_learning.c": source]
    }
}
