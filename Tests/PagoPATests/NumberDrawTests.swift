import PagoPA
import Testing

@Suite struct NumberDrawTests {
    private func notices(_ numbers: ClosedRange<Int>) throws -> [NoticeNumber] { try numbers.map(Given.notice) }

    @Test func `no further batch is read when the first one has enough numbers`() throws {
        var draw = NumberDraw(2, afterTries: 0, cached: 32)
        #expect(!draw.isChecked && draw.result == nil)
        #expect(draw.next(after: try notices(1...3)) == nil)
        #expect(draw.result == (try notices(1...2)))
    }

    @Test func `nothing is drawn for a position whose creditor gave every number`() {
        var draw = NumberDraw(0, afterTries: 0, cached: 32)
        #expect(draw.next(after: []) == nil && draw.result == [])
    }

    @Test func `the first try reads what a connection may have cached, and then ends`() throws {
        var draw = NumberDraw(3, afterTries: 0, cached: 32)
        #expect(draw.next(after: try notices(1...1)) == 34)
        #expect(draw.next(after: try notices(2...2)) == nil)
        #expect(draw.result == nil)
    }

    @Test func `after a rejection the numbers are checked in growing batches`() throws {
        var draw = NumberDraw(2, afterTries: 1, cached: 32)
        #expect(draw.isChecked)
        #expect(draw.next(after: []) == 34)
        #expect(draw.next(after: try notices(1...1)) == 513)
        #expect(draw.next(after: []) == 8_193)
        #expect(draw.next(after: try notices(2...9)) == nil)
        #expect(draw.result == (try notices(1...2)))
    }
}
