import Accounts
import HTTPTypes
import JSON
import PagoPA
import Requests
import Storage
import Testing

@testable import API

/// The steps after the handler: errors, headers, and the log line.
@Suite struct ResponseTests {
    private struct Unexpected: Error {}

    @Test func `a refusal is the caller's; any other error is ours, logged once and without details for the caller`()
        throws
    {
        let recorder = LogRecorder()
        let step = ErrorResponse(links: Sample.links, logger: recorder.logger)

        #expect(step.problem(for: Refusal.notFound, correlationID: "c").kind == .notFound)
        #expect(step.problem(for: Problem.malformed("x"), correlationID: "c").detail == "x")
        #expect(step.problem(for: CancellationError(), correlationID: "c").kind == .unavailable)
        #expect(recorder.records.isEmpty)

        #expect(step.problem(for: DatabaseUnavailable(), correlationID: "c").kind == .unavailable)
        let reply = step.reply(to: Unexpected(), Sample.state())
        #expect(reply.status == .internalServerError)
        #expect(!String(decoding: reply.body, as: UTF8.self).contains("Unexpected"))
        #expect(recorder.records.map(\.message) == ["the database is not available", "a request failed"])
        #expect(recorder.records.last?.metadata["correlation_id"] == "c-1")
    }

    @Test func `every response has the standard headers`() throws {
        var state = Sample.state()
        state.rate = RateLimiter.Verdict(limit: 10, remaining: 9, resetSeconds: 30, isAllowed: true)

        let headers = Reply(.ok).addingStandardHeaders(state).headers

        #expect(headers[.correlationID] == "c-1" && headers[.rateLimitRemaining] == "9")
        #expect(headers[.cacheControl] == "no-store")
        for name in [
            HTTPField.Name.contentSecurityPolicy, .xContentTypeOptions, .frameOptions, .referrerPolicy,
            .strictTransportSecurity,
        ] { #expect(headers[name] != nil, "\(name)") }
        #expect(headers[.vary] == nil)
    }

    @Test func `a response with an ETag may be cached by its caller; a handler's own headers stay`() {
        let tagged = Reply(.ok, headers: [.eTag: "\"1\""]).addingStandardHeaders(Sample.state())
        #expect(tagged.headers[.cacheControl] == "private, no-cache")
        let page = Reply(.ok, headers: [.contentSecurityPolicy: "default-src 'self'"])
            .addingStandardHeaders(Sample.state())
        #expect(page.headers[.contentSecurityPolicy] == "default-src 'self'")
    }

    @Test func `a page may read the response if its origin is one of the key's`() throws {
        let key = Sample.key(origins: [try WebOrigin("https://portal.example.org")])
        func allowed(_ origin: String) -> String? {
            Reply(.ok).addingStandardHeaders(Sample.state(origin: origin, key: key))
                .headers[.accessControlAllowOrigin]
        }
        #expect(allowed("https://portal.example.org") == "https://portal.example.org")
        #expect(allowed("https://other.example.org") == nil)
    }

    @Test func `a request is logged once, by its route and without personal data`() {
        let recorder = LogRecorder()
        let state = Sample.state(path: "/v1/positions/0190-secret", key: Sample.key())

        RequestLog(logger: recorder.logger).record(Reply(.ok), state, seconds: 0.5)

        #expect(recorder.records.map(\.message) == ["request"])
        let metadata = recorder.records.first?.metadata ?? [:]
        #expect(metadata["uri"] == "/v1/positions" && metadata["status"] == "200")
        #expect(metadata["consumer"] == "key:qz_sample" && metadata["duration_ms"] == "500")
        #expect(metadata["client_ip"] == "192.0.2.1" && metadata["correlation_id"] == "c-1")
        #expect(!metadata.values.contains { $0.contains("secret") })
    }
}
