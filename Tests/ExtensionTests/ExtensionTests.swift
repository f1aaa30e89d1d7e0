import ArgumentParser
import Foundation
import RanvierTestSupport
import RanvierWorkbench
import Testing

/// Parts that are added from outside go through all verbs like those that ship.
@Suite struct ExtensionTests {
    /// Every part that the configuration names is found in what the run leaves behind.
    @Test(arguments: ExtendedMethod.allCases) func aRunShowsAllParts(method: ExtendedMethod) throws
    {
        let bench = try ExtendedRun()
        let result = try #require(try bench.run(method))
        #expect(result.method == method.rawValue)
        #expect(result.dataset == CloudSource.kind)
        let recall = try #require(result.measures[WorstClassRecall.kind])
        #expect(recall.higherIsBetter == true)
        // What was asked for stands behind the most important measure, where tables show it.
        #expect(result.measures.map(\.name).prefix(2) == ["accuracy", WorstClassRecall.kind])
        #expect(recall.value <= (result.test.accuracy ?? 0))
        let report = try bench.text("report.html")
        #expect(report.contains(RecallSection.heading))
        #expect(report.contains("How steep the loss was") == (method == .perturbation))
        #expect(try bench.text("figures/recalls.svg").contains("blue"))
        let description = try bench.text("model.json")
        for kind in [Gain.kind, TiringNeuron.kind, CrossingEncoder.kind, MarginLoss.kind] {
            #expect(description.contains("\"\(kind)\""))
        }
        #expect(description.contains("\"\(method.rawValue)\""))
        let tensors = try bench.model().parameters
        #expect(tensors["tired.gain"]?.shape == [])
        #expect(tensors["tired.gain"]?.scalar != TiringNeuron.Options().firstGain)
        #expect(tensors["gain2.factors"]?.shape == [16])
        // Only the method that ships has an artificial twin.
        #expect((result.baseline?.model == "ann") == (method == .surrogate))
    }

    /// True state, and synapses behind the neuron that are driven by its spikes.
    @Test func theNeuronIsMeasuredAsASpikingOne() throws {
        let bench = try ExtendedRun()
        let result = try #require(try bench.run(.surrogate))
        // Two states of 16 neurons, three membranes of the read-out; two buffers of a bit per spiking neuron.
        #expect(try bench.model().stateCount == 16 * 2 + 3)
        #expect(result.memory.stateBytes == (16 * 2 + 3) * 4 + 16 * 2 / 8)
        // Numbers are multiplied by the layer `gain` alone, as it reports.
        #expect(result.operations.multiplyAccumulate == 12 * 16)
        let layer = try #require(result.activity.layers.first)
        #expect(result.activity.layers.map(\.name) == ["tired"])
        // Each input spike goes to 16 neurons, each of theirs to 3.
        let behind = 3 * result.activity.spikesPerSample
        #expect(layer.rate > 0.01 && behind > 0)
        let input = result.operations.synaptic - behind
        #expect(input > 0 && abs(input / 16 * 45 - (input / 16 * 45).rounded()) < 1e-6)
    }

    /// The stored run is measured with the same numbers, also on a table that says the same.
    @Test(arguments: ExtendedMethod.allCases) func evaluateGivesTheRun(method: ExtendedMethod)
        throws
    {
        let bench = try ExtendedRun()
        let result = try #require(try bench.run(method))
        let again = try bench.workbench.evaluate(EvaluateRequest(run: bench.url("run")))
        let measured = try #require(again.value as? RunResult)
        #expect(measured.measures == result.measures)
        #expect(measured.test == result.test)
        let data = try CloudSource(spread: 0.2).load(from: DataPlace()).test
        let rows = data.labels.indices.map { row in
            data.values(ofSample: row).map { "\($0)" }.joined(separator: ",")
                + ",\(data.classNames[data.labels[row]])"
        }
        let head = CloudSource.features.joined(separator: ",") + ",colour"
        let table = try bench.folder.write(
            ([head] + rows).joined(separator: "\n") + "\n", to: "labelled.csv")
        let onTable = try bench.workbench.evaluate(
            EvaluateRequest(run: bench.url("run"), data: table.path))
        #expect((onTable.value as? RunResult)?.measures == result.measures)
    }

