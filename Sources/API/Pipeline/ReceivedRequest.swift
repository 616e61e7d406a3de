import Addresses
import HTTPFraming
import HTTPTypes
import HummingbirdCore
import NIOCore
import NIOSSL

/// A request with its target split into path and query.
struct ReceivedRequest: Sendable {
    private let framed: FramedRequest
    let path: String
    /// As sent, without the question mark.
    let query: Substring?

    init(_ framed: FramedRequest) {
        self.framed = framed
        let target = framed.target
        if let mark = target.utf8.firstIndex(of: UInt8(ascii: "?")) {
            path = String(target[..<mark])
            query = target[mark...].dropFirst()
        } else {
            path = target
            query = nil
        }
    }

    var method: HTTPRequest.Method { framed.method }
    var headers: HTTPFields { framed.headers }
    var body: FramedBody { framed.body }
    var peer: Peer { Peer(address: framed.address, channel: framed.channel) }

    /// The decoded parameters of the query.
    var queryParameters: [(name: String, value: String)] {
        guard query != nil else { return [] }
        return URI(framed.target).queryParameters.map { (name: String($0.key), value: String($0.value)) }
    }

    /// See `Channel.allowLongUpload`.
    func allowLongUpload() { framed.channel.allowLongUpload() }

    /// See `Channel.sendContinue`.
    func sendContinue() { framed.channel.sendContinue() }
}

/// The other end of a connection.
struct Peer: Sendable {
    let address: IPAddress?
    private let channel: any Channel

    init(address: IPAddress?, channel: any Channel) {
        self.address = address
        self.channel = channel
    }

    /// In DER, when the TLS handshake requested a certificate and verified it; `nil` on any other connection.
    func certificate() async -> [UInt8]? {
        guard let certificate = try? await channel.nioSSL_peerCertificate().get() else { return nil }
        return try? certificate.toDERBytes()
    }
}
