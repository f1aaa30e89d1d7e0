import Foundation
import RanvierAnalysis
import RanvierConfiguration
import RanvierFormats
import RanvierLearning
import RanvierRuns

/// Sees to it that runs are there: finished ones are taken as they are, interrupted ones go on, others begin.
///
/// Where an executable is named, each run is a process of its own, so that one that dies takes no other with it; else they
/// follow each other in this process. The run directories are what is stored of the work, so that a queue that was stopped
/// goes on where it was; a store of rounds beside them could only come to say something else.
struct RunQueue {
    /// What became of a run.
    enum Outcome: Sendable {
        /// It is there.
        case finished
        /// Its error in one line, and how the command for it ended.
        case failed(message: String, status: ExitStatus)
    }

    let workbench: Workbench
    /// The command `ranvier`; nil for this process.
    var executable: URL?
    /// Runs at once, in processes.
    var jobs = 1
    /// Threads of all together; nil for one per core.
    var threads: Int?
    var dataDirectory: String?
    /// Whether runs that are there are done anew.
    var overwrites = false
    let events: WorkEvents

    /// Makes the runs; one outcome for each, in order.
    ///
    /// - Throws: `InterruptedError`; before any run begins, what ``PlannedRun/state(registry:)`` throws.
    func perform(_ runs: [PlannedRun]) throws -> [Outcome] {
        let states = try runs.map { run in
            let state: PlannedRun.State =
                overwrites ? .absent : try run.state(registry: workbench.registry)
            switch state {
            case .finished: events.note("taking the run that is there: \(run.folder.relativePath)")
            case .interrupted:
                events.note(
                    "going on with the run that was interrupted: \(run.folder.relativePath)")
            case .failed:
                events.warning(
                    "\(run.folder.relativePath): the run failed before; it is begun anew")
            case .absent: break
            }
            return state
        }
        var outcomes = states.map { $0 == .finished ? Outcome.finished : nil }
        let open = states.indices.filter { states[$0] != .finished }
        if let executable {
            try performBeside(executable, runs, states, open) { outcomes[$0] = $1 }
        } else {
            for index in open {
                try events.cancellation.check()
                outcomes[index] = try performHere(runs[index], states[index])
            }
        }
        return outcomes.compactMap(\.self)
    }

    // MARK: - In this process

    private func performHere(_ run: PlannedRun, _ state: PlannedRun.State) throws -> Outcome {
        do {
            _ = try workbench.run(
                RunRequest(
                    configuration: run.file, seed: run.setsSeed ? Int(run.seed) : nil,
                    threads: threads, output: run.folder, dataDirectory: dataDirectory,
                    overwrite: overwrites || state == .failed, resume: state == .interrupted,
                    overrides: run.overrides, command: ["ranvier"] + run.arguments()),
                events: events)
            return .finished
        } catch let error as InterruptedError {
            throw error
        } catch {
            return .failed(message: "\(error)", status: ExitStatus(for: error))
        }
    }

    // MARK: - Beside it

    /// A run in a process of its own.
    private struct Job {
        let index: Int
        let process: ChildProcess
        let output: URL
        let errors: URL
    }

