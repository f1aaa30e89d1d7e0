/// The words of a page, in one place. `{0}` stands for a number or a name.
public struct PageWords: Sendable, Hashable {
    /// The language, as HTML names it.
    public var language = "en"
    /// Heading of a picture.
    public var drawHere = "Draw here"
    /// Heading of values.
    public var setValues = "Set the values"
    /// Heading of a sequence.
    public var sequence = "Rows in time, from left to right"
    /// Heading of a network whose input nobody can draw.
    public var recorded = "Recorded samples"
    /// How to draw.
    public var howToDraw =
        "Draw with the pointer; hold Shift or use the right button to erase. With the keyboard: arrows move, "
        + "Space draws, Backspace erases."
    /// Button that takes all ink away.
    public var clear = "Clear"
    /// Button that moves the ink to the middle.
    public var centre = "Centre"
    /// Button that shows row after row.
    public var play = "Play"
    /// Button that stops showing them.
    public var pause = "Pause"
    /// Where in a sequence.
    public var rowOf = "row {0} of {1}"
    /// The value of a channel in a row.
    public var at = "{0} = {1} in row {2} of {3}"
    /// Heading of the golden samples.
    public var samples = "Samples with a known result"
    /// A sample whose scores are the native ones.
    public var agrees = "The scores of this sample agree with the native result."
    /// A sample whose scores are others.
    public var differs = "The native result of this sample is another: {0}"
    /// How many samples agree.
    public var agreement = "{0} of {1} samples agree with the native result"
    /// Heading of the answer.
    public var answer = "Answer"
    /// How far the answer is ahead.
    public var margin = "ahead of the next by {0}"
    /// An answer that is not ahead.
    public var level = "another is level with it"
    /// Heading of the scores.
    public var scores = "Scores"
    /// Heading of spikes.
    public var spikes = "Spikes in this sample"
    /// A layer without a name.
    public var layer = "layer {0}"
    /// Where the network does not start.
    public var failed = "The network does not run in this browser: {0}"
    /// What the page is.
    public var footer =
        "The network runs in this page, in whole numbers: {0} bytes of WebAssembly, made from the exported C source. "
        + "Nothing is sent anywhere."
    /// Where scripts are off.
    public var noScript = "This page needs JavaScript."

    /// In English.
    public init() {}

    /// What the script says.
    var spoken: [(String, String)] {
        [
            ("clear", clear), ("centre", centre), ("play", play), ("pause", pause),
            ("rowOf", rowOf), ("agrees", agrees), ("differs", differs), ("agreement", agreement),
            ("margin", margin), ("level", level), ("at", at), ("failed", failed),
        ]
    }
}
