import Foundation

extension Tool {
    /// What a program left that ended with status 0, or with another that its caller reads.
    public struct Ending: Sendable, Hashable {
        /// Its exit status; 128 and the signal's number where a signal ended it, as in a shell.
        public let status: Int32
        /// What it wrote to standard output.
        public let output: String
        /// What it wrote to standard error.
        public let messages: String
    }

    /// Bytes that a program may write before it is stopped.
    private static let largestOutput: UInt64 = 1 << 28

    /// Runs the program to its end.
    ///
    /// - Parameters:
    ///   - arguments: what it is given.
    ///   - folder: where it works; what it writes is kept in files there until it has ended.
    ///   - input: the file of its standard input; nil for none.
    ///   - limit: how long it may run; then it is stopped with what it started.
    ///   - environment: variables beside those of this process.
    ///   - work: what it does, for errors.
    /// - Throws: ``ToolchainError/stopped(tool:work:reason:lines:)``.
    public func run(
        _ arguments: [String], in folder: URL, input: URL? = nil, limit: Duration = .seconds(120),
        environment: [String: String] = [:], work: String
    ) throws -> Ending {
        // Files, not pipes: nothing fills up while nobody reads.
        let files = [UUID(), UUID()].map { folder.appending(path: ".\($0.uuidString)") }
        for file in files { try Data().write(to: file) }
        defer { for file in files { try? FileManager.default.removeItem(at: file) } }

        let process = Process()
        process.executableURL = url
        process.arguments = arguments
        process.currentDirectoryURL = folder
        process.environment = ProcessInfo.processInfo.environment.merging(["LC_ALL": "C"]) { $1 }
            .merging(environment) { $1 }
        let handles = try files.map { try FileHandle(forWritingTo: $0) }
        process.standardOutput = handles[0]
        process.standardError = handles[1]
        let input = try input.map { try FileHandle(forReadingFrom: $0) }
        process.standardInput = input ?? FileHandle.nullDevice
        let ended = DispatchSemaphore(value: 0)
        process.terminationHandler = { _ in ended.signal() }
        try process.run()

        let reason = Self.wait(for: ended, limit: limit, files: files)
        if reason != nil {
            Self.kill(process.processIdentifier)
            ended.wait()
        }
        for handle in handles + [input].compactMap(\.self) { try handle.close() }
        let texts = try files.map {
            String(
                decoding: try Data(contentsOf: $0).suffix(Int(Self.largestOutput)), as: UTF8.self)
        }
        if let reason {
            throw ToolchainError.stopped(
                tool: name, work: work, reason: reason, lines: Self.lastLines(texts))
        }
        let signalled = process.terminationReason == .uncaughtSignal
        return Ending(
            status: process.terminationStatus + (signalled ? 128 : 0), output: texts[0],
            messages: texts[1])
    }

    /// Runs the program, which is to end with status 0; what it wrote to standard output.
    ///
    /// - Throws: ``ToolchainError`` with its last lines.
    @discardableResult
    public func succeed(
        _ arguments: [String], in folder: URL, input: URL? = nil, limit: Duration = .seconds(120),
        work: String
    ) throws -> String {
        let ending = try run(arguments, in: folder, input: input, limit: limit, work: work)
        guard ending.status == 0 else { throw failure(ending, work: work) }
        return ending.output
    }

    /// The error of an ending with another status than 0.
    func failure(_ ending: Ending, work: String) -> ToolchainError {
        .failed(
            tool: name, work: work, status: ending.status,
            lines: Self.lastLines([ending.output, ending.messages]))
    }

    /// Why the program must be stopped; nil where it ended by itself.
    private static func wait(
        for ended: DispatchSemaphore, limit: Duration, files: [URL]
    ) -> String? {
        let end = ContinuousClock.now + limit
        while ended.wait(timeout: .now() + .milliseconds(20)) == .timedOut {
            if ContinuousClock.now > end {
                return
                    "it ran for more than \(limit.formatted(.units(allowed: [.seconds], fractionalPart: .show(length: 1))))"
            }
            let sizes = files.compactMap {
                try? FileManager.default.attributesOfItem(atPath: $0.path(percentEncoded: false))[
                    .size] as? UInt64
            }
            if sizes.contains(where: { $0 > largestOutput }) {
                return "it wrote more than \(largestOutput >> 20) MiB"
            }
        }
        return nil
    }

    /// Ends a process, with its children where it leads a group of them.
    private static func kill(_ process: Int32) {
        let leads = getpgid(process) == process
        Foundation.kill(leads ? -process : process, SIGKILL)
    }

    private static func lastLines(_ texts: [String]) -> [String] {
        texts.flatMap { $0.split(whereSeparator: \.isNewline).suffix(12).map(String.init) }
    }
}
