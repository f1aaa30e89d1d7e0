import Foundation

/// SIGHUP: the terminal is gone.
package enum HangUp {
    /// Whether whoever started this process wants it to outlive its terminal, as `nohup` does. To be asked before the signal is
    /// watched.
    package static let isIgnored: Bool = {
        var action = sigaction()
        sigaction(SIGHUP, nil, &action)
        #if canImport(Darwin)
            let handler = action.__sigaction_u.__sa_handler
        #else
            let handler = action.__sigaction_handler.sa_handler
        #endif
        return unsafeBitCast(handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
    }()
}
