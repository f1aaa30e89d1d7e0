/// A spike of an input at a given time.
public struct InputSpike: Sendable, Equatable {
    /// Time since the start of the trial, at least 0; `.infinity` never comes.
    public var time: Double
    /// Index of the input.
    public var input: Int

    /// Creates a spike.
    public init(time: Double, input: Int) {
        self.time = time
        self.input = input
    }

    func validate(inputCount: Int) throws(ExactError) {
        guard time >= 0 else {  // also refuses NaN
            throw .invalidParameter(
                name: "time of an input spike", value: time, expected: "0 or more")
        }
        try ExactError.require("input of a spike", index: input, below: inputCount)
    }
}
