import Foundation
import RanvierConfiguration
import RanvierData
import RanvierFormats
import RanvierLearning

extension StoredRun {
    /// How the run's own tables become samples; the usual way where it learned from something else.
    private var ownOptions: TableOptions? {
        (configuration.dataset.source as? TableSource)?.options
    }

    /// Whether each row of a table is a sample.
    var isPerRow: Bool { (ownOptions?.window ?? 1) == 1 }

    /// Rows between the end of a sample and the row whose label or value is asked for.
    var horizon: Int { ownOptions?.horizon ?? 0 }

    /// How rows of another table become samples of the model: by the names that it knows.
    private func options(features: [String]?) -> TableOptions {
        var options = ownOptions ?? TableOptions()
        options.features = features.map { $0.map { .named($0) } } ?? []
        options.drop = []
        // The model's own names say which channels it has, whatever gaps the new table has.
        if features != nil { options.marksMissing = false }
        if let ownOptions, case .label = ownOptions.asked {
            options.classes = model.signature.task.outputNames
        }
        return options
    }

    /// Rows of a file with what would be right for each: the column that the run's own labels or targets have, else the last
    /// one.
    ///
    /// - Parameter target: the column of what would be right, in place of that.
    func labeledTable(
        _ url: URL, target: String? = nil, events: WorkEvents
    ) throws -> Dataset {
        var options = options(features: model.signature.featureNames)
        if ownOptions == nil {
            options.asked = .label(.index(-1))
            options.classes = model.signature.task.outputNames
        }
        if let target {
            let column = TableColumn.named(target)
            if case .values = options.asked {
                options.asked = .values([column])
            } else {
                options.asked = .label(column)
            }
        }
        return try samples(of: url, options, asksFor: target == nil, events: events)
    }

    /// Rows of a file of which nothing is asked.
    func unlabeledTable(_ url: URL, events: WorkEvents) throws -> Dataset {
        var options = options(features: model.signature.featureNames)
        // A column that was asked for before may still be there, and is no input.
        let names = try TableReader(url, format: options.format).names
        let path = url.path(percentEncoded: false)
        if ownOptions != nil, options.features.isEmpty {
            options.drop = options.askedColumns.filter {
                (try? $0.position(among: names, path: path)) != nil
            }
        } else if ownOptions == nil, names.count == model.signature.inputShape.reduce(1, *) + 1 {
            options.drop = [.index(-1)]
        }
        (options.asked, options.horizon) = (.nothing, 0)
        return try samples(of: url, options, asksFor: false, events: events)
    }

    /// Whether a file has the column that labels are in.
    func hasTargets(_ url: URL, target: String?) throws -> Bool {
        if target != nil { return true }
        let options = options(features: model.signature.featureNames)
        let names = try TableReader(url, format: options.format).names
        guard ownOptions != nil else {
            return names.count > model.signature.inputShape.reduce(1, *)
        }
        let path = url.path(percentEncoded: false)
        return options.askedColumns.allSatisfy {
            (try? $0.position(among: names, path: path)) != nil
        }
    }

    private func samples(
        of url: URL, _ options: TableOptions, asksFor isUsual: Bool, events: WorkEvents
    ) throws -> Dataset {
        let names = try TableReader(url, format: options.format).names
        for column in options.features.map(\.word)
        where !column.hasSuffix(TableOptions.missingSuffix) {
            _ = try TableColumn.position(
                named: column, among: names, path: url.path(percentEncoded: false))
        }
        let tables = try TableParts(training: [url], options)
        for warning in tables.warnings { events.warning(warning) }
        let asked =
            (options.askedColumns + [options.time, options.group].compactMap(\.self)).map(\.word)
        try tellUnused(
            url, used: (tables.training.featureNames ?? []) + asked, isUsual: isUsual, options,
            events)
        guard let own = model.signature.timeStep, let found = tables.training.timeStep,
            abs(found / own - 1) <= TableOptions.stepTolerance
        else { return tables.training }
        return tables.training.timed(step: own)
    }

    /// Columns of a file that are neither taken nor asked for are named: they may be what was meant.
    private func tellUnused(
        _ url: URL, used: [String], isUsual: Bool, _ options: TableOptions, _ events: WorkEvents
    ) throws {
        var names = try TableReader(url, format: options.format).names
        if ownOptions == nil, isUsual { names = Array(names.dropLast()) }
        let unused = names.filter { !used.contains($0) }
        if !unused.isEmpty {
            events.warning("columns not used: \(unused.joined(separator: ", "))")
        }
    }

    /// New rows of a file, whose right answers are not asked for.
    func rows(_ url: URL, events: WorkEvents) throws -> TableStream {
        let stream = try TableStream(
            url, options: options(features: nil), features: model.signature.featureNames,
            scaling: model.signature.scaling, timeStep: model.signature.timeStep)
        let width = stream.featureNames.count
        let expected = model.signature.inputShape.last ?? 1
        let isWindow = (ownOptions?.window ?? 1) > 1
        let size = isWindow ? expected : model.signature.inputShape.reduce(1, *)
        guard width == size else {
            throw DataError(
                .countMismatch, at: url.path(percentEncoded: false),
                expected: "\(size) columns of numbers, as the model takes them",
                found: "\(width): \(stream.featureNames.prefix(20).joined(separator: ", "))",
                advice: "check that these are the columns that it learned from")
        }
        if isWindow, let step = model.signature.timeStep, !stream.knowsTimes {
            events.warning(
                "no column of times: the rows are taken to follow each other every "
                    + "\(NumberText.seconds(step)) without a gap")
        }
        if !stream.unusedColumns.isEmpty {
            events.warning("columns not used: \(stream.unusedColumns.joined(separator: ", "))")
        }
        return stream
    }
}

extension DataError {
    /// Reads a file for a stored model: a column that it lacks is a fault of the file, not of the user's words.
    static func blamingFile<Result>(_ read: () throws -> Result) throws -> Result {
        do {
            return try read()
        } catch let error as DataError where error.kind == .unknownName {
            throw DataError(
                .wrongFormat, at: error.place, expected: error.expected, found: error.found,
                advice: error.advice)
        }
    }
}
