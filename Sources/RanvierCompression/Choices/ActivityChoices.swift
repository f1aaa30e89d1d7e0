import RanvierConfiguration
import RanvierData
import RanvierLearning
import RanvierNetworks

/// `drive`: by the current that a connection is expected to carry.
struct DriveChoice: CriterionChoice {
    static let kind = DriveCriterion.name
    /// Samples on which rates are measured.
    var sampleCount = 256

    static let schema = Schema<DriveChoice> {
        Field.integer("samples", \.sampleCount, in: 1..., drawn: 1...256)
    }

    var criterion: any PruningCriterion { DriveCriterion() }
    var samples: Int? { sampleCount }

    func layers(of model: ClockedModel, on samples: Dataset?) throws -> [PruningLayer] {
        try measured(model, samples)
    }
}

/// What the first layer of a network is scored by.
enum FirstLayerScore: String, Sendable, Hashable, CaseIterable {
    /// Size, as published.
    case magnitude
    /// As the layers behind it.
    case firingChange = "firing-change"
}

/// `firing-change`: SF-IMP-1.
struct FiringChangeChoice: CriterionChoice {
    static let kind = FiringChangeCriterion.name
    /// Samples on which rates and membranes are measured.
    var sampleCount = 256
    /// What the first layer is scored by.
    var firstLayer = FirstLayerScore.magnitude

    static let schema = Schema<FiringChangeChoice> {
        Field.integer("samples", \.sampleCount, in: 1..., drawn: 1...256)
        Field.choice("first-layer", \.firstLayer)
    }

    var criterion: any PruningCriterion {
        EndsByMagnitudeCriterion(
            FiringChangeCriterion(), firstLayer: firstLayer == .magnitude)
    }
    var samples: Int? { sampleCount }

    func layers(of model: ClockedModel, on samples: Dataset?) throws -> [PruningLayer] {
        try measured(model, samples)
    }
}

/// `firing-change-per-operation`: the same for a goal in energy.
struct FiringChangePerOperationChoice: CriterionChoice {
    static let kind = "firing-change-per-operation"
    /// Samples on which membranes are measured.
    var sampleCount = 256
    /// What the first layer is scored by.
    var firstLayer = FirstLayerScore.magnitude

    static let schema = Schema<FiringChangePerOperationChoice> {
        Field.integer("samples", \.sampleCount, in: 1..., drawn: 1...256)
        Field.choice("first-layer", \.firstLayer)
    }

    var criterion: any PruningCriterion {
        EndsByMagnitudeCriterion(
            FiringChangeCriterion(perOperation: true), firstLayer: firstLayer == .magnitude)
    }
    var samples: Int? { sampleCount }

    func layers(of model: ClockedModel, on samples: Dataset?) throws -> [PruningLayer] {
        try measured(model, samples)
    }
}

extension CriterionChoice {
    /// Layers with what is measured on samples; bare ones without.
    fileprivate func measured(_ model: ClockedModel, _ samples: Dataset?) throws -> [PruningLayer] {
        guard let samples else { return plainLayers(of: model) }
        return try NetworkCalibration(of: model, on: samples).layers(of: model.network)
    }
}
