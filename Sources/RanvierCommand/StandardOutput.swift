import Foundation
import RanvierConfiguration
import RanvierFormats

/// What a command hands over: its answer, its help, lines of answers. What cannot be written there is an error.
enum StandardOutput {
    /// Writes a text and the end of its line.
    ///
    /// - Throws: ``OutputError``.
    static func write(line: String) throws(OutputError) { try write(Data((line + "\n").utf8)) }

    /// Writes bytes, at once and as they are.
    ///
    /// - Throws: ``OutputError``.
    static func write(_ data: Data) throws(OutputError) {
        let number = FileDescriptor(number: STDOUT_FILENO).write(data)
        guard number == 0 else { throw OutputError(number: number) }
    }

    /// Sees to it that a reader that goes away is an error like any other and not a signal that ends the process without a word,
    /// and that no file of a run gets the number of a standard stream that was closed when the process began, and with it what is
    /// meant for that.
    static func prepare() {
        signal(SIGPIPE, SIG_IGN)
        for (stream, mode) in [
            (STDIN_FILENO, O_RDONLY), (STDOUT_FILENO, O_RDONLY), (STDERR_FILENO, O_WRONLY),
        ] where fcntl(stream, F_GETFD) == -1 {
            // The lowest free number is the stream's own. What is written to standard output then fails, as it should.
            _ = open("/dev/null", mode)
        }
    }
}

/// Standard output took not all that there was to say.
struct OutputError: Error, CustomStringConvertible, ExitStatusProviding {
    /// The system's number for what went wrong.
    let number: Int32

    var description: String {
        number == EPIPE
            ? "standard output: its reader is gone; the rest was not written"
            : "standard output: cannot write: \(String(cString: strerror(number)))"
    }

    /// What came of the work is lost.
    var exitStatus: ExitStatus { .runFailed }
}
