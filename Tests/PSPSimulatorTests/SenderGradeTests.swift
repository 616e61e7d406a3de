import Foundation
import Testing

@testable import PSPSimulator

struct SenderGradeTests {
    private let signer = Result { try WebhookSigner(secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw") }
    private let now = Date(timeIntervalSince1970: 1_795_940_100)

    private static func rt(_ receipt: String = "R-1") -> String {
        """
        {"receipt_id": "\(receipt)", "outcome": "OK", "creditor_tax_code": "12345678903", "iuv": "01000000000000144",
        "amount_cents": 4550, "fee_cents": 150, "psp": {"id": "ABCDITMM"}, "paid_at": "2026-11-29T08:15:00Z",
        "transfers": [{"index": 1, "creditor_tax_code": "12345678903", "amount_cents": 4550}]}
        """
    }

    private func post(
        _ rt: String, id: String = "m-1", type: String = "application/json", after seconds: Double = 0,
        answered: Int = 201, changing: (inout [String: String]) -> Void = { _ in }
    ) throws -> SentPost {
        let body = Array(rt.utf8)
        let at = now.addingTimeInterval(seconds)
        var headers = try signer.get().headers(
            id: id, unixSeconds: Int64(at.timeIntervalSince1970), body: body)
        headers["content-type"] = type
        changing(&headers)
        return SentPost(
            method: "POST", path: "/v1/psps/ABCDITMM/receipts", headers: headers, body: body, receivedAt: at,
            answered: answered)
    }

    private func faults(_ posts: [SentPost]) throws -> [String] {
        SenderGrade(psp: "ABCDITMM", signers: [try signer.get()]).grade(posts).filter { $0.fault != nil }.map(\.name)
    }

    /// What the listener answers and a right sender does.
    private func rightPosts(_ first: String = rt(), type: String = "application/json") throws -> [SentPost] {
        [
            try post(first, type: type, answered: 503), try post(first, type: type, after: 1, answered: 503),
            try post(first, type: type, after: 3), try post(Self.rt("R-2"), id: "m-2", after: 4, answered: 422),
        ]
    }

    @Test func `a right sender has every check, and one that sends nothing has none`() throws {
        #expect(try faults(rightPosts()).isEmpty)
        let grade = SenderGrade(psp: "ABCDITMM", signers: [try signer.get()])
        #expect(grade.grade([]).allSatisfy { $0.fault != nil })
        #expect(Finding.grade(of: grade.grade(try rightPosts())) == "30 of 30")
    }

    @Test func `an official RT has every check too, and amounts in it have two decimals`() throws {
        func xml(_ amount: String) -> String {
            """
            <p:RT><p:dominio><p:identificativoDominio>12345678903</p:identificativoDominio></p:dominio><p:datiPagamento>
            <p:codiceEsitoPagamento>0</p:codiceEsitoPagamento><p:importoTotalePagato>\(amount)</p:importoTotalePagato>
            <p:identificativoUnivocoVersamento>01000000000000144</p:identificativoUnivocoVersamento>
            <p:CodiceContestoPagamento>C-1</p:CodiceContestoPagamento><p:datiSingoloPagamento>
            <p:singoloImportoPagato>\(amount)</p:singoloImportoPagato></p:datiSingoloPagamento></p:datiPagamento></p:RT>
            """
        }
        #expect(try faults(rightPosts(xml("45.50"), type: "application/xml; charset=utf-8")).isEmpty)
        #expect(
            try faults(rightPosts(xml("45.5"), type: "text/xml"))
                == [
                    "amounts are whole cents in JSON and have two decimals in XML",
                    "the transfers add up to the amount",
                ])
    }

    @Test func `each mistake fails its own check`() throws {
        let cases: [(String, String)] = [
            (
                Self.rt().replacing("4550,", with: "\"4550\","),
                "amounts are whole cents in JSON and have two decimals in XML"
            ),
            (
                Self.rt().replacing("\"fee_cents\": 150", with: "\"fee_cents\": 1.5"),
                "amounts are whole cents in JSON and have two decimals in XML"
            ),
            (
                Self.rt().replacing("\"amount_cents\": 4550}", with: "\"amount_cents\": 4551}"),
                "the transfers add up to the amount"
            ),
            (Self.rt().replacing("08:15:00Z", with: "08:15:00"), "the instant of the payment has a zone"),
            (Self.rt().replacing("ABCDITMM", with: "OTHERITM"), "the PSP of the RT is the sender"),
            (Self.rt().replacing("\"OK\"", with: "\"DONE\""), "the outcome is stated"),
            (
                Self.rt().replacing("R-1", with: String(repeating: "R", count: 36)),
                "the receipt id has 1 to 35 characters"
            ),
            (Self.rt().replacing("\"iuv\"", with: "\"code\""), "an IUV or a notice number is there"),
        ]
        for (rt, name) in cases { #expect(try faults(rightPosts(rt)).contains(name), "\(name)") }
        #expect(try faults(rightPosts("[]")).contains("the body is one RT in JSON or XML"))
    }

    @Test func `signatures, ids and repeats are graded`() throws {
        let others = Array(try rightPosts().dropFirst())
        func faults(first change: (inout [String: String]) -> Void) throws -> [String] {
            try self.faults([try post(Self.rt(), answered: 503, changing: change)] + others)
        }
        let signature = "the signature is over id.timestamp.body, with the decoded secret"
        #expect(try faults { $0["webhook-signature"] = "v1,AAAA" } == [signature])
        #expect(try faults { $0["webhook-timestamp"] = "1.5" }.contains("the timestamp is in whole seconds"))
        #expect(try faults { $0["webhook-timestamp"] = "1" }.contains("the clock is at most 5 minutes off"))
        #expect(try faults { $0["webhook-id"] = nil }.contains("the three headers are there"))
        #expect(try faults { $0["content-encoding"] = "gzip" } == ["the body is not compressed"])
        #expect(try faults { $0["content-type"] = "text/plain" }.contains("the content type is JSON or XML"))

        let first = try post(Self.rt(), answered: 503)
        #expect(try self.faults([first]).contains("repeats after 503"))
        #expect(try self.faults([first, post(Self.rt() + " ", after: 1)]).contains("a repeat has the same bytes"))
        #expect(
            try self.faults([first, post(Self.rt() + " ", after: 1)]).contains("different messages have different ids"))
        #expect(try self.faults(rightPosts() + [post(Self.rt(), after: 9)]) == ["does not repeat after 201"])
        let again = try post(Self.rt("R-2"), id: "m-2", after: 9, answered: 422)
        #expect(try self.faults(rightPosts() + [again]) == ["does not repeat after 422"])
        let hasty = [first, try post(Self.rt(), after: 2, answered: 503), try post(Self.rt(), after: 2.5)]
        #expect(try self.faults(hasty + rightPosts().suffix(1)) == ["the pauses grow"])
    }

    @Test func `the listener answers 503 twice, then 201, and the second message 422`() async {
        let recorder = SenderRecorder()
        var statuses: [Int] = []
        for id in ["a", "a", "a", "a", "b", "c"] {
            statuses.append(
                await recorder.record(method: "POST", path: "/", headers: ["webhook-id": id], body: [], at: now))
        }
        #expect(statuses == [503, 503, 201, 201, 422, 201])
        #expect(await !recorder.isDone(at: now))
        #expect(await recorder.isDone(at: now.addingTimeInterval(SenderRecorder.quietSeconds)))
    }

    @Test func `the checks of a webhook are about forty and have names of their own`() {
        let names = WebhookChecks.all.map(\.name)
        #expect(Set(names).count == names.count && (40...60).contains(names.count))
    }
}
