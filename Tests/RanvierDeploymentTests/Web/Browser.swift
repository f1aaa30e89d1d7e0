import Foundation
import RanvierDeployment
import RanvierTestSupport

/// A browser without a window.
enum Browser {
    static let path = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"]
        .first { FileManager.default.isExecutableFile(atPath: $0) }

    /// What a page has become after it has opened, and after a script of a reader's hands.
    static func document(of page: String, after hands: String = "") throws -> String {
        let folder = try TemporaryFolder()
        let script = """
            <script>
            const canvas = document.getElementById("canvas");
            canvas.setPointerCapture = () => {};
            const pointer = (kind, x, y) => {
              const box = canvas.getBoundingClientRect();
              canvas.dispatchEvent(new PointerEvent(kind, {
                clientX: box.left + x * box.width, clientY: box.top + y * box.height, pointerId: 1}));
            };
            const press = name => [...document.querySelectorAll("button")].find(
              button => button.textContent === name).click();
            const waiting = setInterval(() => {
              if (!net) return;
              clearInterval(waiting);
              \(hands)
              document.title = codes.join(" ");
            }, 50);
            </script>
            """
        try folder.write(hands.isEmpty ? page : page + script, to: "page.html")
        return try Tool(at: URL(filePath: path ?? "chromium")).succeed(
            [
                "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
                "--user-data-dir=\(folder.path)/profile", "--virtual-time-budget=10000",
                "--dump-dom", "file://\(folder.path)/page.html",
            ],
            in: folder.url, limit: .seconds(120), work: "opening the page")
    }
}
