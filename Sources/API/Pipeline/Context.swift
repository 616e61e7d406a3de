import Hummingbird
import Logging
import NIOCore
import NIOSSL

/// Hummingbird's context of a request.
package struct Context: RequestContext {
    package var coreContext: CoreRequestContextStorage
    /// The other end of the connection.
    let remoteAddress: String
    let channel: any Channel

    package init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        remoteAddress = source.channel.remoteAddress?.ipAddress ?? "unknown"
        channel = source.channel
    }

    var peer: Peer { Peer(address: remoteAddress, channel: channel) }
}

/// The other end of a connection.
struct Peer: Sendable {
    let address: String
    private let channel: any Channel

    init(address: String, channel: any Channel) {
        self.address = address
        self.channel = channel
    }

    /// In DER, when the TLS handshake requested a certificate and verified it; `nil` on any other connection.
    func certificate() async -> [UInt8]? {
        guard let certificate = try? await channel.nioSSL_peerCertificate().get() else { return nil }
        return try? certificate.toDERBytes()
    }
}
