import RanvierConfiguration

/// Spikes of one sample, layer below layer: time in milliseconds against neuron.
///
/// Layers with more neurons than can be told apart show every k-th neuron and say so.
public struct SpikeRaster: Chart {
    /// What the figure shows.
    public var title: String
    /// What can be read from it.
    public var summary: String
    /// The layers, first at the top.
    public var layers: [LayerRaster]
    /// Neurons of a layer that are drawn at most.
    public var neuronLimit: Int

    /// Makes a raster.
    public init(title: String, summary: String = "", layers: [LayerRaster], neuronLimit: Int = 400)
    {
        self.title = title
        self.summary = summary
        self.layers = layers
        self.neuronLimit = max(neuronLimit, 1)
    }

    /// Draws the layers.
    public func draw() -> Drawing {
        let shown = layers.filter {
            $0.neurons > 0 && $0.steps > 0 && $0.timeStep.isFinite && $0.timeStep > 0
        }
        let ends = shown.map { Double($0.steps) * $0.timeStep * 1e3 }
        guard let end = ends.max() else { return .nothing("no layer was recorded.") }
        let time = AxisScale.exactly(from: 0, to: end, ticks: 8)
        let heights = shown.map { min(max(Double($0.neurons) * 2, 42), 210) }
        let left = 66.0
        let header = 26.0
        let height = heights.reduce(0, +) + header * Double(shown.count) + 52
        var drawing = Drawing(width: ChartFrame.standardWidth, height: height)
        let width = drawing.width - left - 18
        var top = 0.0
        for (layer, layerHeight) in zip(shown, heights) {
            top += header
            draw(
                layer, on: &drawing, area: (left, top, width, layerHeight), end: end, time: time)
            top += layerHeight
        }
        for tick in time.ticks {
            let x = left + width * time.position(of: tick.value)
            drawing.line(x, top, x, top + 4, style: "rv-axis")
            drawing.text(tick.label, x, top + 18, style: "rv-muted", anchor: .middle)
        }
        drawing.text("Time (ms)", left + width / 2, top + 38, anchor: .middle)
        drawing.text(
            "Neuron", 14, (top + header) / 2, anchor: .middle, vertical: true)
        return drawing
    }

    private func draw(
        _ layer: LayerRaster, on drawing: inout Drawing,
        area: (left: Double, top: Double, width: Double, height: Double), end: Double,
        time: AxisScale
    ) {
        let every = (layer.neurons + neuronLimit - 1) / neuronLimit
        let valid = layer.spikes.filter {
            (0..<layer.steps).contains($0.step) && (0..<layer.neurons).contains($0.neuron)
        }
        let spikes = valid.filter { $0.neuron % every == 0 }.sorted {
            ($0.neuron, $0.step) < ($1.neuron, $1.step)
        }
        drawHeader(layer, count: valid.count, every: every, on: &drawing, area: area)
        for tick in time.ticks {
            let x = area.left + area.width * time.position(of: tick.value)
            drawing.line(x, area.top, x, area.top + area.height, style: "rv-grid")
        }
        let bottom = area.top + area.height
        drawing.line(area.left, bottom, area.left + area.width, bottom, style: "rv-axis")
        drawing.line(area.left, area.top, area.left, bottom, style: "rv-axis")
        drawing.text(
            "0", area.left - 7, area.top + 9, style: "rv-muted rv-small", anchor: .end)
        drawing.text(
            NumberText.count(layer.neurons - 1), area.left - 7, bottom - 1,
            style: "rv-muted rv-small", anchor: .end)
        guard !spikes.isEmpty else {
            drawing.text(
                "no spike in this layer", area.left + area.width / 2,
                area.top + area.height / 2 + 4, style: "rv-muted", anchor: .middle)
            return
        }
        let lane = area.height / Double(layer.neurons)
        let mark = min(max(lane * Double(every) * 0.85, 2.4), 10)
        var path = ""
        for spike in spikes {
            // A mark sits in the middle of its step.
            let milliseconds = (Double(spike.step) + 0.5) * layer.timeStep * 1e3
            let x = area.left + area.width * milliseconds / end
            let y = area.top + (Double(spike.neuron) + 0.5) * lane - mark / 2
            path += "M\(Drawing.number(x)) \(Drawing.number(y))v\(Drawing.number(mark))"
        }
        // Few steps leave room for marks that are easier to see.
        let stepWidth = area.width * layer.timeStep * 1e3 / end
        let style = stepWidth >= 8 ? "rv-spike rv-wide" : "rv-spike"
        drawing.path(path, style: style, title: "\(layer.name): \(valid.count) spikes")
    }

    private func drawHeader(
        _ layer: LayerRaster, count: Int, every: Int, on drawing: inout Drawing,
        area: (left: Double, top: Double, width: Double, height: Double)
    ) {
        let name = Drawing.fitted(layer.name, width: 150)
        drawing.text(name, area.left, area.top - 7, style: "rv-strong")
        let thinned = every > 1 ? ", one neuron in \(every) drawn" : ""
        let neurons = layer.neurons == 1 ? "neuron" : "neurons"
        let spikes = count == 1 ? "spike" : "spikes"
        drawing.text(
            "\(NumberText.count(layer.neurons)) \(neurons), "
                + "\(NumberText.count(count)) \(spikes)\(thinned)",
            area.left + area.width, area.top - 7, style: "rv-muted rv-small", anchor: .end)
    }
}
