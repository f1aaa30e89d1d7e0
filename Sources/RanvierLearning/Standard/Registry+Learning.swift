import RanvierConfiguration

extension Registry {
    /// Adds tasks, losses, measures, optimisers and the clocked kind of model that are built in.
    public mutating func addStandardLearning() {
        add(TaskKind.standard)
        add(LossKind.standard)
        add(MeasureKind.standard)
        add(OptimizerKind.standard)
        add(ModelKind.clocked)
    }
}
