import Foundation
import RanvierAnalysis
import RanvierExperiments
import RanvierReports
import Testing

@Suite("Run results")
struct RunResultTests {
    @Test("The JSON has the agreed fields and comes back equal")
    func json() throws {
        var maker = SampleRun()
        let result = try maker.content().result
        let data = try result.json()
        #expect(try RunResult(json: data) == result)
        let object = try #require(
            try JSONSerialization.jsonObject(with: data) as? [String: Any])
        let fields: [String: [String]] = [
            "test": ["accuracy", "loss", "samples"],
            "training": ["epochs", "seconds", "samplesPerSecond"],
            "activity": ["spikesPerSample", "layers"],
            "operations": ["synaptic", "multiplyAccumulate"],
            "energy": [
                "table", "picojoulesPerSample", "arithmeticPicojoules", "actualWidthPicojoules",
                "withMemoryPicojoules", "assumptions",
            ],
            "memory": ["weightBytes", "stateBytes", "peakResidentBytes"],
            "latency": ["secondsPerSample"],
            "calibration": ["expectedCalibrationError", "negativeLogLikelihood", "brier"],
        ]
        let baseline = try #require(object["baseline"] as? [String: Any])
        for part in [object, baseline] {
            for name in ["method", "dataset", "version", "model", "name"] {
                #expect(part[name] is String)
            }
            #expect(part["seed"] is Int)
            for (name, keys) in fields {
                let inner = try #require(part[name] as? [String: Any], "\(name)")
                #expect(Set(inner.keys) == Set(keys))
            }
        }
        #expect(baseline["baseline"] == nil)
    }

    @Test("A baseline never carries a baseline; none leaves no key")
    func baselines() throws {
        var maker = SampleRun()
        var result = try maker.content().result
        let copy = result
        result.baseline = copy
        #expect(result.baseline?.baseline == nil)
        result.baseline = nil
        let text = try #require(String(bytes: result.json(), encoding: .utf8))
        #expect(!text.contains("\"baseline\""))
        #expect(text.contains("\"baselines\" : []") || text.contains("\"baselines\" : [\n"))
    }

    @Test("Numbers that are not finite survive JSON")
    func nonFinite() throws {
        var maker = SampleRun()
        var result = try maker.content(withBaseline: false).result
        result.test.loss = .infinity
        result.latency.secondsPerSample = .nan
        let back = try RunResult(json: result.json())
        #expect(back.test.loss == .infinity)
        #expect(back.latency.secondsPerSample.isNaN)
    }

    @Test("A missing field is named")
    func missingField() throws {
        #expect(throws: DecodingError.self) {
            try RunResult(json: Data(#"{"method": "surrogate"}"#.utf8))
        }
    }
}
