import Foundation
import RanvierAnalysis
import RanvierExperiments
import RanvierLearning
import RanvierReports
import Testing

#if canImport(FoundationXML)
    import FoundationXML
#endif

/// Collects the texts of an SVG; fails on what is no XML.
final class SVGReader: NSObject, XMLParserDelegate {
    private(set) var elements: [String: Int] = [:]
    private(set) var text = ""

    init?(_ svg: String) {
        super.init()
        let parser = XMLParser(data: Data(svg.utf8))
        parser.delegate = self
        guard parser.parse() else { return nil }
    }

    func parser(
        _ parser: XMLParser, didStartElement name: String, namespaceURI: String?,
        qualifiedName: String?, attributes: [String: String]
    ) {
        elements[name, default: 0] += 1
        for (key, value) in attributes where value.contains("nan") || value.contains("inf") {
            Issue.record("\(name) has \(key) = \(value)")
        }
    }

    func parser(_ parser: XMLParser, foundCharacters string: String) {
        text += string
    }
}

@Suite("Charts")
struct ChartTests {
    private static let hostile = "a<b>&\"c\"'\u{0}</title><script>"

    private static func points(_ values: [Double]) -> [(x: Double, y: Double)] {
        values.enumerated().map { (Double($0.offset), $0.element) }
    }

    static let charts: [any Chart] = {
        let bins = ReliabilityBins(
            confidences: [0.3, 0.7, 0.99], correct: [false, true, true])
        let spikes = (0..<20).map { LayerRaster.Spike(step: $0, neuron: $0 * 3 % 7) }
        return [
            LineChart(
                title: hostile, summary: hostile, xName: hostile, yName: hostile,
                series: [
                    .init(name: hostile, points: points([3, 1, 0.1])),
                    .init(name: "b", points: points([.nan, 2, .infinity, 1])),
                ]),
            LineChart(
                title: "logarithmic", xName: "x", yName: "y",
                series: [.init(name: "a", points: points([1e-3, 10, -1]))], isLogarithmic: true),
            BarChart(
                title: hostile, summary: hostile, categories: [hostile, "b"],
                valueName: hostile,
                series: [
                    .init(name: hostile, values: [1, nil]), .init(name: "d", values: [-2, .nan]),
                ]),
            HeatMap(title: hostile, counts: [[5, 1], [0, 7]], classNames: [hostile, "b"]),
            SpikeRaster(
                title: hostile,
                layers: [
                    LayerRaster(
                        name: hostile, neurons: 7, steps: 20, timeStep: 1e-3, spikes: spikes),
                    LayerRaster(
                        name: "silent", neurons: 3, steps: 20, timeStep: 1e-3, spikes: []),
                ]),
            ReliabilityDiagram(title: hostile, bins: bins),
            ScatterChart(
                title: hostile, xName: hostile, yName: hostile, groups: [hostile],
                points: [
                    .init(name: hostile, x: 1, y: 2), .init(name: "b", x: .nan, y: 1),
                    .init(name: "c", x: 1, y: 2),
                ], hasLogarithmicX: true),
        ]
    }()

    @Test("Every chart is well-formed XML with title, description and its hostile texts escaped")
    func wellFormed() throws {
        for chart in Self.charts {
            let svg = chart.svg()
            let reader = try #require(SVGReader(svg), "\(type(of: chart))")
            #expect(reader.elements["svg"] == 1)
            #expect(reader.elements["desc"] == 1)
            #expect(reader.elements["title", default: 0] >= 1)
            #expect(reader.elements["script"] == nil)
            if chart.title == Self.hostile {
                #expect(reader.text.contains("a<b>&\"c\"'\u{FFFD}</title><script>"))
            }
            #expect(!svg.contains("href") && !svg.contains("url("))
            #expect(svg == chart.svg(), "the same chart gives the same text")
        }
    }

    @Test("Data that cannot be drawn give a sentence, not a broken figure")
    func nothingToDraw() throws {
        let nan = Double.nan
        let empty: [any Chart] = [
            LineChart(title: "t", xName: "x", yName: "y", series: []),
            LineChart(
                title: "t", xName: "x", yName: "y",
                series: [.init(name: "a", points: [(1, nan), (2, .infinity)])]),
            LineChart(
                title: "t", xName: "x", yName: "y",
                series: [.init(name: "a", points: [(1, -1), (2, 0)])], isLogarithmic: true),
            BarChart(title: "t", categories: [], valueName: "v", series: []),
            BarChart(
                title: "t", categories: ["a"], valueName: "v",
                series: [.init(name: "s", values: [nan])]),
            HeatMap(title: "t", counts: []),
            HeatMap(title: "t", counts: [[0, 0], [0, 0]]),
            HeatMap(title: "t", counts: [[1, 0], [0]]),
            SpikeRaster(title: "t", layers: []),
            SpikeRaster(
                title: "t",
                layers: [
                    LayerRaster(name: "l", neurons: 2, steps: 5, timeStep: nan, spikes: [])
                ]),
            ReliabilityDiagram(title: "t", bins: ReliabilityBins(bins: [])),
            ReliabilityDiagram(
                title: "t", bins: ReliabilityBins(confidences: [], correct: [], count: 15)),
            ScatterChart(title: "t", xName: "x", yName: "y", points: []),
            ScatterChart(
                title: "t", xName: "x", yName: "y", points: [.init(name: "p", x: nan, y: 1)]),
        ]
        for chart in empty {
            let reader = try #require(SVGReader(chart.svg()))
            #expect(reader.text.contains("Nothing to draw: "), "\(chart)")
            #expect(reader.elements["path"] == nil)
        }
    }

