import RanvierConfiguration
import RanvierData
import RanvierLearning
import RanvierNetworks
import RanvierTensors

/// A criterion as configurations say it: what it scores the connections of a whole network by.
///
///     criterion: magnitude
///     criterion: {snip: {samples: 128}}
///
///     struct Smallest: CriterionChoice {
///         static let kind = "smallest"
///         static let schema = Schema<Smallest> {}
///         var criterion: any PruningCriterion { SmallestCriterion() }
///     }
///     registry.add(CriterionKind(Smallest.self))
public protocol CriterionChoice: Configurable {
    /// Word for the criterion in configurations.
    static var kind: String { get }
    /// How layers are scored once it is known what is needed of them.
    var criterion: any PruningCriterion { get }
    /// The same with what it draws following a seed.
    func criterion(seed: UInt64) -> any PruningCriterion
    /// Samples that are looked at; nil where none are.
    var samples: Int? { get }
    /// What is known of the prunable parameters of a model, in their order.
    ///
    /// - Parameter samples: as many as ``samples`` says; nil where it looks at none.
    /// - Throws: `CompressionError` that names the layer; what showing the samples throws.
    func layers(of model: ClockedModel, on samples: Dataset?) throws -> [PruningLayer]
}

extension CriterionChoice {
    /// As without: nothing is drawn.
    public func criterion(seed: UInt64) -> any PruningCriterion { criterion }

    /// None.
    public var samples: Int? { nil }

    /// Weights and masks.
    public func layers(of model: ClockedModel, on samples: Dataset?) throws -> [PruningLayer] {
        plainLayers(of: model)
    }

    func plainLayers(of model: ClockedModel) -> [PruningLayer] {
        model.network.prunableParameters.map {
            PruningLayer(name: $0.name, weights: $0.value, alive: $0.mask?.alive)
        }
    }

    /// What is known of the prunable parameters of a model, from samples spread over a data set.
    func layers(of model: ClockedModel, from data: Dataset?) throws -> [PruningLayer] {
        guard let samples else { return try layers(of: model, on: nil) }
        guard let data, data.count > 0 else {
            throw CompressionError.missing(
                layer: model.network.prunableParameters.first?.name ?? "", what: "samples",
                advice: "hand some over to criterion '\(Self.kind)', or take 'magnitude'")
        }
        return try layers(of: model, on: data.spread(over: samples))
    }

    /// A score for each connection of all prunable parameters of a model, in their order: those of least score go first.
    ///
    /// - Parameter data: samples of which as many as ``samples`` says are looked at, evenly spread; nil where it looks at none.
    public func scores(of model: ClockedModel, on data: Dataset?) throws -> [Tensor] {
        try criterion.scores(of: layers(of: model, from: data))
    }

    /// Takes connections of least score away, besides those that are gone already; other views stay as they are.
    ///
    /// - Returns: the masks of the prunable parameters, in order.
    /// - Throws: nothing is changed then.
    @discardableResult
    public func prune(
        _ model: ClockedModel, by pruning: Pruning, granularity: Granularity = .weights,
        norm: UnitNorm = .l1, on data: Dataset?
    ) throws -> PruningOutcome {
        let outcome = try criterion.prune(
            layers(of: model, from: data), by: pruning, granularity: granularity, norm: norm)
        for (parameter, mask) in zip(model.network.prunableParameters, outcome.masks) {
            parameter.mask = Mask(mask)
        }
        return outcome
    }
}

extension Dataset {
    /// So many samples, evenly spread, so that a data set sorted by class gives some of each; all where there are fewer.
    func spread(over count: Int) -> Dataset {
        guard count < self.count else { return self }
        return subset((0..<count).map { $0 * self.count / count })
    }
}

/// What says which connections are worth least.
public enum CriterionRole: Role {
    /// A criterion's options.
    public typealias Value = any CriterionChoice
    /// `criterion`.
    public static let name = "criterion"
    /// The criterion's kind and keys.
    public static func element(of value: any CriterionChoice) -> Element {
        Element(type(of: value).kind, value.configurationValue)
    }
}

/// A kind of criterion.
public typealias CriterionKind = Kind<CriterionRole>

extension Kind where R == CriterionRole {
    /// The kind of a type.
    public init<C: CriterionChoice>(_ type: C.Type) {
        self.init(C.kind, C.self) {
            $0
        } unwrap: {
            $0 as? C
        }
    }

    /// The criteria that are built in.
    public static let standard: [CriterionKind] = [
        CriterionKind(MagnitudeChoice.self), CriterionKind(RandomChoice.self),
        CriterionKind(LayerAdaptiveChoice.self), CriterionKind(SaliencyChoice.self),
        CriterionKind(DriveChoice.self), CriterionKind(FiringChangeChoice.self),
        CriterionKind(FiringChangePerOperationChoice.self),
    ]
}
