import Accounts
import Cryptography
import JSON
import PagoPA
import Requests
import Testing

@testable import API

/// The parameters and the JSON of the feed.
@Suite struct EventRouteTests {
    @Test func `a cursor that the service did not issue is rejected`() async throws {
        let runner = try await RouteRunner.shared.value
        let list = CursorCodec(runner.cursorAuthenticator, for: .everyCreditor)
        func cursor(_ subkey: String, order: String = "events", in name: ListName = .events) -> String {
            list.text(of: Cursor(order: order, key: 7, subkey: subkey, id: Cursor.noID), in: name)
        }
        let wrong = RouteRunner.Outcome.problem("malformed-request", ["after bad_format"])
        for text in ["", "x", cursor(""), cursor("1"), cursor("a b"), cursor("1 2", in: .journal), cursor("1 2") + "A"]
        {
            #expect(try await runner.send("list_events", query: [("after", text)]) == wrong, "\(text)")
        }
        let recent = cursor("1 \(Sample.now.microseconds)")
        #expect(try await runner.send("list_events", query: [("after", recent), ("limit", "100")]) == .operation)
        let old = cursor("1 \(Sample.now.adding(seconds: -31 * 86_400).microseconds)")
        #expect(try await runner.send("list_events", query: [("after", old)]) == .problem("events-expired", []))
        #expect(
            try await runner.send("list_events", query: [("limit", "101")])
                == .problem("malformed-request", ["limit out_of_range"]))
    }

    @Test func `an event is written with what belongs to its change`() throws {
        let id = try Identifier<Event>("01a2076c-3248-7101-9f2c-6a5200001eef")
        func json(_ type: EventType, from: String?, to: String?) throws -> String {
            let event = Event(
                id: id, cursor: FeedCursor(order: 1, number: 2), at: try Instant(rfc3339: "2026-11-23T09:30:04Z"),
                type: type, creditor: try OrganizationTaxCode("12345678903"), subject: id.uuid,
                position: Identifier(uuid: id.uuid), attempt: nil, receipt: nil, from: from, to: to)
            return String(decoding: JSONWriter.object { event.write(into: &$0) }, as: UTF8.self)
        }
        let head =
            #"{"id":"\#(id)","type":"position.changed","at":"2026-11-23T09:30:04Z","creditor_tax_code":"12345678903","#
        #expect(
            try json(.positionChanged, from: nil, to: nil)
                == head + #""subject":{"kind":"position","id":"\#(id)"},"data":{}}"#)
        #expect(
            try json(.attemptFailed, from: "created", to: "failed").hasSuffix(
                #""data":{"status":"failed","previous_status":"created","position_id":"\#(id)"}}"#))
        // The entry of a counter payment has no states.
        #expect(try json(.receiptSettled, from: nil, to: nil).contains(#""data":{"status":"settled""#))
        #expect(
            try json(.anomalyResolved, from: "already_paid", to: "refund").contains(
                #""data":{"kind":"already_paid","resolution":"refund""#))
    }
}
