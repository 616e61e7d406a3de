import AsyncHTTPClient
import Foundation
import HTTPTypes
import NIOCore
import NIOHTTP1

/// A request to the service.
struct APIRequest: Sendable {
    var method = "GET"
    /// With its query.
    var path: String
    var headers: [(name: String, value: String)] = []
    var body: [UInt8]?
    var timeoutSeconds: Int64 = 15
    /// The largest body of a response that is read.
    var maximumBytes = 2 << 20
}

struct APIReply: Sendable {
    var status: Int
    var headers: [(name: String, value: String)] = []
    var body: [UInt8] = []

    func header(_ name: String) -> String? {
        headers.first { $0.name.lowercased() == name }?.value
    }
}

/// How requests reach the service; tests answer them without a network.
protocol APITransport: Sendable {
    /// - Throws: any error if there is no whole response in time.
    func send(_ request: APIRequest) async throws -> APIReply
}

/// AsyncHTTPClient with deadlines, without redirects and with a bound on bodies.
struct NetworkTransport: APITransport {
    let client: HTTPClient
    let base: String

    static let client: HTTPClient = {
        var configuration = HTTPClient.Configuration()
        configuration.redirectConfiguration = .disallow
        configuration.timeout = .init(connect: .seconds(3), read: .seconds(40))
        configuration.connectionPool.idleTimeout = .seconds(30)
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 64
        configuration.httpVersion = .http1Only
        return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }()

    func send(_ request: APIRequest) async throws -> APIReply {
        var outgoing = HTTPClientRequest(url: base + request.path)
        outgoing.method = HTTPMethod(rawValue: request.method)
        for header in request.headers { outgoing.headers.add(name: header.name, value: header.value) }
        if let body = request.body { outgoing.body = .bytes(ByteBuffer(bytes: body)) }
        let response = try await client.execute(outgoing, timeout: .seconds(request.timeoutSeconds))
        let body = try await response.body.collect(upTo: request.maximumBytes)
        return APIReply(
            status: Int(response.status.code), headers: response.headers.map { ($0.name, $0.value) },
            body: Array(body.readableBytesView))
    }
}
