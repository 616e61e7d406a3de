import JSON

/// Payments without a bill: debt types that a creditor has opened to payers.
extension PortalApp {
    static let spontaneousRoutes: [Route] = [
        .get("/spontaneous") { app, visit in try await app.listSpontaneous(visit) },
        .get("/spontaneous/:creditor/:type") { app, visit in try await app.showSpontaneous(visit) },
        .post("/spontaneous/:creditor/:type") { app, visit in try await app.requestPosition(&visit) },
    ]

    private func listSpontaneous(_ visit: Visit) async throws -> PageResponse {
        let names = Dictionary(try await creditors(visit).map { ($0.value, $0.label) }, uniquingKeysWith: { a, _ in a })
        let open = try await debtTypes(visit).filter { $0["request_form"] != nil }
        let items = open.compactMap { type -> (title: String, text: String?, path: String)? in
            guard let code = type.text("creditor_tax_code"), let key = type.text("key") else { return nil }
            let title = type.localized("descriptions", visit.language) ?? key
            return (title, names[code] ?? code, "/spontaneous/\(code)/\(key)")
        }
        return .page(SpontaneousPages.list(visit, items))
    }

    private func openType(_ visit: Visit) async throws -> SpontaneousForm {
        let path = try "/v1/creditors/\(visit.parameter("creditor").text)/debt-types/\(visit.parameter("type").text)"
        let type = try await api.get(path, as: visit.caller.asGuest)
        guard let form = SpontaneousForm(type, visit) else { throw APIError.notFound }
        return form
    }

    private func showSpontaneous(_ visit: Visit) async throws -> PageResponse {
        let form = try await openType(visit)
        return .page(form.page(FormState(values: ["kind": "person"])))
    }

    private func requestPosition(_ visit: inout Visit) async throws -> PageResponse {
        let form = try await openType(visit)
        guard visit.session.delegator == nil else { return .page(form.page(FormState()), status: 409) }
        var state = FormState(values: visit.form)
        state.errors = form.errors
        let key = visit.form["key"] ?? ""
        guard Segment(key) != nil else { throw APIError.notFound }
        guard !state.hasErrors else { return .page(form.page(state), status: 422) }
        let path = try "/v1/debt-types/\(visit.parameter("creditor").text)/\(visit.parameter("type").text)/requests"
        do {
            let position = try await api.post(path, form.body, idempotencyKey: key, as: visit.caller)
            guard let id = position.text("id"), let number = position.list("installments").first?.integer("number")
            else { throw APIError.unavailable(retryAfterSeconds: nil) }
            if !visit.session.isSignedIn { visit.session.addGuestPosition(id) }
            return .redirect("/pay/\(id)/\(number)")
        } catch APIError.refused(let problem) {
            for violation in problem.violations {
                let field = SpontaneousForm.field(of: violation.pointer)
                if form.fields.contains(where: { $0.key == field }) {
                    state.errors[field] = visit.texts[field == "tax_code" ? .errorTaxCode : .errorInvalid]
                }
            }
            if state.errors.isEmpty { state.message = visit.texts[PaymentPages.message(for: problem.code)] }
            return .page(form.page(state), status: problem.status == 409 ? 409 : 422)
        }
    }
}

enum SpontaneousPages {
    static func list(_ visit: Visit, _ items: [(title: String, text: String?, path: String)]) -> Page {
        Page(title: visit.texts[.spontaneous]) {
            element("p", ["class": "lead"], visit.texts[items.isEmpty ? .noSpontaneous : .spontaneousIntro])
            Tiles(items: items).html
        }
    }
}

/// What one debt type asks for. Its fields have names of their own, so that no key of a creditor collides with another field.
struct SpontaneousForm: Sendable {
    let type: JSONValue
    let form: JSONValue
    let visit: Visit
    private let asked: [JSONValue]

    private var texts: Texts { visit.texts }
    private var minimum: Int64 { form.integer("minimum_cents") ?? 1 }
    private var maximum: Int64 { form.integer("maximum_cents") ?? 99_999_999_999 }
    private var isFixed: Bool { minimum == maximum }