    private func performBeside(
        _ executable: URL, _ runs: [PlannedRun], _ states: [PlannedRun.State], _ open: [Int],
        done: (Int, Outcome) -> Void
    ) throws {
        guard !open.isEmpty else { return }
        let place = FileManager.default.temporaryDirectory.appending(
            path: "ranvier-\(getpid())-\(UInt32.random(in: 0...UInt32.max))")
        try Folder.make(place)
        defer { try? FileManager.default.removeItem(at: place) }
        let atOnce = max(1, min(jobs, open.count))
        let cores = threads ?? ProcessInfo.processInfo.activeProcessorCount
        let share = max(1, cores / atOnce)
        var (waiting, active, ended): (ArraySlice<Int>, [Job], Int) = (open[...], [], 0)
        var isStopping = false
        // Whatever happens here, nobody is left behind.
        defer { stop(active) }
        while !active.isEmpty || (!waiting.isEmpty && !isStopping) {
            while active.count < atOnce, !isStopping, let index = waiting.popFirst() {
                active.append(
                    try start(
                        executable, runs[index], states[index], index, threads: share, in: place))
            }
            usleep(20_000)
            if events.cancellation.isRequested, !isStopping {
                isStopping = true
                for job in active { job.process.stop() }
            }
            for job in active {
                guard let ending = job.process.poll() else { continue }
                active.removeAll { $0.index == job.index }
                ended += 1
                let outcome = outcome(of: job, ending)
                done(job.index, outcome)
                if !isStopping { tell(outcome, of: runs[job.index], ended, of: open.count) }
            }
            let parts = active.map { progress(of: runs[$0.index]) }.reduce(0, +)
            events.progress(
                .init(
                    fraction: (Double(ended) + parts) / Double(open.count),
                    message: "\(ended) of \(open.count) runs, \(active.count) at once"))
        }
        if isStopping {
            throw InterruptedError(
                advice:
                    "what is finished is kept and the others have their last checkpoints; the same "
                    + "command goes on")
        }
    }

    private func start(
        _ executable: URL, _ run: PlannedRun, _ state: PlannedRun.State, _ index: Int,
        threads: Int, in place: URL
    ) throws -> Job {
        var words = ["--output", run.folder.path, "--threads", "\(threads)", "--quiet", "--json"]
        if let dataDirectory { words += ["--data-directory", dataDirectory] }
        if overwrites || state == .failed {
            words.append("--overwrite")
        } else if state == .interrupted {
            words.append("--resume")
        }
        let output = place.appending(path: "\(index).out")
        let errors = place.appending(path: "\(index).err")
        return Job(
            index: index,
            process: try ChildProcess(
                executable, arguments: run.arguments(words), output: output, errors: errors),
            output: output, errors: errors)
    }

    /// Asks processes to stop and waits for them.
    private func stop(_ jobs: [Job]) {
        for job in jobs { job.process.stop() }
        for job in jobs { while job.process.poll() == nil { usleep(5_000) } }
    }

    private func outcome(of job: Job, _ ending: ChildProcess.Ending) -> Outcome {
        switch ending {
        case .exited(ExitStatus.done.rawValue): return .finished
        case .exited(let number):
            struct Failure: Decodable {
                struct Description: Decodable { let message: String }
                let error: Description
            }
            let told = (try? Data(contentsOf: job.output)).flatMap {
                try? StoredJSON.value(Failure.self, from: $0)
            }
            return .failed(
                message: told?.error.message ?? lastLine(of: job.errors)
                    ?? "ended with status \(number)",
                status: ExitStatus(rawValue: number) ?? .runFailed)
        case .signalled(let number):
            let words = number == SIGKILL ? ", perhaps for want of memory" : ""
            return .failed(
                message:
                    "its process was ended by signal \(number) (\(String(cString: strsignal(number))))"
                    + words + (lastLine(of: job.errors).map { ": \($0)" } ?? ""),
                status: .runFailed)
        }
    }

    private func lastLine(of file: URL) -> String? {
        (try? String(contentsOf: file, encoding: .utf8))?.split(separator: "\n").last
            .map(String.init)
    }

    private func tell(_ outcome: Outcome, of run: PlannedRun, _ ended: Int, of all: Int) {
        let fraction = Double(ended) / Double(all)
        switch outcome {
        case .finished:
            let measure = run.result?.measures.first.map { ": \($0.name) \($0.text)" } ?? ""
            events.progress(
                .init(
                    fraction: fraction, message: "\(run.name)\(measure) (\(ended) of \(all))",
                    isMilestone: true))
        case .failed(let message, _): events.warning("\(run.name) failed: \(message)")
        }
    }

    /// Share of its epochs that a run has done.
    private func progress(of run: PlannedRun) -> Double {
        let file = run.folder.appending(path: RunDirectory.File.metrics.rawValue)
        guard let data = try? Data(contentsOf: file) else { return 0 }
        let lines = data.count { $0 == UInt8(ascii: "\n") }
        return min(1, Double(lines) / Double(max(1, run.configuration.method.course.epochs)))
    }
}
