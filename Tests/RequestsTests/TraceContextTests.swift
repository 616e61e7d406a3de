import Foundation
import Requests
import Testing

/// The header `traceparent` (W3C Trace Context).
@Suite struct TraceContextTests {
    private static let trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    private static let good = "00-\(trace)-00f067aa0ba902b7-01"

    @Test func `a header is read with its flags, and a later version may have more members`() throws {
        for (header, isSampled) in [
            (Self.good, true), ("00-\(Self.trace)-00f067aa0ba902b7-00", false),
            ("00-\(Self.trace)-00f067aa0ba902b7-fe", false),
            ("01-\(Self.trace)-00f067aa0ba902b7-03", true), ("cc-\(Self.trace)-00f067aa0ba902b7-01-what-the", true),
        ] {
            let read = try #require(TraceContext(traceparent: header), "\(header)")
            #expect(read.text == Self.trace && read.isSampled == isSampled, "\(header)")
            #expect(read.id == UUID(uuidString: "4bf92f35-77b3-4da6-a3ce-929d0e0e4736"))
        }
    }

    @Test(arguments: [
        "", "-", "00--", good.uppercased(), good + "-x", good + "-", "ff-\(trace)-00f067aa0ba902b7-01", " " + good,
        good + " ",
        "00-00000000000000000000000000000000-00f067aa0ba902b7-01", "00-\(trace)-0000000000000000-01", "0-" + good,
        "00-\(trace.dropLast())-00f067aa0ba902b7-01", "00-\(trace)-00f067aa0ba902b7-1",
        "00-\(trace)-00f067aa0ba902b7-0g",
        "00-\(trace.dropLast())é-00f067aa0ba902b7-01", "\(good),\(good)",
    ])
    func `an ill-formed header is ignored`(header: String) {
        #expect(TraceContext(traceparent: header) == nil)
    }

    @Test func `each call has the same trace and another span`() throws {
        for isSampled in [true, false] {
            let context = TraceContext(id: UUID(), isSampled: isSampled)
            let headers = Set((0..<1_000).map { _ in context.traceparent() })
            #expect(headers.count == 1_000)
            for header in headers {
                #expect(header.utf8.count == 55 && TraceContext(traceparent: header) == context, "\(header)")
            }
        }
    }

    @Test func `a trace is that of the task's request`() async {
        #expect(TraceContext.current == nil)
        let context = TraceContext(id: UUID())
        await TraceContext.$current.withValue(context) {
            #expect(TraceContext.current == context)
            await Task { #expect(TraceContext.current == context) }.value
        }
        #expect(TraceContext.current == nil)
    }
}
