import HTTPTypes
import NIOCore
import Testing

@testable import API

@Suite struct RequestBodyCollectorTests {
    private struct Lost: Error {}
    private let step = RequestBodyCollector(maximumBytes: 4)

    private func body(_ parts: String..., failing error: (any Error)? = nil) -> AsyncThrowingStream<
        ByteBuffer, any Error
    > {
        AsyncThrowingStream { stream in
            for part in parts { stream.yield(ByteBuffer(string: part)) }
            stream.finish(throwing: error)
        }
    }

    @Test func `a body is collected whole, and nothing is read of a GET`() async throws {
        #expect(try await step.collect(body("ab", "cd"), of: .post, [:]) {} == Array("abcd".utf8))
        #expect(try await step.collect(body("ab"), of: .get, [:]) {} == [])
    }

    @Test func `a client that waits for 100 Continue gets it`() async throws {
        var continues = 0
        _ = try await step.collect(body("a"), of: .put, [.expect: "100-continue"]) { continues += 1 }
        _ = try await step.collect(body("a"), of: .put, [:]) { continues += 1 }
        #expect(continues == 1)
    }

    @Test func `a body that is too long, compressed or incomplete is rejected`() async throws {
        func kind(_ body: AsyncThrowingStream<ByteBuffer, any Error>, _ headers: HTTPFields = [:]) async
            -> ProblemKind?
        {
            var continues = false
            let problem = await #expect(throws: Problem.self) {
                try await step.collect(body, of: .post, headers) { continues = true }
            }
            #expect(!continues)
            return problem?.kind
        }
        #expect(await kind(body("abc", "de")) == .contentTooLarge)
        #expect(await kind(body(), [.contentLength: "5", .expect: "100-continue"]) == .contentTooLarge)
        #expect(await kind(body("ab"), [.contentEncoding: "gzip"]) == .unsupportedMediaType)
        #expect(await kind(body("ab", failing: Lost())) == .malformedRequest)
    }
}
