import Foundation
import RanvierConfiguration
import RanvierData
import RanvierFormats
import RanvierLearning
import RanvierReports
import RanvierRuns

extension Workbench {
    /// Lists what is wrong or suspicious about tables.
    ///
    /// - Throws: `DataError` where a file cannot be read at all.
    public func checkData(_ request: TableRequest) throws -> CommandOutcome {
        let urls = try TableFiles.urls(request.data, from: request.folder)
        let check: TableCheck
        do {
            check = try ImpliedConfiguration(request).found
        } catch {
            // What keeps a configuration from being implied is among the findings, too.
            var options = TableOptions()
            options.asked =
                request.target.map { target in
                    request.task == .regression ? .values([.named(target)]) : .label(.named(target))
                } ?? .nothing
            options.format = try request.format()
            options.features = request.features.map { .named($0) }
            options.drop = request.drop.map { .named($0) }
            options.group = request.group.map { .named($0) }
            options.horizon = request.horizon ?? 0
            options.window = request.window.flatMap { $0 > 1 ? $0 : nil }
            if let word = request.missing {
                options.missing = try ImpliedConfiguration.policy(word)
            }
            let own = try TableCheck(
                urls, test: TableFiles.urls(request.test, from: request.folder), options)
            guard !own.isUsable else { throw error }
            check = own
        }
        var outcome = CommandOutcome(text: text(of: check), value: check)
        if !check.isUsable { outcome.status = .badInput }
        return outcome
    }

    private func text(of check: TableCheck) -> String {
        let rows = check.columns.prefix(60).map { [$0.name, $0.use ?? "–", $0.content] }
        var parts = [
            "\(check.files.prefix(5).joined(separator: ", "))"
                + (check.files.count > 5 ? ", … (\(check.files.count) files)" : "")
                + ": \(check.rows) rows, \(check.columns.count) columns",
            TextTable(head: ["column", "use", "holds"], rows: rows).text,
        ]
        for severity in TableCheck.Severity.allCases {
            let found = check.findings.filter { $0.severity == severity }
            if !found.isEmpty {
                parts.append(
                    found.map { "\(severity.rawValue): \($0.text)" }.joined(separator: "\n"))
            }
        }
        let counts = TableCheck.Severity.allCases.map { severity in
            "\(check.findings.count { $0.severity == severity }) \(severity.rawValue)s"
        }
        parts.append(
            counts.joined(separator: ", ")
                + (check.isUsable ? "; training could begin" : "; training could not begin"))
        return parts.joined(separator: "\n\n")
    }

    /// Writes the configuration that tables imply, with a comment on each choice.
    ///
    /// - Parameter file: where; nil for the table's name with `.yaml` in the current folder.
    /// - Throws: `DataError` where training could not begin; `ConfigurationError` for a file that is there; `FileError`.
    public func writeConfiguration(
        _ request: TableRequest, to file: URL?, overwrite: Bool
    ) throws -> CommandOutcome {
        let file = file ?? URL(filePath: Self.name(of: request) + ".yaml")
        if FileManager.default.fileExists(atPath: file.path), !overwrite {
            throw ConfigurationError(
                location: file.relativePath, keyPath: "",
                problem: .invalid(
                    reason: "there is a file already; replace it with --overwrite, or name another "
                        + "with --to"))
        }
        let own = relative(request, to: file.deletingLastPathComponent())
        var implied = try ImpliedConfiguration(own)
        let yaml = try implied.yaml(for: Self.command("init", request))
        try AtomicFile.write(Data(yaml.utf8), to: file)
        return CommandOutcome(
            text: yaml + "\nConfiguration: \(file.relativePath)",
            value: ["configuration": file.relativePath, "yaml": yaml])
    }

    /// Puts the configuration that tables imply into a request.
    ///
    /// - Throws: `DataError` where training could not begin.
    public func imply(
        _ table: TableRequest, onto request: inout RunRequest, _ events: WorkEvents = WorkEvents()
    ) throws {
        var own = absolute(table)
        own.seed = request.seed ?? 0
        var implied = try ImpliedConfiguration(own)
        request.text = try implied.yaml(for: Self.command("run", table))
        request.configuration = URL(filePath: Self.name(of: table) + ".yaml")
        for name in implied.left {
            let reason = implied.found.suspects[name] ?? "is suspicious"
            events.warning("column \"\(name)\" is left out: it \(reason)")
        }
    }

    /// Writes the configuration that tables imply into the folder of runs, for several runs of it.
    ///
    /// - Throws: `DataError` where training could not begin; `FileError`.
    public func writeImplied(
        _ table: TableRequest, seed: Int?, under output: String?,
        _ events: WorkEvents = WorkEvents()
    ) throws -> URL {
        let folder =
            output.map { URL(filePath: $0, directoryHint: .isDirectory) }
            ?? Self.defaultOutput
        var request = RunRequest(configuration: folder, seed: seed)
        try imply(table, onto: &request, events)
        try Folder.make(folder)
        let file = folder.appending(path: request.configuration.lastPathComponent)
        try AtomicFile.write(Data((request.text ?? "").utf8), to: file)
        events.note("the configuration that the table implies: \(file.relativePath)")
        return file
    }

    /// A name for runs on the tables.
    private static func name(of request: TableRequest) -> String {
        var name = URL(filePath: request.data.first ?? "table").lastPathComponent
        for suffix in [".gz", ".csv", ".tsv", ".txt"] where name.lowercased().hasSuffix(suffix) {
            name.removeLast(suffix.count)
        }
        let kept = name.filter { $0.isLetter || $0.isNumber || "-_.".contains($0) }
        return kept.isEmpty ? "table" : kept
    }

    private static func command(_ verb: String, _ request: TableRequest) -> String {
        let target = request.target.map { " --target \($0)" } ?? ""
        return "ranvier \(verb) \(request.data.joined(separator: " "))\(target)"
    }

    private func absolute(_ request: TableRequest) -> TableRequest {
        func path(_ path: String) -> String {
            URL(filePath: path, relativeTo: request.folder).absoluteURL.standardizedFileURL.path
        }
        var own = request
        own.data = request.data.map(path)
        own.test = request.test.map(path)
        return own
    }

    /// Paths as they are seen from a folder; absolute ones stay.
    private func relative(_ request: TableRequest, to folder: URL) -> TableRequest {
        let here = request.folder.absoluteURL.standardizedFileURL.path
        let there = folder.absoluteURL.standardizedFileURL.path
        return here == there ? request : absolute(request)
    }
}
