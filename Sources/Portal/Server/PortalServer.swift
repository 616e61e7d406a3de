import Addresses
import AsyncHTTPClient
import Foundation
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import ServiceLifecycle
import UnixSignals

/// Listens and serves until the program is told to stop.
struct PortalServer: Sendable {
    let settings: PortalSettings

    func run() async throws {
        let logger = Logger(label: "quietanza-portal")
        let client = NetworkTransport.client
        let app = PortalApp(
            settings: settings, transport: NetworkTransport(client: client, base: settings.apiURL),
            identityProvider: NetworkTransport(client: client, base: ""), logger: logger)
        var services: [any Service] = [
            Application(
                responder: PageResponder(app: app, proxies: settings.trustedProxies),
                configuration: configuration(port: settings.port), logger: logger)
        ]
        if let port = settings.metricsPort {
            services.append(
                Application(
                    responder: ReportResponder(app: app), configuration: configuration(port: port), logger: logger))
        }
        // At debug level the group logs the fields of its services, among them the keys.
        var quiet = logger
        quiet.logLevel = max(logger.logLevel, .info)
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: services, gracefulShutdownSignals: [.sigterm, .sigint], logger: quiet))
        do { try await group.run() } catch {
            try? await client.shutdown()
            throw error
        }
        try? await client.shutdown()
    }

    private func configuration(port: Int) -> ApplicationConfiguration {
        ApplicationConfiguration(address: .hostname(settings.host, port: port), serverName: "quietanza-portal")
    }
}

/// Answers at the port for health and metrics, which knows no pages.
struct ReportResponder: HTTPResponder {
    let app: PortalApp

    func respond(to request: Request, context: PageContext) async throws -> Response {
        guard request.method == .get || request.method == .head else { return Response(status: .methodNotAllowed) }
        return PageResponder.response(await app.report(on: request.uri.path), to: request)
    }
}

struct PageContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    let peer: SocketAddress?

    init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        peer = source.channel.remoteAddress
    }
}

/// Translates between Hummingbird and the pages, with limits on size and time.
struct PageResponder: HTTPResponder {
    static let maximumBodyBytes = 16 << 10
    static let maximumPathBytes = 2_048
    static let bodySeconds = 10

    let app: PortalApp
    let proxies: TrustedProxies
    private let uploads: UploadPermits

    init(app: PortalApp, proxies: TrustedProxies) {
        self.app = app
        self.proxies = proxies
        uploads = UploadPermits()
    }

    func respond(to request: Request, context: PageContext) async throws -> Response {
        guard request.head.path?.utf8.count ?? 0 <= Self.maximumPathBytes else { return Response(status: .uriTooLong) }
        var incoming = IncomingRequest(method: request.method.rawValue, path: request.uri.path)
        incoming.query = request.uri.query ?? ""
        incoming.cookies = Self.cookies(request)
        for field in request.headers {
            incoming.headers[field.name.canonicalName] = field.value
        }
        incoming.address = address(request, context)
        let upload = app.upload(for: incoming)
        guard upload == nil || uploads.begin() else {
            return Response(status: .serviceUnavailable, headers: [.retryAfter: "10"])
        }
        defer { if upload != nil { uploads.end() } }
        if request.method == .post {
            let types = ["application/x-www-form-urlencoded"] + (upload == nil ? [] : ["multipart/form-data"])
            let type = incoming.headers["content-type"]?.lowercased() ?? ""
            guard types.contains(where: type.hasPrefix) else { return Response(status: .unsupportedMediaType) }
            let (bytes, seconds) = upload ?? (Self.maximumBodyBytes, Self.bodySeconds)
            guard let body = await Self.body(request, upTo: bytes, seconds: seconds) else {
                return Response(status: .contentTooLarge)
            }
            incoming.body = body
        }
        return Self.response(await app.respond(to: incoming), to: request)
    }

    static func response(_ outgoing: OutgoingResponse, to request: Request) -> Response {
        var headers = HTTPFields()
        for header in outgoing.headers {
            if let name = HTTPField.Name(header.name) { headers.append(HTTPField(name: name, value: header.value)) }
        }
        let status = HTTPResponse.Status(code: outgoing.status)
        return Response(
            status: status, headers: headers,
            body: request.method == .head ? ResponseBody() : ResponseBody(byteBuffer: ByteBuffer(bytes: outgoing.body)))
    }

    /// Nil if the body is too large or does not arrive in time.
    private static func body(_ request: Request, upTo maximum: Int, seconds: Int) async -> [UInt8]? {
        await withTaskGroup(of: [UInt8]?.self) { group in
            group.addTask {
                guard let buffer = try? await request.body.collect(upTo: maximum) else { return nil }
                return Array(buffer.readableBytesView)
            }
            group.addTask {
                try? await Task.sleep(for: .seconds(seconds))
                return nil
            }
            let first = await group.next() ?? nil
            group.cancelAll()
            return first
        }
    }

    private static func cookies(_ request: Request) -> [String: String] {
        var cookies: [String: String] = [:]
        for line in request.headers[values: .cookie] {
            for pair in line.split(separator: ";").prefix(60) {
                let parts = pair.split(separator: "=", maxSplits: 1).map { $0.filter { !$0.isWhitespace } }
                if let name = parts.first, let value = parts.dropFirst().first, cookies[name] == nil {
                    cookies[name] = value
                }
            }
        }
        return cookies
    }

    private func address(_ request: Request, _ context: PageContext) -> String? {
        guard let text = context.peer?.ipAddress, let peer = IPAddress(text) else { return nil }
        func joined(_ name: String) -> String? {
            guard let name = HTTPField.Name(name) else { return nil }
            let values = request.headers[values: name]
            return values.isEmpty ? nil : values.joined(separator: ", ")
        }
        return proxies.client(
            peer: peer, xForwardedFor: joined("X-Forwarded-For"), forwarded: joined("Forwarded")
        ).description
    }
}