    @Test("A gap in a curve lifts the pen and is counted")
    func gaps() {
        let chart = LineChart(
            title: "t", xName: "x", yName: "y",
            series: [.init(name: "a", points: Self.points([1, 2, .nan, 3, 4]))])
        let body = chart.draw().body
        #expect(body.contains("1 values not drawn: not finite"))
        let curve = body.split(separator: "\n").first { $0.contains("class=\"rv-l1\" d=") }
        #expect(curve?.filter { $0 == "M" }.count == 2)
    }

    @Test("A raster draws each spike once and drops those outside the layer")
    func raster() {
        let spikes = [(0, 0), (4, 2), (5, 0), (0, 3), (-1, 0)].map {
            LayerRaster.Spike(step: $0.0, neuron: $0.1)
        }
        let layer = LayerRaster(name: "l", neurons: 3, steps: 5, timeStep: 2e-3, spikes: spikes)
        let body = SpikeRaster(title: "t", layers: [layer]).draw().body
        let path = body.split(separator: "\n").first { $0.contains("rv-spike") }
        #expect(path?.filter { $0 == "v" }.count == 4)  // two in the class, two marks
        #expect(body.contains("3 neurons, 2 spikes"))
        #expect(body.contains(">10</text>"), "the axis ends at 5 steps of 2 ms")
    }

    @Test("Ticks: nice steps, ends on ticks, labels with equal decimals")
    func ticks() throws {
        #expect(AxisScale.niceStep(span: 10, count: 5) == 2)
        #expect(AxisScale.niceStep(span: 1, count: 4) == 0.25)
        #expect(AxisScale.niceStep(span: 0.034, count: 5) == 0.01)
        #expect(AxisScale.niceStep(span: 7_000, count: 5) == 2_000)
        #expect(AxisScale.niceStep(span: .nan, count: 5) == 1)

        let scale = try #require(AxisScale.fitting([0.13, 0.87]))
        #expect(scale.lower == 0 && scale.upper == 1)
        #expect(scale.ticks.map(\.label) == ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"])
        #expect(scale.position(of: 0.5) == 0.5)

        let negative = try #require(AxisScale.fitting([-5, 5]))
        #expect(negative.ticks.map(\.value) == [-6, -4, -2, 0, 2, 4, 6])
        #expect(negative.ticks.first?.label == "\u{2212}6")
        let constant = try #require(AxisScale.fitting([3, 3]))
        #expect(constant.lower < 3 && constant.upper > 3)
        let zeros = try #require(AxisScale.fitting([0, 0], includeZero: true))
        #expect(zeros.lower == 0 && zeros.upper > 0)
        #expect(AxisScale.fitting([.nan]) == nil)
        #expect(AxisScale.fitting([-1, 0], logarithmic: true) == nil)

        let decades = try #require(AxisScale.fitting([0.02, 3_000], logarithmic: true))
        #expect(decades.lower == 0.01 && decades.upper == 10_000)
        #expect(decades.position(of: 10) == 0.5)
        let epochs = AxisScale.exactly(from: 1, to: 3, ticks: 8, whole: true)
        #expect(epochs.ticks.map(\.label) == ["1", "2", "3"])
    }

    @Test("Ticks stay few and inside for spans of any size", arguments: -9...9)
    func ticksOfAnySize(exponent: Int) throws {
        for factor in [1.0, 1.7, 3.3, 9.9] {
            let span = factor * pow(10, Double(exponent))
            let scale = try #require(AxisScale.fitting([span * 0.4, span * 1.4]))
            #expect((2...8).contains(scale.ticks.count), "\(span): \(scale.ticks)")
            #expect(Set(scale.ticks.map(\.label)).count == scale.ticks.count)
            for tick in scale.ticks {
                let position = scale.position(of: tick.value)
                #expect(position > -1e-6 && position < 1 + 1e-6)
            }
        }
    }
}
