/// Why a message was not sent, derived from the stage and code of the SMTP reply. It never contains an e-mail address.
package enum MailFailure: Error, Sendable, Equatable, CustomStringConvertible {
    /// 4xx: a retry may succeed.
    case transient(code: Int, reply: String)
    /// 5xx for the recipient or the message: a retry cannot succeed.
    case permanent(code: Int, reply: String)
    /// 5xx before RCPT TO: not the recipient's fault. The operator can fix it, so the mail is retried.
    case refusesUs(code: Int, reply: String)
    case unreachable(String)
    case timedOut
    case tls(String)
    case authentication(code: Int)
    /// The connection ended after the message was sent: the server may or may not have accepted it.
    case unsureIfAccepted
    /// The service stopped before the message was sent completely, so the server did not accept it.
    case stopped
    case badAddress
    /// Too many messages wait already.
    case busy

    package var isPermanent: Bool {
        switch self {
        case .permanent, .badAddress: true
        case .transient, .refusesUs, .unreachable, .timedOut, .tls, .authentication, .unsureIfAccepted, .stopped, .busy:
            false
        }
    }

    package var description: String {
        switch self {
        case .transient(let code, let reply), .permanent(let code, let reply): "SMTP \(code): \(reply)"
        case .refusesUs(let code, let reply): "the mail server rejects this service: SMTP \(code): \(reply)"
        case .unreachable(let detail): "the mail server cannot be reached: \(detail)"
        case .timedOut: "the mail server did not answer in time"
        case .tls(let detail): "no trusted TLS connection to the mail server: \(detail)"
        case .authentication(let code): "the mail server rejected the login (\(code))"
        case .unsureIfAccepted: "the connection ended before the mail server confirmed"
        case .stopped: "the service is stopping"
        case .badAddress: "the e-mail address is not valid"
        case .busy: "too many messages are waiting"
        }
    }
}
