import RanvierBench
import RanvierLearning
import Testing

@Suite("Workloads that compare settings")
struct ComparedBenchTests {
    @Test("Each setting is named, timed, and held against the first")
    func parts() throws {
        var request = BenchRequest(workload: "")
        (request.batch, request.runs, request.size) = (1, 1, 1)
        request.density = 0.05
        for (name, parts) in [
            ("masks", ["1 million"]),
            ("fake-quantize", ["W3", "one scale", "a scale per output", "learned step"]),
        ] {
            let workload = try #require(Workloads.all.first { $0.name == name })
            let result = try workload.run(request, events: WorkEvents())
            let found = try #require(result.parts)
            #expect(found.map(\.name) == parts)
            #expect(found[0].ratio == nil)
            #expect(found.dropFirst().allSatisfy { ($0.ratio ?? 0) > 0 })
            #expect(found.allSatisfy { $0.cpuSecondsPerStep > 0 && $0.medianSeconds > 0 })
            for part in parts { #expect(result.text.contains(part)) }
        }
    }
}
