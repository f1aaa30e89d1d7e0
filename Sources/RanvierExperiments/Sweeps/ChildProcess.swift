import Foundation
import RanvierFormats

/// A command that runs beside this process, in a process group of its own: Ctrl-C at the terminal reaches it only through
/// ``stop()``.
///
/// Signals have their default actions in it, whatever this process does with them; only a SIGHUP that was ignored from the start
/// stays so.
final class ChildProcess {
    /// How a process ended.
    enum Ending: Equatable {
        /// With a status.
        case exited(Int32)
        /// By a signal.
        case signalled(Int32)
    }

    private let pid: pid_t
    private var ending: Ending?

    /// Starts a command.
    ///
    /// - Parameters:
    ///   - output: the file that standard output goes to.
    ///   - errors: the file that standard error goes to.
    /// - Throws: `FileError` if it cannot be started.
    init(_ executable: URL, arguments: [String], output: URL, errors: URL) throws(FileError) {
        #if canImport(Darwin)
            var actions: posix_spawn_file_actions_t?
            var attributes: posix_spawnattr_t?
        #else
            var actions = posix_spawn_file_actions_t()
            var attributes = posix_spawnattr_t()
        #endif
        posix_spawn_file_actions_init(&actions)
        posix_spawnattr_init(&attributes)
        defer {
            posix_spawn_file_actions_destroy(&actions)
            posix_spawnattr_destroy(&attributes)
        }
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        for (descriptor, file) in [(STDOUT_FILENO, output), (STDERR_FILENO, errors)] {
            posix_spawn_file_actions_addopen(
                &actions, descriptor, file.path, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
        }
        var usual = sigset_t(), blocked = sigset_t()
        sigemptyset(&usual)
        sigemptyset(&blocked)
        for number in [SIGINT, SIGTERM, SIGPIPE] + (HangUp.isIgnored ? [] : [SIGHUP]) {
            sigaddset(&usual, number)
        }
        posix_spawnattr_setsigdefault(&attributes, &usual)
        posix_spawnattr_setsigmask(&attributes, &blocked)
        posix_spawnattr_setpgroup(&attributes, 0)
        posix_spawnattr_setflags(
            &attributes,
            Int16(POSIX_SPAWN_SETPGROUP) | Int16(POSIX_SPAWN_SETSIGDEF)
                | Int16(POSIX_SPAWN_SETSIGMASK))
        var words: [UnsafeMutablePointer<CChar>?] = ([executable.path] + arguments).map {
            strdup($0)
        }
        words.append(nil)
        defer { for word in words { free(word) } }
        var child: pid_t = 0
        let problem = posix_spawn(
            &child, executable.path, &actions, &attributes, words, environ)
        guard problem == 0 else {
            throw FileError(executable, "start the command", errorNumber: problem)
        }
        pid = child
    }

    /// How it ended; nil while it runs.
    func poll() -> Ending? {
        if let ending { return ending }
        var status: Int32 = 0
        let answer = waitpid(pid, &status, WNOHANG)
        if answer == pid {
            let signal = status & 0x7f
            ending = signal == 0 ? .exited((status >> 8) & 0xff) : .signalled(signal)
        } else if answer < 0, errno != EINTR {
            // Somebody else has waited for it: what it left tells how it went.
            ending = .exited(-1)
        }
        return ending
    }

    /// Asks it to stop at its next safe point.
    func stop() {
        if ending == nil { kill(pid, SIGTERM) }
    }
}
