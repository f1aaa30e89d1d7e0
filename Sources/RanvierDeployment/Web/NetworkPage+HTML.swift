import Foundation

extension NetworkPage {
    /// The page.
    public var html: String {
        """
        <!doctype html>
        <html lang="\(Self.escaped(words.language))">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>\(Self.escaped(title))</title>
        <style>
        \(PageStyle.css)
        </style>
        </head>
        <body>
        <header>
        <h1>\(Self.escaped(title))</h1>
        <p class="lead">\(Self.escaped(summary))</p>
        <noscript><p class="warn">\(Self.escaped(words.noScript))</p></noscript>
        </header>
        <main>
        <section>
        \(inputSection)
        </section>
        <section>
        <h2>\(Self.escaped(words.answer))</h2>
        <p id="answer" aria-live="polite"></p>
        <p id="margin"></p>
        <h2>\(Self.escaped(words.scores))</h2>
        <table id="scores"></table>
        <h2\(Self.hidden(counted.isEmpty))>\(Self.escaped(words.spikes))</h2>
        <table id="spikes"></table>
        </section>
        </main>
        <footer>
        <p id="agreement"></p>
        <p>\(Self.escaped(words.footer.replacing("{0}", with: "\(module.bytes.count)")))</p>
        </footer>
        <script type="text/plain" id="module">\(module.bytes.base64EncodedString())</script>
        <script>
        \(data)
        \(PageScript.text)
        </script>
        </body>
        </html>

        """
    }

    /// Writes the page.
    public func write(to file: URL) throws {
        try Data(html.utf8).write(to: file, options: .atomic)
    }

    /// Names of the layers that the network counts spikes of.
    private var counted: [String] {
        (0..<interface.counts).map { index in
            index < layers.count
                ? layers[index] : words.layer.replacing("{0}", with: "\(index + 1)")
        }
    }

    private var inputSection: String {
        let (heading, kind) = (heading, kind)
        let isDrawn = kind == "image" || kind == "sequence"
        return """
            <h2>\(Self.escaped(heading))</h2>
            <canvas id="canvas" tabindex="0" role="img" aria-label="\(Self.escaped(heading))"\(Self.hidden(!isDrawn))></canvas>
            <p id="row" class="hint"\(Self.hidden(kind != "sequence"))></p>
            <div id="sliders"\(Self.hidden(kind != "vector"))></div>
            <div class="buttons" id="tools"></div>
            <p class="hint"\(Self.hidden(!isDrawn))>\(Self.escaped(words.howToDraw))</p>
            <h2\(Self.hidden(samples.isEmpty))>\(Self.escaped(words.samples))</h2>
            <div class="buttons" id="samples"></div>
            <p id="told" class="hint" aria-live="polite"></p>
            """
    }

    private var heading: String {
        switch input {
        case .image: words.drawHere
        case .vector: words.setValues
        case .sequence: words.sequence
        case .recorded: words.recorded
        }
    }

    private var kind: String {
        switch input {
        case .image: "image"
        case .vector: "vector"
        case .sequence: "sequence"
        case .recorded: "recorded"
        }
    }

    private static func hidden(_ isHidden: Bool) -> String { isHidden ? " hidden" : "" }

    private static func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;")
            .replacing(">", with: "&gt;").replacing("\"", with: "&quot;")
    }

    // MARK: - What the script knows

    private var data: String {
        let spoken = words.spoken.map { "\($0): \(Self.literal($1))" }.joined(separator: ", ")
        let range = interface.input == .spikes ? 0...1 : interface.input.range
        var size = (width: 0, height: 0)
        if case .image(let width, let height, _) = input { size = (width, height) }
        return """
            const words = {\(spoken)};
            const page = {
              kind: "\(kind)", width: \(size.width), height: \(size.height),
              rows: \(interface.rows), inputs: \(interface.inputs), words: \(interface.inputWords),
              packed: \(interface.input == .spikes), lowest: \(range.lowerBound), highest: \(range.upperBound),
              outputs: [\(outputs.map(Self.literal).joined(separator: ", "))],
              layers: [\(counted.map(Self.literal).joined(separator: ", "))],
              reading: \(reading.map(Self.literal) ?? "null"),
              channels: [\(channels.map(Self.literal).joined(separator: ", "))],
              samples: [
            \(samples.map { "    " + literal($0) }.joined(separator: ",\n"))
              ],
            };
            """
    }

    private var channels: [Channel] {
        switch input {
        case .image(_, _, let channel): return [channel]
        case .vector(let channels), .sequence(let channels): return channels
        case .recorded:
            let range = interface.input == .spikes ? 0...1 : interface.input.range
            let channel = Channel(
                name: "", range: Double(range.lowerBound)...Double(range.upperBound))
            return Array(repeating: channel, count: interface.inputs)
        }
    }

    private static func literal(_ channel: Channel) -> String {
        "{name: \(literal(channel.name)), unit: \(literal(channel.unit)), "
            + "lowest: \(channel.range.lowerBound), highest: \(channel.range.upperBound), "
            + "rest: \(channel.rest), scale: \(channel.scale), offset: \(channel.offset)}"
    }

    private static func literal(_ reading: Reading) -> String {
        "{scale: \(reading.scale), offset: \(reading.offset), unit: \(literal(reading.unit))}"
    }

    private func literal(_ sample: Sample) -> String {
        let codes = unpacked(sample.elements).map(String.init).joined(separator: ",")
        let scores = sample.scores.map(String.init).joined(separator: ",")
        return "{name: \(Self.literal(sample.name)), codes: [\(codes)], scores: [\(scores)]}"
    }

    /// A number for each input of each row: bits of words of spikes one by one.
    private func unpacked(_ elements: [Int32]) -> [Int32] {
        guard interface.input == .spikes else { return elements }
        return (0..<interface.rows).flatMap { row in
            (0..<interface.inputs).map { input in
                elements[row * interface.inputWords + input / 32] >> Int32(input % 32) & 1
            }
        }
    }

    /// A text between quotes that ends neither itself nor the script.
    private static func literal(_ text: String) -> String {
        let escapes = text.unicodeScalars.map { scalar -> String in
            switch scalar {
            case "\\": "\\\\"
            case "\"": "\\\""
            case "<", ">", "&", "\u{2028}", "\u{2029}", "\u{0}"..<" ":
                "\\u" + String(format: "%04x", scalar.value)
            default: String(scalar)
            }
        }
        return "\"" + escapes.joined() + "\""
    }
}