    /// Nil for a debt type that is not open to payers.
    init?(_ type: JSONValue, _ visit: Visit) {
        guard let form = type["request_form"] else { return nil }
        self.type = type
        self.form = form
        self.visit = visit
        asked = form.list("fields").filter { $0.text("key") != nil }
    }

    private static func name(of key: String) -> String { "field_\(key)" }

    /// `/fields/plate` is `field_plate`, `/amount_cents` is `amount`, `/debtor/tax_code` is `tax_code`.
    static func field(of pointer: String) -> String {
        let parts = pointer.split(separator: "/").map(String.init)
        guard let first = parts.first else { return "" }
        switch first {
        case "amount_cents": return "amount"
        case "fields": return name(of: parts.dropFirst().first ?? "")
        case "debtor": return parts.dropFirst().first ?? ""
        default: return first
        }
    }

    /// Without an account the payer says who owes.
    var fields: [Field] {
        var fields = asked.map(field)
        if !isFixed {
            let bounds = texts[.amountBounds, texts.euro(minimum), texts.euro(maximum)]
            fields.append(
                Field(
                    name: "amount", label: texts[.amount], hint: form.integer("maximum_cents") == nil ? nil : bounds,
                    maximum: 20, inputMode: "decimal"))
        }
        guard !visit.session.isSignedIn else { return fields }
        let kinds = [("person", texts[.kindPerson]), ("organization", texts[.kindOrganization])]
        return fields + [
            Field(name: "kind", kind: .radio(kinds), label: texts[.debtorKind], maximum: nil),
            Field(name: "tax_code", label: texts[.taxCode], maximum: 16),
            Field(name: "full_name", label: texts[.fullName], autocomplete: "name", maximum: 70),
        ]
    }

    private func field(_ item: JSONValue) -> Field {
        let key = item.text("key") ?? ""
        var field = Field(
            name: Self.name(of: key), label: item.localized("labels", visit.language) ?? key,
            isRequired: item.flag("required"), maximum: 140)
        switch item.text("kind") {
        case "date":
            field.kind = .date
            field.maximum = nil
        case "integer":
            field.inputMode = "numeric"
            field.maximum = 17
        default: field.maximum = item.integer("max_length").flatMap { Int(exactly: $0) } ?? 140
        }
        return field
    }

    private var cents: Int64? {
        visit.filled("amount").flatMap(TypedAmount.cents).flatMap {
            (minimum...max(minimum, maximum)).contains($0) ? $0 : nil
        }
    }

    /// What can be said without the service; it checks everything else.
    var errors: [String: String] {
        var errors: [String: String] = [:]
        for field in fields where field.isRequired && visit.filled(field.key) == nil {
            errors[field.key] = texts[.errorRequired]
        }
        if !isFixed, visit.filled("amount") != nil, cents == nil { errors["amount"] = texts[.errorInvalid] }
        return errors
    }

    var body: [UInt8] {
        JSONWriter.object { json in
            if !isFixed { json.field("amount_cents", cents) }
            if !visit.session.isSignedIn {
                json.object("debtor") { json in
                    json.field("kind", visit.filled("kind"))
                    json.field("tax_code", visit.filled("tax_code")?.uppercased())
                    json.field("full_name", visit.filled("full_name"))
                }
            }
            json.object("fields") { json in
                for key in asked.compactMap({ $0.text("key") }) { json.field(key, visit.filled(Self.name(of: key))) }
            }
        }
    }

    func page(_ state: FormState) -> Page {
        let title = type.localized("descriptions", visit.language) ?? type.text("key") ?? ""
        let path = "/spontaneous/\(type.text("creditor_tax_code") ?? "")/\(type.text("key") ?? "")"
        return Page(title: title, trail: [(texts[.spontaneous], "/spontaneous")], isError: state.hasErrors) {
            if isFixed { element("p", ["class": "sum"], texts.euro(minimum)) }
            if visit.session.delegator != nil {
                element("div", ["class": "notice", "role": "status"]) { texts[.spontaneousOwn] }
            } else {
                visit.form(
                    path, fields, submit: texts[.proceed], hidden: [("key", PortalSession.random())], state: state
                ).html
            }
        }
    }
}
