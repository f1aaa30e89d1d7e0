import ArgumentParser
import Foundation
import RanvierConfiguration
import RanvierExperiments
import RanvierFormats
import RanvierReports

/// Tells of an error and ends the process with the status that belongs to it.
struct CommandEnding {
    /// Whether standard output must hold one JSON object, in case of failure too.
    let json: Bool

    /// Ends after the command line could not be taken, or asked for help or the version.
    func end(afterParsing error: any Error) -> Never {
        let text = RootCommand.fullMessage(for: error)
        guard !RootCommand.exitCode(for: error).isSuccess else {
            do throws(OutputError) {
                try StandardOutput.write(line: text)
            } catch {
                fail(error.exitStatus, message: "\(error)", text: "Error: \(error)")
            }
            exit(ExitStatus.done.rawValue)
        }
        fail(.wrongUsage, message: RootCommand.message(for: error), text: text)
    }

    /// Ends after a command has begun and thrown.
    func end(afterRunning error: any Error) -> Never {
        // What there is to say was said.
        if let code = error as? ExitCode { exit(code.rawValue) }
        if error is CleanExit || error is ValidationError {
            end(afterParsing: error)
        }
        // A command group that was called without a verb asks for its help.
        if RootCommand.exitCode(for: error).isSuccess { end(afterParsing: error) }
        let message = "\(error)"
        fail(ExitStatus(for: error), message: message, text: "Error: \(message)")
    }

    private func fail(_ status: ExitStatus, message: String, text: String) -> Never {
        // Where nobody hears it, the status still tells.
        _ = FileDescriptor(number: STDERR_FILENO).write(Data((text + "\n").utf8))
        if json {
            let failure = Failure(error: .init(message: message, status: status.rawValue))
            if let text = try? CommandOutcome(text: "", value: failure).json() {
                try? StandardOutput.write(line: text)
            }
        }
        exit(status.rawValue)
    }

    private struct Failure: Encodable, Sendable {
        struct Description: Encodable, Sendable {
            let message: String
            let status: Int32
        }
        let error: Description
    }
}
