import Foundation
import Ranvier
import RanvierRuns
import RanvierTestSupport
import Testing

/// Every kind of the standard registry, with options drawn at random: what it writes is read as the same again, from YAML and from JSON.
@Suite struct RegistryTests {
    private func walk<R: Role>(_ role: R.Type) throws {
        let registry = Registry.standard
        #expect(!registry.all(R.self).isEmpty, "\(R.name)")
        for kind in registry.all(R.self) {
            for seed in UInt64(0)..<6 {
                var random: any RandomNumberGenerator = SeededNumbers(seed: seed)
                let element = R.element(of: kind.sample(&random))
                // From JSON, as stored models say it.
                let text = try StoredJSON.data(element)
                let stored = try StoredJSON.value(Element.self, from: text)
                let value = try stored.value(of: R.self, in: registry, at: "test")
                #expect(R.element(of: value) == element, "\(R.name) \(kind.name)")
                // From YAML, as configurations say it.
                let yaml = ConfigurationValue.section([
                    .init("key", element.configurationValue)
                ]).yaml()
                let reader = try ConfigurationReader(
                    yaml: yaml, file: "test.yaml", registry: registry)
                let read = try reader.root.value("key", of: R.self)
                try reader.finish()
                #expect(R.element(of: read) == element, "\(R.name) \(kind.name): \(yaml)")
            }
        }
    }

    @Test func whatEveryKindWritesIsReadAgain() throws {
        try walk(LayerRole.self)
        try walk(SurrogateRole.self)
        try walk(EncoderRole.self)
        try walk(LossRole.self)
        try walk(OptimizerRole.self)
        try walk(CriterionRole.self)
        try walk(MeasureRole.self)
        try walk(LocalRuleRole.self)
        try walk(AlignmentSubstrateRole.self)
        try walk(PhaseRole.self)
    }

    @Test func methodsBaselinesAndModelsAreThere() {
        let registry = Registry.standard
        #expect(
            registry.names(MethodRole.self) == [
                "surrogate", "exact", "local", "expectation-propagation", "compression",
            ])
        #expect(registry.names(BaselineRole.self) == ["ann"])
        #expect(
            registry.names(ModelRole.self) == ["clocked", "event-driven", "bayesian", "integer"])
        #expect(registry.names(TaskRole.self) == ["classification", "regression"])
        #expect(registry.names(ViewRole.self).contains(Mask.kind))
        let error = #expect(throws: UnknownNameError.self) {
            try registry.kind("poison", of: EncoderRole.self)
        }
        #expect(error?.description.contains("did you mean 'poisson'") == true)
    }

    /// A copy that was added to leaves the one it came from alone.
    @Test func aRegistryIsAValue() throws {
        var registry = Registry.standard
        registry.add(
            BaselineKind(baseline: "nothing") { _, _, _, _ in nil })
        #expect(registry.names(BaselineRole.self) == ["ann", "nothing"])
        #expect(Registry.standard.names(BaselineRole.self) == ["ann"])
    }
}
