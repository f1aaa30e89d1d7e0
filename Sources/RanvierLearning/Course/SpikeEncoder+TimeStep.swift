import RanvierConfiguration
import RanvierData
import RanvierSpikes

extension SpikeEncoder {
    /// Checks that sequences are shown in the steps that they were recorded in.
    ///
    /// Encoders that do not show a sample row by row have a clock of their own, and data without a known step fit any.
    ///
    /// - Throws: ``TrainingError/mismatch(what:expected:found:)`` with both in milliseconds.
    public func requireTimeStep(of data: Dataset) throws(TrainingError) {
        guard let own = rowDuration, let step = data.timeStep, abs(own / step - 1) > 1e-6 else {
            return
        }
        throw .mismatch(
            what: "time step",
            expected: "\(NumberText.milliseconds(step)), as in \(data.name)",
            found:
                "\(NumberText.milliseconds(own)) for a row in the encoder; set encoding.\(Self.kind).time-step to "
                + "\(NumberText.significant(step, digits: 9)), or dataset.time-step to that of the encoder"
        )
    }
}