    /// Another data set is read with its own keys; its shape is what does not fit, and is named.
    @Test func evaluateOnAnotherSetNeedsNoKeysOfTheOwn() throws {
        let bench = try ExtendedRun()
        let result = try #require(try bench.run(.perturbation))
        let own = try bench.workbench.evaluate(
            EvaluateRequest(run: bench.url("run"), data: CloudSource.kind))
        #expect((own.value as? RunResult)?.measures == result.measures)
        #expect {
            try bench.workbench.evaluate(EvaluateRequest(run: bench.url("run"), data: "yin-yang"))
        } throws: {
            ($0 as? DataError)?.description.contains("expected values of shape [3]") == true
        }
    }

    /// The folder alone, elsewhere, is the model: the same bits, answers to new rows, a report.
    @Test(arguments: ExtendedMethod.allCases) func aCopiedFolderIsTheModel(
        method: ExtendedMethod
    ) throws {
        let bench = try ExtendedRun()
        let before = try #require(try bench.run(method))
        let original = try bench.model()
        let elsewhere = try ExtendedRun()
        try FileManager.default.copyItem(at: bench.url("run"), to: elsewhere.url("copy"))
        try FileManager.default.removeItem(at: bench.url("run"))
        let copy = try elsewhere.model(of: "copy")
        let data = try CloudSource().load(from: DataPlace(seed: 7)).test
        let answers = try copy.answers(to: data).answers
        #expect(try original.answers(to: data).answers == answers)
        #expect(try copy.networkDescription == original.networkDescription)
        let table = try elsewhere.folder.write(
            "weight,length,width\n0.3,0.7,0.3\n0.7,0.2,0.3\n", to: "new.csv")
        let outcome = try elsewhere.workbench.predict(
            PredictRequest(run: elsewhere.url("copy"), data: table))
        let predicted = outcome.text.split(separator: "\n").map(String.init)
        #expect(predicted.count == 3)
        #expect(predicted[0] == "row,prediction,confidence,unsure")
        let word = try copy.predict([0.7, 0.3, 0.3]).text
        #expect(predicted[1].hasPrefix("1,\(word),"))
        let measured = try elsewhere.workbench.evaluate(
            EvaluateRequest(run: elsewhere.url("copy")))
        #expect((measured.value as? RunResult)?.measures == before.measures)
        let report = elsewhere.url("copy").appending(path: "report.html")
        try FileManager.default.removeItem(at: report)
        _ = try elsewhere.workbench.report(
            runs: [elsewhere.url("copy")], output: elsewhere.url("copy"))
        #expect(try elsewhere.text("report.html", of: "copy").contains(RecallSection.heading))
        // Who does not know the parts is told so, with those that are known.
        #expect {
            try Model.load(elsewhere.url("copy"), registry: .standard)
        } throws: {
            "\($0)".contains("'\(Gain.kind)'") && "\($0)".contains("linear")
        }
    }

    /// Two ways to learn in one table, one trained before and one for the comparison.
    @Test func comparesBothMethods() throws {
        let bench = try ExtendedRun()
        try bench.run(.surrogate, as: "surrogate-0")
        let other = try bench.folder.write(
            ExtendedMethod.perturbation.yaml, to: "perturbation.yaml")
        let outcome = try bench.workbench.compare(
            CompareRequest(
                items: [bench.url("surrogate-0").path, other.path], output: bench.folder.url))
        #expect(outcome.text.contains("perturbation") && outcome.text.contains("surrogate"))
        #expect(try outcome.json().split(separator: WorstClassRecall.kind).count > 2)
        let page = try String(contentsOf: bench.url("comparison.html"), encoding: .utf8)
        #expect(page.contains("perturbation, SNN, clouds"))
        #expect(page.contains("Worst class recall"))
        #expect(outcome.text.contains("worst class recall"))
        let folders = [bench.url("surrogate-0"), bench.url("perturbation-0")]
        _ = try bench.workbench.report(runs: folders, output: bench.url("both"))
        #expect(try bench.text("report.html", of: "both").contains("perturbation"))
    }

    /// Stopped in its second epoch and resumed, on other numbers of threads, a run has the weights of one that went through.
    @Test(arguments: ExtendedMethod.allCases) func resumesExactly(method: ExtendedMethod) throws {
        let bench = try ExtendedRun()
        let whole = try #require(try bench.run(method, as: "whole", threads: 1))
        let cancellation = Cancellation()
        let events = WorkEvents(
            progress: { if $0.message.contains("epoch 2 of") { cancellation.request() } },
            cancellation: cancellation)
        #expect(throws: InterruptedError.self) {
            try bench.run(method, as: "parts", threads: 2, events: events)
        }
        #expect(throws: ModelFileError.self) { try bench.model(of: "parts") }
        let heard = HeardMessages()
        let resumed = try #require(
            try bench.run(
                method, as: "parts", threads: 2, resume: true, events: WorkEvents(note: heard.hear))
        )
        #expect(heard.all.contains("going on after epoch 1"))
        #expect(try bench.weights(of: "parts") == bench.weights(of: "whole"))
        #expect(resumed.measures == whole.measures)
        #expect(try bench.text("metrics.jsonl", of: "parts").split(separator: "\n").count == 4)
    }

    /// The parts also stand inside of layers and architectures that ship, and are found again there.
    @Test(arguments: [
        "- mlp: {hidden: [8], units: {tiring: {first-gain: 0.3}}}",
        """
        - linear: {outputs: 8}
          - sequential: {layers: [gain, {tiring: {first-gain: 0.3}}]}
          - linear: {outputs: 3}
        """,
        """
        - linear: {outputs: 8}
          - residual: {body: [{gain: {factor: 2}}, {tiring: {first-gain: 0.3}}]}
          - linear: {outputs: 3}
        """,
    ]) func partsStandInsideOthers(network: String) throws {
        let bench = try ExtendedRun()
        let lines = ExtendedMethod.surrogate.yaml.replacing("epochs: 4", with: "epochs: 1")
            .split(separator: "\n", omittingEmptySubsequences: false)
        let begin = try #require(lines.firstIndex(of: "network:"))
        let end = try #require(lines.firstIndex { $0.hasPrefix("measures") })
        let yaml = (lines[...begin] + ["  " + network] + lines[end...]).joined(separator: "\n")
        let result = try #require(try bench.run(.surrogate, yaml: yaml))
        #expect(!result.activity.layers.isEmpty && result.operations.synaptic > 0)
        let evaluated = try bench.workbench.evaluate(EvaluateRequest(run: bench.url("run")))
        #expect((evaluated.value as? RunResult)?.measures == result.measures)
        let gains = try bench.model().parameters.filter {
            $0.key.hasSuffix("tiring1.gain") || $0.key.hasSuffix("tiring2.gain")
        }
        #expect(gains.count == 1)
    }

    /// Recomputed states give the same weights, and truncated gradients others.
    @Test func trainsWithLessMemory() throws {
        let bench = try ExtendedRun()
        for (name, key) in [("all", ""), ("again", "recompute: true"), ("cut", "truncation: 6")] {
            let yaml = ExtendedMethod.surrogate.yaml + "\n  \(key)\nbaseline: none\n"
            try bench.run(.surrogate, as: name, yaml: yaml)
        }
        #expect(try bench.weights(of: "again") == bench.weights(of: "all"))
        #expect(try bench.weights(of: "cut") != bench.weights(of: "all"))
    }

    /// It is no accident: both ways to learn get better than they began.
    @Test func bothMethodsLearn() throws {
        for method in ExtendedMethod.allCases {
            let bench = try ExtendedRun()
            let yaml = method.yaml.replacing("epochs: 4", with: "epochs: 12") + "\nbaseline: none\n"
            let result = try #require(try bench.run(method, yaml: yaml))
            let lines = try bench.text("metrics.jsonl").split(separator: "\n")
            let losses = try lines.map {
                try JSONDecoder().decode(EpochReport.self, from: Data($0.utf8)).trainingLoss
            }
            #expect(losses.count == 12)
            #expect(losses[11] < 0.7 * losses[0])
            #expect(result.measures["accuracy"]?.value ?? 0 > 0.75)
        }
    }

    /// A study of another package writes its page and its tables.
    @Test func reproducesAStudy() throws {
        let bench = try ExtendedRun()
        let heard = HeardMessages()
        var request = ReproduceRequest(study: "outside/coin")
        request.output = bench.folder.url
        request.seeds = [3, 4]
        request.isQuick = true
        let outcome = try bench.workbench.reproduce(
            request, events: WorkEvents(progress: { heard.hear($0.message) }))
        #expect(outcome.text.contains("A fair coin"))
        #expect(heard.all == ["seed 3", "seed 4"])
        let folder = "outside/coin"
        #expect(try bench.text("throws.csv", of: folder).hasPrefix("seed,share\n3,0."))
        #expect(try bench.text("page.html", of: folder).contains("Bernoulli 1713"))
        #expect(try bench.text("figures/heads.svg", of: folder).contains("seed 4"))
        #expect(bench.workbench.listStudies().text.contains("outside/coin"))
    }

    /// A verb of another package works on the same workbench.
    @Test func aFurtherVerbKnowsTheParts() throws {
        let bench = try ExtendedRun()
        try bench.run(.perturbation)
        let file = bench.url("layers.txt")
        let verb = try LayersVerb.parse([bench.url("run").path, file.path])
        try verb.run(in: bench.workbench)
        #expect(
            try String(contentsOf: file, encoding: .utf8)
                == "linear\ngain\ntiring\nlinear\nleaky-integrator")
    }
}
