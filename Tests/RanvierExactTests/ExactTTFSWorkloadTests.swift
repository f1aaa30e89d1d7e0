import RanvierExact
import Testing

/// The published workload starts from the published losses, in all its forms.
@Suite struct ExactTTFSWorkloadTests {
    @Test func initialLosses() throws {
        func loss(
            _ activity: ExactTTFSWorkload.Activity, _ precision: ExactTTFSWorkload.Precision
        ) throws -> ExactTTFSWorkload.Measurement {
            try ExactTTFSWorkload(batch: 100, precision: precision, activity: activity)
                .run(steps: 1, warmup: 0)
        }
        let active = try loss(.active, .float64)
        #expect(abs(active.initialLoss - 2.349653669344) < 1e-12)
        #expect(abs(active.hiddenSpikesPerNeuron - 0.375) < 1e-3)
        // A second, independent implementation gives 2.336421236908; the stated value has 8 digits.
        #expect(abs(try loss(.initial, .float64).initialLoss - 2.336421251) < 3e-8)
        #expect(abs(try loss(.active, .float32).initialLoss - 2.349653669) < 1e-6)
        #expect(throws: ExactError.emptyBatch) { try ExactTTFSWorkload(batch: 0) }
    }
}
