/// Why a message did not go out, told by the stage and code of the SMTP reply; no address of anybody in it.
package enum MailFailure: Error, Sendable, Equatable, CustomStringConvertible {
    /// 4xx: later may be better.
    case transient(code: Int, reply: String)
    /// 5xx to the recipient or to the message: never.
    case permanent(code: Int, reply: String)
    /// 5xx before the server was told for whom the message is: not the recipient's fault but the operator's, who can mend it.
    case refusesUs(code: Int, reply: String)
    case unreachable(String)
    case timedOut
    case tls(String)
    case authentication(code: Int)
    /// The connection ended after the message was handed over: it may or may not have been taken.
    case unsureIfAccepted
    /// We were told to stop before the message was handed over whole: it was not taken.
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
        case .refusesUs(let code, let reply): "the mail server does not serve us: SMTP \(code): \(reply)"
        case .unreachable(let detail): "the mail server can not be reached: \(detail)"
        case .timedOut: "the mail server did not answer in time"
        case .tls(let detail): "no trusted encryption with the mail server: \(detail)"
        case .authentication(let code): "the mail server refused our login (\(code))"
        case .unsureIfAccepted: "the connection ended before the mail server confirmed"
        case .stopped: "the service was told to stop"
        case .badAddress: "the address can not be written to"
        case .busy: "too many messages wait already"
        }
    }
}
