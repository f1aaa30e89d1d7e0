import Foundation
import RanvierLearning
import Testing

@testable import RanvierBench
@testable import RanvierExperiments
@testable import RanvierFormats

@Suite("What a workload starts from")
struct BenchTraceTests {
    private func trace(
        _ workload: String, _ change: (inout BenchRequest) -> Void = { _ in }
    ) throws -> (result: BenchResult, file: SafetensorsFile) {
        let file = FileManager.default.temporaryDirectory.appending(
            path: "\(UUID().uuidString).safetensors")
        defer { try? FileManager.default.removeItem(at: file) }
        var request = BenchRequest(workload: workload)
        request.batch = 4
        request.runs = 1
        request.trace = file
        request.traceSteps = 3
        change(&request)
        let found = try #require(Workloads.all.first { $0.name == workload })
        let result = try found.run(request, events: WorkEvents())
        return (result, try SafetensorsFile(contentsOf: file))
    }

    @Test(
        "A training workload writes its batch, its parameters and its losses, and then starts anew",
        arguments: [
            ("W2", [1, 4, 784], ["linear1.weights": [784, 1000], "linear3.bias": [10]]),
            ("W3", [1, 4, 28, 28, 1], ["conv2d4.weights": [5, 5, 12, 64]]),
            ("W5", [100, 4, 700], ["recurrent-lif2.weights": [256, 256]]),
        ])
    func training(workload: String, input: [Int], parameters: [String: [Int]]) throws {
        let (result, file) = try trace(workload)
        #expect(file.tensors["input"]?.shape == input)
        for (name, shape) in parameters { _ = try file.floats(name, shape: shape) }
        let labels = try file.integers("labels", shape: [4])
        #expect(labels.allSatisfy { 0..<20 ~= $0 })
        let losses = try file.floats("losses", shape: [3])
        // The timed steps begin where the traced ones did.
        #expect(result.initialLoss == Double(losses[0]))
        if workload != "W3" { #expect(losses[2] < losses[0]) }
    }

    @Test("W1 writes numbers or events, W6 a sample of events per column")
    func others() throws {
        let dense = try trace("W1") { $0.size = 16 }.file
        #expect(try dense.floats("input", shape: [500, 4, 16]).contains { $0 < 0 })
        let sparse = try trace("W1") {
            $0.size = 16
            $0.density = 0.05
        }.file
        let events = try sparse.bytes("input", shape: [500, 4, 16])
        #expect(abs(Double(events.count { $0 == 1 }) / 32_000 - 0.05) < 0.005)
        let latency = try trace("W6").file
        let samples = try latency.bytes("input", shape: [100, 64, 700])
        #expect(abs(Double(samples.count { $0 == 1 }) / 4_480_000 - 0.01) < 0.0005)
        #expect(latency.tensors["losses"] == nil)
    }
}
