import JSON

/// Paying a notice by its number, without an account.
extension PortalApp {
    static let guestRoutes: [Route] = [
        .get("/notice") { app, visit in
            .page(GuestPages.find(visit, try await app.creditors(visit)))
        },
        .post("/notice") { app, visit in try await app.findNotice(&visit) },
    ]

    func creditors(_ visit: Visit) async throws -> [(value: String, label: String)] {
        let page = try await api.get("/v1/creditors", query: [("limit", "100")], as: visit.caller.asGuest)
        return page.list("items").compactMap { item in
            guard let code = item.text("tax_code"), let name = item.text("name") else { return nil }
            return (code, name)
        }
    }

    private func findNotice(_ visit: inout Visit) async throws -> PageResponse {
        let texts = visit.texts
        let creditors = try await creditors(visit)
        var state = FormState(values: visit.form)
        let creditor = Segment(visit.filled("creditor"))
        let notice = Segment(visit.filled("notice_number")?.withoutBlanks)
        if creditor == nil { state.errors["creditor"] = texts[.errorRequired] }
        if notice == nil { state.errors["notice_number"] = texts[.errorRequired] }
        guard let creditor, let notice else {
            return .page(GuestPages.find(visit, creditors, state), status: 422)
        }
        do {
            let position = try await api.get(
                "/v1/positions/by-notice-number/\(creditor.text)/\(notice.text)", as: visit.caller.asGuest)
            let installment = position.list("installments").first { $0.text("notice_number") == notice.text }
            guard let id = position.text("id"), let number = installment?.integer("number") else {
                throw APIError.notFound
            }
            visit.session.addGuestPosition(id)
            return .redirect("/pay/\(id)/\(number)")
        } catch let error as APIError {
            switch error {
            case .notFound, .refused: state.message = texts[.guestNotFound]
            default: throw error
            }
            return .page(GuestPages.find(visit, creditors, state), status: 422)
        }
    }
}

enum GuestPages {
    static func find(_ visit: Visit, _ creditors: [(value: String, label: String)], _ state: FormState = FormState())
        -> Page
    {
        let texts = visit.texts
        let fields = [
            Field(name: "creditor", kind: .select(creditors), label: texts[.creditor]),
            Field(
                name: "notice_number", label: texts[.noticeNumber], hint: texts[.guestNoticeHint], maximum: 24,
                inputMode: "numeric"),
        ]
        return Page(title: texts[.guestTitle], isError: state.hasErrors) {
            element("p", ["class": "lead"], texts[.guestIntro])
            visit.form("/notice", fields, submit: texts[.guestFind], state: state).html
        }
    }
}
