import Foundation
import RanvierAnalysis
import RanvierExperiments
import RanvierLearning
import RanvierReports
import RanvierTestSupport
import Testing

@Suite("Reports")
struct ReportTests {
    private static let hostile = "<script>alert('x')</script> & \"more\""

    private func content(_ name: String = "digits-lif", withBaseline: Bool = true) throws
        -> ReportContent
    {
        var maker = SampleRun()
        return try maker.content(name: name, withBaseline: withBaseline)
    }

    private func sentenceCount(_ text: String) -> Int {
        // An end of sentence is a full stop before a space or the end; decimal points are neither.
        (text + " ").components(separatedBy: ". ").count - 1
    }

    @Test("The page refers to nothing outside itself and needs no script")
    func selfContained() throws {
        let contents = [try content(), try content("second", withBaseline: false)]
        for page in [HTMLReport(contents[0]), HTMLReport(comparing: contents)] {
            let html = page.render()
            for word in ["http", "<script", "<link", "<img", "src=", "href", "url(", "@import"] {
                #expect(!html.contains(word), "\(word)")
            }
            #expect(html.hasPrefix("<!DOCTYPE html>"))
            #expect(html == page.render(), "the same content gives the same bytes")
        }
    }

    @Test("A page shows all that is promised")
    func complete() throws {
        let run = try content()
        let html = HTMLReport(run).render()
        let expected = [
            "What was asked", "How it learned", "What it confuses", "How it spikes",
            "How sure it is", "How the energy was estimated", "Configuration", "Warning",
            "Confusion matrix", "Firing rates", "Calibration", "SNN against ANN",
            "horowitz2014", "membraneTimeConstant", run.command, "Energy, with memory",
        ]
        for text in expected { #expect(html.contains(text), "\(text)") }
        #expect(html.components(separatedBy: "<svg").count - 1 == HTMLReport(run).figures.count)
        for name in ["<section", "<div", "<figure", "<table", "<p", "<svg", "<dl", "<dd"] {
            let open =
                html.components(separatedBy: name + ">").count
                + html.components(separatedBy: name + " ").count - 2
            let close = html.components(separatedBy: "</" + name.dropFirst() + ">").count - 1
            #expect(open == close, "\(name): \(open) opened, \(close) closed")
        }
    }

    @Test("Text from outside is escaped wherever it appears")
    func escaping() throws {
        var run = try content(Self.hostile)
        run.title = Self.hostile
        run.command = Self.hostile
        run.configuration = Self.hostile
        run.datasetDescription = Self.hostile
        run.classNames = (0..<10).map { "\(Self.hostile)\($0)" }
        run.warnings = [Self.hostile]
        run.sample?.name = Self.hostile
        run.sample?.label = Self.hostile
        run.sample?.layers[0].name = Self.hostile
        run.result.dataset = Self.hostile
        run.result.method = Self.hostile
        run.result.version = Self.hostile
        run.result.activity.layers[0].name = Self.hostile
        for html in [
            HTMLReport(run).render(), HTMLReport(comparing: [run, run]).render(),
        ] {
            #expect(!html.contains("<script"))
            #expect(html.contains("&lt;script&gt;"))
        }
    }

    @Test("The summary has exactly three sentences, whatever is missing")
    func threeSentences() throws {
        var results = [try content().result, try content(withBaseline: false).result]
        var broken = results[0]
        broken.test.accuracy = .nan
        broken.measures[0].value = .nan
        broken.energy.picojoulesPerSample = .nan
        broken.latency.secondsPerSample = .infinity
        broken.calibration?.expectedCalibrationError = .nan
        results.append(broken)
        var network = results[1]
        network.model = "ann"
        results.append(network)
        for result in results {
            let sentences = PlainSummary(result).sentences
            #expect(sentences.count == 3)
            for sentence in sentences {
                #expect(sentenceCount(sentence) == 1, "\(sentence)")
                #expect(sentence.hasSuffix("."))
            }
        }
        let sentences = PlainSummary(results[0]).sentences
        #expect(sentences[0].contains("ANN") && sentences[0].contains("360 test samples"))
        #expect(sentences[1].contains("nJ") && sentences[1].contains("KiB"))
        #expect(sentences[2].contains("expected calibration error"))
    }

    @Test("The summary tells more from fewer and less from more")
    func directions() throws {
        var result = try content().result
        result.measures[0].value = 0.9
        #expect(PlainSummary(result).sentences[0].contains("7.8 percentage points fewer than"))
        result.measures[0].value = 0.99
        #expect(PlainSummary(result).sentences[0].contains("1.2 percentage points more than"))
        #expect(PlainSummary.ratio(1, 5) == "5.0 times less than")
        #expect(PlainSummary.ratio(5, 1) == "5.0 times more than")
        #expect(PlainSummary.ratio(1, 1.01) == "about as much as")
        #expect(PlainSummary.ratio(0, 1) == nil)
        #expect(PlainSummary.ratio(.nan, 1) == nil)
    }

    @Test("A run that broke down still gives a readable page")
    func brokenRun() throws {
        var run = try content(withBaseline: false)
        run.epochs = []
        run.confusion = nil
        run.sample = nil
        run.reliability = nil
        run.warnings = []
        run.result.activity.layers = []
        run.result.test.loss = .nan
        run.result.energy.withMemoryPicojoules = .infinity
        run.result.training.seconds = .nan
        let html = HTMLReport(run).render()
        #expect(html.contains("not available"))
        #expect(html.contains("Nothing to draw: there are no values yet."))
        #expect(html.contains("The run gave no warnings."))
        #expect(html.contains("No conventional network (ANN) was trained beside this run."))
        #expect(!html.contains("NaN") && !html.contains("\"nan\""))
    }

    @Test("Runs of one name are told apart by seed, then by number")
    func comparisonNames() throws {
        var first = try content()
        var second = try content()
        first.result.seed = 1
        second.result.seed = 2
        let html = HTMLReport(comparing: [first, second, second]).render()
        for name in ["digits-lif, seed 1", "digits-lif, seed 2", "digits-lif, seed 2 (2)"] {
            #expect(html.contains(name), "\(name)")
        }
        #expect(html.contains("Comparison of 3 runs"))
    }

    @Test("Figures are written under safe names, each a file of its own")
    func figureFiles() throws {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("ranvier-figures-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let report = HTMLReport(try content())
        let files = try report.writeFigures(to: folder)
        #expect(files.count == report.figures.count && files.count == 7)
        for file in files {
            let svg = try String(contentsOf: file, encoding: .utf8)
            #expect(SVGReader(svg) != nil, "\(file.lastPathComponent)")
        }
        try report.write(to: folder.appendingPathComponent("report.html"))
        let odd = try ReportFigure.write(
            [ReportFigure(name: "../../etc", chart: report.figures[0].chart)], to: folder)
        #expect(odd.first?.deletingLastPathComponent().path == folder.path)
    }

    @Test("Content survives JSON, so that a page can be made again from a stored run")
    func codable() throws {
        let run = try content()
        let data = try JSONEncoder().encode(run)
        let back = try JSONDecoder().decode(ReportContent.self, from: data)
        #expect(HTMLReport(back).render() == HTMLReport(run).render())
    }
}
