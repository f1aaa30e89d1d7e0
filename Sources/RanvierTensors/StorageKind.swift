/// How a tensor stores its elements.
public enum StorageKind: String, Sendable, Hashable {
    /// Float32, one number per element.
    case dense
    /// One bit per element.
    case spikes
    /// One step that stands for all steps of a sequence.
    case constantInTime
}

package enum TensorStorage: Sendable {
    case dense(FloatBuffer)
    case spikes(SpikeBits)
    case constantInTime(FloatBuffer)
    case deferred(any DeferredNumbers)
}
