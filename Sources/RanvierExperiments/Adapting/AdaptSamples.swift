import Foundation
import RanvierAlignment
import RanvierConfiguration
import RanvierData
import RanvierFormats
import RanvierLearning

/// The samples of an adaptation, as they were measured.
struct AdaptSamples {
    /// What is learned from and judged by.
    private(set) var data: AdaptationData
    /// Where new ones come from.
    let name: String
    /// Whether new ones have labels or values.
    var hasTargets: Bool { if case .none = data.stream.targets { false } else { true } }

    private let request: AdaptRequest
    private let stored: StoredRun
    private let events: WorkEvents

    /// - Throws: ``AdaptError``; `DataError` for what cannot be read.
    init(_ request: AdaptRequest, _ stored: StoredRun, events: WorkEvents) throws {
        self.request = request
        self.stored = stored
        self.events = events
        let isOwn = request.data == nil || request.data == stored.configuration.dataset.name
        guard !isOwn || request.drift != nil else { throw AdaptError.noDrift }
        name = request.data ?? stored.configuration.dataset.name
        let isAdapted = stored.configuration.dataset.scaling == .ofModel
        if isAdapted, isOwn {
            throw AdaptError.adaptedBefore(run: request.run.relativePath, what: "data")
        }
        var new = try Self.read(
            request.data, stored, request, labels: request.labels, events: events)
        // Those of a trial on the run's own samples judge what was kept.
        if request.labels == .ignored, !isOwn { new = try new.withoutTargets }
        data = AdaptationData(stream: new)
        let own = isAdapted ? nil : try Self.own(stored, request, events)
        if isOwn {
            try split(new, keepsOld: request.keep == nil)
        } else {
            try drift()
            if hasTargets { try holdOut() }
        }
        try takeOld(own)
        try takeReference(own, isAdapted: isAdapted)
    }

    /// What the run learned from and was measured on; nil where it cannot be read, which is told.
    private static func own(
        _ stored: StoredRun, _ request: AdaptRequest, _ events: WorkEvents
    ) throws -> DatasetConfiguration.Splits? {
        do {
            return try stored.ownData(dataDirectory: request.dataDirectory)
        } catch let error as DataError {
            events.note("the run's own data cannot be read: \(error)")
            return nil
        }
    }

    /// New samples of a choice, in their own units.
    private static func read(
        _ choice: String?, _ stored: StoredRun, _ request: AdaptRequest,
        labels: AdaptRequest.Labels, events: WorkEvents
    ) throws -> Dataset {
        guard let choice, FileManager.default.fileExists(atPath: choice) else {
            if let target = request.target {
                throw AdaptError.idle(
                    option: "--target \(target)", reason: "where the data are no table")
            }
            return try stored.testData(
                choice, dataDirectory: request.dataDirectory, events: events
            ).unscaled
        }
        let url = URL(filePath: choice)
        return try DataError.blamingFile {
            let isThere = try stored.hasTargets(url, target: request.target)
            let hasTargets = labels == .used || (labels == .automatic && isThere)
            return try hasTargets
                ? stored.labeledTable(url, target: request.target, events: events)
                : stored.unlabeledTable(url, events: events)
        }
    }

    private var channels: Int { InputReference.channels(of: stored.model.signature) }

    private mutating func drift() throws {
        guard let drift = request.drift else { return }
        data.stream = try drift(data.stream, channels: channels)
    }

    /// The run's own test samples: those held out are judged as they were and drifted, the others drift and are learned from.
    private mutating func split(_ all: Dataset, keepsOld: Bool) throws {
        let (learned, held) = try parts(of: all)
        data.stream = request.labels == .ignored ? try learned.withoutTargets : learned
        try drift()
        data.held =
            request.labels == .ignored ? nil : try request.drift?(held, channels: channels)
        if keepsOld { data.old = held }
    }

    private mutating func holdOut() throws {
        guard request.heldShare > 0 else { return }
        let (learned, held) = try parts(of: data.stream)
        data.stream = learned
        data.held = held
    }

    /// The larger part to learn from, and the one that is held out: of windows of series the last ones.
    private func parts(of all: Dataset) throws -> (learned: Dataset, held: Dataset) {
        guard request.heldShare > 0, all.count > 1 else { return (all, all.subset([])) }
        let overlaps = (all.series?.length ?? 1) > 1
        let (first, second) = try all.split(
            fraction: request.heldShare, by: overlaps ? .time : .chance, seed: request.seed,
            names: ("stream", "held out"))
        return (first, second)
    }

    /// Old samples to be kept, and those that are taught in between.
    private mutating func takeOld(_ own: DatasetConfiguration.Splits?) throws {
        if let keep = request.keep {
            var old = try Self.read(keep, stored, request, labels: .used, events: events)
            if request.rehearsal > 0 {
                let some = old.sample(min(request.rehearsal, old.count / 2), seed: request.seed)
                let (rest, taught) = try old.split(
                    validationFraction: Double(some.count) / Double(max(old.count, 1)),
                    seed: request.seed)
                (old, data.rehearsal) = (rest, taught)
            }
            data.old = old
            return
        }
        guard let own else {
            if request.rehearsal > 0 {
                throw AdaptError.idle(
                    option: "--rehearsal", reason: "without old samples; hand some in by --keep")
            }
            events.note("no old samples can be read: nothing is said of what is kept (--keep)")
            return
        }
        if data.old == nil { data.old = try own.test.unscaled }
        data.rates = own.training.sample(500, seed: request.seed)
        if request.rehearsal > 0 {
            data.rehearsal = own.training.sample(request.rehearsal, seed: request.seed)
        }
    }

    private mutating func takeReference(
        _ own: DatasetConfiguration.Splits?, isAdapted: Bool
    ) throws {
        guard request.options.followsInputs else {
            guard request.reference == nil else {
                throw AdaptError.idle(
                    option: "--reference", reason: "where inputs are not followed")
            }
            return
        }
        if let choice = request.reference {
            let samples = try Self.read(choice, stored, request, labels: .ignored, events: events)
            data.reference = try InputReference(
                of: stored.model.signature.unscaled(samples), channels: channels, source: choice)
            return
        }
        if let own {
            data.reference = try InputReference(
                of: stored.model.signature.unscaled(own.training.unscaled), channels: channels,
                source: "the training samples")
        } else if isAdapted,
            InputReference(of: stored.model.signature.scaling, channels: channels) == nil
        {
            throw AdaptError.adaptedBefore(
                run: request.run.relativePath, what: "--reference, samples")
        }
    }
}

extension ModelSignature {
    /// Samples under the model's shape, as they were measured.
    fileprivate func unscaled(_ data: Dataset) throws -> Dataset {
        var copy = self
        copy.scaling = nil
        return try copy.prepared(data)
    }
}

extension Dataset {
    /// The same samples, of which nothing is asked.
    fileprivate var withoutTargets: Dataset {
        get throws {
            try Dataset(
                name: name, values: values, featureShape: featureShape,
                targets: .none(count: count), origin: origin
            ).timed(step: timeStep).naming(features: featureNames)
        }
    }
}
