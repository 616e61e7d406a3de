import Foundation
import JSON

/// An RT that arrived by PEC or on paper, or whose body was not readable, entered by operations.
extension PortalApp {
    static let deskRTRoutes: [Route] = [
        .get("/desk/rt", .staff([.operations])) { app, visit in try await app.showRTForm(visit, nil) },
        .upload("/desk/rt", .staff([.operations]), bytes: 256 << 10) { app, visit in try await app.enterRT(&visit) },
    ]

    private func showRTForm(_ visit: Visit, _ state: FormState?, status: Int = 200) async throws -> PageResponse {
        let anomaly = Segment(visit.filter("anomaly") ?? visit.field("anomaly"))?.text
        let page = DeskRTPage(visit: visit, anomaly: anomaly, creditor: try await creditorField(visit))
        return .page(page.page(state), status: status)
    }

    private func enterRT(_ visit: inout Visit) async throws -> PageResponse {
        var state = FormState(values: visit.form)
        let anomaly = Segment(visit.field("anomaly"))?.text
        let cents = visit.field("amount").flatMap(TypedAmount.cents)
        let paidAt = RomeTime.instant(day: visit.field("day"), time: visit.field("time"))
        let file = visit.files["evidence"]
        for name in ["receipt_id", "creditor", "iuv", "psp_id", "psp_name", "reason"] where visit.field(name) == nil {
            state.errors[name] = visit.texts[.errorRequired]
        }
        if cents == nil { state.errors["amount"] = visit.texts[.errorInvalid] }
        if paidAt == nil { state.errors["day"] = visit.texts[.errorInvalid] }
        if anomaly == nil, file?.bytes.isEmpty ?? true { state.errors["evidence"] = visit.texts[.errorRequired] }
        guard !state.hasErrors else { return try await showRTForm(visit, state, status: 422) }
        let body = DeskRTPage.body(visit, cents: cents, paidAt: paidAt, anomaly: anomaly, file: file)
        do {
            let answer = try await api.json(
                APIRequest(method: "POST", path: "/v1/receipts", body: body), as: visit.caller)
            visit.session.flash = .deskDone
            if let id = answer.text("id"), visit.allows(.receiptsRead) { return .redirect("/desk/receipts/\(id)") }
            return .redirect(answer.text("anomaly_id").map { "/desk/anomalies/\($0)" } ?? "/desk/anomalies")
        } catch APIError.refused(let problem) {
            let state = await refused(problem, visit, field: DeskRTPage.field)
            return try await showRTForm(visit, state, status: 422)
        }
    }
}

struct DeskRTPage: Sendable {
    let visit: Visit
    /// The unreadable body whose content is entered.
    let anomaly: String?
    let creditor: Field

    func page(_ state: FormState?) -> Page {
        let texts = visit.texts
        let outcomes = [("OK", texts[.deskOutcomeOK]), ("KO", texts[.deskOutcomeKO])]
        var fields = [
            Field(name: "receipt_id", label: texts[.receiptID], maximum: 35),
            Field(name: "outcome", kind: .select(outcomes), label: texts[.deskOutcome], maximum: nil),
            creditor,
            Field(name: "iuv", label: texts[.iuv], maximum: 35),
            Field(name: "amount", label: texts[.amount], maximum: 20, inputMode: "decimal"),
            Field(name: "day", kind: .date, label: texts[.paidAt], maximum: nil),
            Field(name: "time", kind: .time, label: texts[.deskTime], maximum: nil),
            Field(name: "psp_id", label: texts[.deskPSPID], maximum: 35),
            Field(name: "psp_name", label: texts[.psp], maximum: 140),
        ]
        if anomaly == nil {
            fields.append(
                Field(
                    name: "evidence", kind: .file(accept: ".pdf,.xml,.json,.p7m,.eml,.txt,.png,.jpg"),
                    label: texts[.deskEvidenceFile], hint: texts[.deskEvidenceHint], maximum: nil))
        }
        fields.append(
            Field(name: "reason", kind: .area, label: texts[.deskWhy], hint: texts[.deskWhyHint], maximum: 500))
        let target = anomaly.map { "/desk/rt" + APIClient.query([("anomaly", $0)]) } ?? "/desk/rt"
        return Page(
            title: texts[.deskEnterRT], trail: [(texts[.deskAnomalies], "/desk/anomalies")],
            isError: state?.hasErrors == true
        ) {
            element("p", ["class": "lead"], texts[.deskEnterRTText])
            visit.form(
                target, fields, submit: texts[.deskEnterRT], hidden: [("anomaly", anomaly ?? "")],
                state: state ?? FormState(values: ["time": "12:00"])
            ).html
        }
    }

    /// The name of the field of a pointer.
    static func field(_ pointer: String) -> String {
        switch pointer {
        case "/rt/amount_cents": "amount"
        case "/rt/paid_at": "day"
        case "/rt/psp/id": "psp_id"
        case "/rt/psp/business_name": "psp_name"
        case "/rt/creditor_tax_code": "creditor"
        case "/evidence/base64", "/evidence/media_type", "/evidence": "evidence"
        default: pointer.split(separator: "/").last.map(String.init) ?? ""
        }
    }

    static func body(_ visit: Visit, cents: Int64?, paidAt: String?, anomaly: String?, file: UploadedFile?) -> [UInt8] {
        let number = visit.field("iuv")?.filter { !$0.isWhitespace } ?? ""
        let isNotice = number.utf8.count == 18
        return JSONWriter.object { json in
            json.object("rt") { json in
                json.field("receipt_id", visit.field("receipt_id"))
                json.field("outcome", visit.field("outcome"))
                json.field("creditor_tax_code", visit.field("creditor"))
                json.field(isNotice ? "notice_number" : "iuv", number)
                json.field("amount_cents", cents)
                json.field("paid_at", paidAt)
                json.object("psp") { json in
                    json.field("id", visit.field("psp_id"))
                    json.field("business_name", visit.field("psp_name"))
                }
            }
            json.field("anomaly_id", anomaly)
            if anomaly == nil, let file {
                json.object("evidence") { json in
                    json.field("base64", Data(file.bytes).base64EncodedString())
                    json.field("media_type", type(of: file.name))
                }
            }
            json.field("reason", visit.field("reason"))
        }
    }

    private static func type(of name: String) -> String {
        switch name.split(separator: ".").last?.lowercased() {
        case "pdf": "application/pdf"
        case "xml": "application/xml"
        case "json": "application/json"
        case "p7m": "application/pkcs7-mime"
        case "eml": "message/rfc822"
        case "txt": "text/plain"
        case "png": "image/png"
        case "jpg", "jpeg": "image/jpeg"
        default: "application/octet-stream"
        }
    }
}
