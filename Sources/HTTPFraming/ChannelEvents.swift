import NIOCore

// What the service asks of the connection of a request.

extension Channel {
    /// Sends 100 Continue to a client that waits for it before its body (RFC 9110, 10.1.1).
    package func sendContinue() {
        triggerUserOutboundEvent(FramingHandler.Continue(), promise: nil)
    }

    /// Gives the body of the request in progress more time to arrive (`FramingRules.uploadDeadlineSeconds`). Call it only for authenticated
    /// callers, because slow requests occupy connections.
    package func allowLongUpload() {
        triggerUserOutboundEvent(FramingHandler.LongUpload(), promise: nil)
    }
}
