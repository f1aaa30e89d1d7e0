/// Numbers of a dense tensor that nobody has worked out yet.
///
/// Some results are read once, by a neuron that can make them block by block in the cache from what they are
/// made of; everybody else asks for ``buffer``, and pays for it then.
package protocol DeferredNumbers: AnyObject, Sendable {
    /// The numbers in row-major order, worked out at the first call and kept.
    var buffer: FloatBuffer { get }
    /// Bytes of what they are made of.
    var storedBytes: Int { get }
}
