import Foundation
import HummingbirdTLS
import Logging
import NIOCore
import NIOSSL
import PagoPA
import ServiceLifecycle
import Synchronization
import UnixSignals

/// The server's TLS identity: a certificate with its chain, and its key, from two PEM files that may be renewed while the server
/// runs.
final class ServerIdentity: Sendable {
    private let certificateFile: String
    let keyFile: String
    private let current: Mutex<Pair>

    private struct Pair {
        let chain: [NIOSSLCertificate]
        let key: NIOSSLPrivateKey
    }

    /// - Throws: `Settings.Faults`, which names variables but contains no values.
    init(certificateFile: String, keyFile: String) throws {
        self.certificateFile = certificateFile
        self.keyFile = keyFile
        current = Mutex(try Self.read(certificateFile, keyFile))
    }

    private static func read(_ certificateFile: String, _ keyFile: String) throws -> Pair {
        var faults: [String] = []
        let chain = (try? NIOSSLCertificate.fromPEMBytes(Settings.bytes(of: certificateFile))) ?? []
        if chain.isEmpty { faults.append("TLS_CERTIFICATE must name a readable file with certificates in PEM") }
        let key = try? NIOSSLPrivateKey(bytes: Settings.bytes(of: keyFile), format: .pem)
        if key == nil {
            faults.append("TLS_KEY must name a readable file with a private key in PEM, without a password")
        }
        guard faults.isEmpty, let key else { throw Settings.Faults(faults: faults) }
        // NIOSSL compares certificate and key when it creates a context.
        guard (try? NIOSSLContext(configuration: configuration(Pair(chain: chain, key: key)))) != nil else {
            throw Settings.Faults(faults: ["TLS_KEY is not the key of TLS_CERTIFICATE"])
        }
        return Pair(chain: chain, key: key)
    }

    private static func configuration(_ pair: Pair) -> TLSConfiguration {
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: pair.chain.map { .certificate($0) }, privateKey: .privateKey(pair.key))
        configuration.minimumTLSVersion = .tlsv12
        configuration.applicationProtocols = ["http/1.1"]
        return configuration
    }

    /// Loads the files again for all later handshakes. If they are invalid, the current certificate stays in use.
    func renew() throws {
        let pair = try Self.read(certificateFile, keyFile)
        current.withLock { $0 = pair }
    }

    var expiresAtUnixSeconds: Int {
        current.withLock { $0.chain.first.map { Int($0.notValidAfter) } ?? 0 }
    }

    /// The validity of every certificate of the chain, the server's own first.
    var validities: [CertificateValidity] {
        current.withLock { $0.chain.map { CertificateValidity($0) } }
    }

    /// - Parameter authorities: if set, each client must present a certificate issued by one of them.
    func configuration(demanding authorities: [NIOSSLCertificate]? = nil) -> TLSConfiguration {
        var configuration = Self.configuration(current.withLock { $0 })
        configuration.sslContextCallback = { [self] _, promise in
            let pair = current.withLock { $0 }
            var change = NIOSSLContextConfigurationOverride()
            change.certificateChain = pair.chain.map { .certificate($0) }
            change.privateKey = .privateKey(pair.key)
            promise.succeed(change)
        }
        if let authorities {
            configuration.trustRoots = .certificates(authorities)
            configuration.certificateVerification = .noHostnameVerification
            configuration.sendCANameList = true
        }
        return configuration
    }
}

/// The instants between which a certificate is valid, as Unix times.
struct CertificateValidity: Sendable {
    let beginsAtUnixSeconds: Int
    let endsAtUnixSeconds: Int

    init(_ certificate: NIOSSLCertificate) {
        beginsAtUnixSeconds = Int(certificate.notValidBefore)
        endsAtUnixSeconds = Int(certificate.notValidAfter)
    }
}

/// Reloads the certificate at each SIGHUP.
struct CertificateRenewal: Service {
    let identity: ServerIdentity
    let logger: Logger

    func run() async throws {
        for await _ in await UnixSignalsSequence(trapping: .sighup).cancelOnGracefulShutdown() {
            do {
                try identity.renew()
                logger.info("the TLS certificate was reloaded")
            } catch {
                logger.error(
                    "the TLS certificate could not be reloaded; the current one stays in use",
                    metadata: ["error": "\(error)"])
            }
        }
    }
}
