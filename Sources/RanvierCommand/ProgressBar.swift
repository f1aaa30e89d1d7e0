import Foundation
import RanvierExperiments
import RanvierFormats
import RanvierLearning
import Synchronization

/// The last line of a terminal, drawn over itself as work goes on; lines are written above it.
final class ProgressBar: Sendable {
    private struct State {
        /// What the bar shows now; empty if it is not drawn.
        var drawn = ""
        var lastDrawing = Date.distantPast
    }

    private let isTerminal: Bool
    private let state = Mutex(State())

    /// Seconds between drawings: fast enough to look alive, slow enough to cost nothing.
    private static let interval = 0.1

    init(isTerminal: Bool) { self.isTerminal = isTerminal }

    /// Shows progress: on a terminal the bar, and milestones as lines above it.
    func show(_ progress: WorkEvents.Progress) {
        state.withLock { state in
            if progress.isMilestone {
                write(progress.message, above: &state)
            }
            guard isTerminal, -state.lastDrawing.timeIntervalSinceNow >= Self.interval else {
                return
            }
            state.lastDrawing = Date()
            state.drawn = Self.bar(progress)
            emit("\r\u{1b}[K" + state.drawn)
        }
    }

    /// Writes a line above the bar.
    func write(line: String) {
        state.withLock { write(line, above: &$0) }
    }

    /// Takes the bar away.
    func clear() {
        state.withLock { state in
            if !state.drawn.isEmpty { emit("\r\u{1b}[K") }
            state.drawn = ""
        }
    }

    private func write(_ line: String, above state: inout State) {
        emit(state.drawn.isEmpty ? line + "\n" : "\r\u{1b}[K\(line)\n\(state.drawn)")
    }

    private func emit(_ text: String) {
        // A run goes on where nobody listens.
        _ = FileDescriptor(number: STDERR_FILENO).write(Data(text.utf8))
    }

    /// `━━━━━━──────  48 %  epoch 3 of 30`, short enough for the narrowest usual terminal.
    static func bar(_ progress: WorkEvents.Progress) -> String {
        let width = 24
        let share = min(max(progress.fraction, 0), 1)
        let done = Int((share * Double(width)).rounded(.down))
        let line = String(repeating: "━", count: done) + String(repeating: "─", count: width - done)
        let percent = String(format: "%3d %%", Int(share * 100))
        return "\(line) \(percent)  \(progress.message.prefix(46))"
    }
}
