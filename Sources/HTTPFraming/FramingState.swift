import NIOCore

/// A request whose head has been forwarded, and its response.
struct Exchange {
    enum Response { case none, begun, ended }

    let began: NIODeadline
    /// The body may arrive until `uploadDeadlineSeconds`.
    var isLongUpload = false
    /// No other request is read on this connection.
    var isLast: Bool
    /// The client waits for `100 Continue` before it sends the body.
    var awaitsContinue: Bool
    var response = Response.none
    /// When a response that is sent in parts must have ended; `nil` for any other response.
    var streamDeadline: NIODeadline?
}

/// The state of a connection.
enum FramingState {
    /// Between requests.
    case idle
    case head(HeadReader, began: NIODeadline)
    case body(BodyReader, Exchange)
    /// The whole request has been forwarded, its response is not complete.
    case response(Exchange)
    /// The rest of the body cannot be read. Further input is dropped, and the response is the connection's last.
    case failed(Exchange)
    /// The last response has been sent. Further input is read and dropped.
    case lingering

    /// `nil` while there is none. Setting it changes nothing then.
    var exchange: Exchange? {
        get {
            switch self {
            case .body(_, let exchange), .response(let exchange), .failed(let exchange): exchange
            case .idle, .head, .lingering: nil
            }
        }
        set {
            guard let newValue else { return }
            switch self {
            case .body(let reader, _): self = .body(reader, newValue)
            case .response: self = .response(newValue)
            case .failed: self = .failed(newValue)
            case .idle, .head, .lingering: break
            }
        }
    }
}
