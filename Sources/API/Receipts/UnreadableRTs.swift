import HTTPTypes
import JSON
import Operations
import PagoPA
import Requests

extension RTOperations {
    /// The error to answer when a signed body was rejected. A body that is not readable as an RT (400, 422) is stored first, and the
    /// response names its anomaly; any other error is returned unchanged, and so is that of a PSP of trials, whose bodies are no evidence.
    func answer(to error: any Error, for body: RTBody) async throws -> any Error {
        guard !TrialPSP.isReserved(body.psp) else { return error }
        let known: Problem
        switch error {
        case let problem as Problem: known = problem
        case let refusal as Refusal: known = Problem(refusal)
        default: return error
        }
        guard known.status == .badRequest || known.status == .unprocessableContent else { return error }
        let faults =
            known.violations.isEmpty
            ? [Fault("", .badFormat, known.detail ?? known.kind.title)]
            : known.violations.map(Fault.init)
        let gist = body.contentType == "application/json" ? RTGist(json: body.bytes) : gist(xml: body.bytes)
        var problem = known
        problem.anomaly = try await storeUnreadable(UnreadableRT(faults: faults, gist: gist), body)?.description
        return problem
    }
}

extension RTGist {
    /// Creditor, IUV and amount, where a JSON text contains them, even if other parts of it are invalid.
    init(json bytes: [UInt8]) {
        guard let json = try? JSONValue.parse(bytes) else {
            self.init()
            return
        }
        func text<T>(_ key: String, _ make: (String) throws -> T) -> T? {
            guard case .string(let text)? = json[key] else { return nil }
            return try? make(text)
        }
        var amount: Amount?
        if case .integer(let cents)? = json["amount_cents"] { amount = try? Amount(cents: cents) }
        self.init(
            creditor: text("creditor_tax_code") { try OrganizationTaxCode(unchecked: $0) },
            iuv: text("iuv") { try IUV($0) } ?? text("notice_number") { try NoticeNumber($0).iuv }, amount: amount)
    }
}
