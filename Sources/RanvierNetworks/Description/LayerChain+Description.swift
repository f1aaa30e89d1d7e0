extension LayerChain {
    /// What the layers say of themselves, with names where they are not the usual ones.
    var descriptions: [LayerDescription] {
        stages.enumerated().map { index, stage in
            let usual = Self.usualName(of: stage.layer, at: index)
            return LayerDescription(stage.layer, name: stage.name == usual ? nil : stage.name)
        }
    }
}
