import Crypto
import Foundation
import JSON
import Text

/// Choosing how and with whom to pay one installment, and starting the payment.
extension PortalApp {
    static let paymentRoutes: [Route] = [
        .get("/pay/:position") { app, visit in try await app.choosePosition(visit) },
        .get("/pay/:position/:number") { app, visit in try await app.chooseMethod(visit) },
        .get("/pay/:position/:number/:method") { app, visit in try await app.choosePSP(visit) },
        .post("/pay/:position/:number/:method") { app, visit in try await app.startPayment(&visit) },
    ]

    /// A position that has one installment to pay goes straight to it.
    private func choosePosition(_ visit: Visit) async throws -> PageResponse {
        let id = try visit.parameter("position").text
        let position = try await api.get("/v1/positions/\(id)", as: try payer(of: id, visit))
        let payable = position.list("installments").filter { $0.flag("payable") }
        guard payable.count == 1, let number = payable.first?.integer("number") else {
            return .redirect("/documents/\(id)")
        }
        return .redirect("/pay/\(id)/\(number)")
    }

    /// Who pays: a position that was found by its notice number is paid without the account.
    private func payer(of position: String, _ visit: Visit) throws(APIError) -> APICaller {
        if visit.session.guestPositions.contains(position) { return visit.caller.asGuest }
        guard visit.session.isSignedIn else { throw .signedOut }
        return visit.caller
    }

    private func bill(_ visit: Visit) async throws -> Bill {
        let id = try visit.parameter("position").text
        let number = try visit.parameter("number").text
        let caller = try payer(of: id, visit)
        let position = try await api.get("/v1/positions/\(id)", as: caller)
        guard
            let installment = position.list("installments")
                .first(where: { $0.integer("number").map(String.init) == number }),
            let bill = Bill(position: position, installment: installment, caller: caller)
        else { throw APIError.notFound }
        return bill
    }

    private func chooseMethod(_ visit: Visit) async throws -> PageResponse {
        let bill = try await bill(visit)
        guard bill.obstacle == nil else { return .page(PaymentPages.notPayable(bill, visit), status: 409) }
        let list = try await api.get(
            "/v1/payment-methods", query: [("amount_cents", "\(bill.amountCents)")], as: bill.caller)
        return .page(PaymentPages.methods(bill, list, visit))
    }

    private func choosePSP(_ visit: Visit) async throws -> PageResponse {
        let bill = try await bill(visit)
        guard bill.obstacle == nil else { return .page(PaymentPages.notPayable(bill, visit), status: 409) }
        var state = FormState()
        if bill.caller.accessToken != nil {
            state.values["email"] = try await api.get("/v1/me", as: visit.caller).text("email") ?? ""
        }
        let choices = try await choices(bill, visit)
        state.values["psp"] = choices.first?.value ?? ""
        return .page(PaymentPages.psps(bill, choices, visit, state))
    }

    private func choices(_ bill: Bill, _ visit: Visit) async throws -> [PSPChoice] {
        // Says nothing about the person, but gives one visit one order.
        let reference = Base64URL.encode(SHA256.hash(data: Array(visit.session.csrf.utf8)).prefix(12))
        let page = try await api.get(
            "/v1/psps",
            query: [
                ("amount_cents", "\(bill.amountCents)"), ("payment_method", try visit.parameter("method").text),
                ("sort", "fee"), ("language", visit.language.rawValue), ("payer_reference", reference),
                ("limit", "100"),
            ], as: bill.caller)
        return page.list("items").compactMap { PSPChoice($0) }
    }

    private func startPayment(_ visit: inout Visit) async throws -> PageResponse {
        let bill = try await bill(visit)
        let texts = visit.texts
        let method = try visit.parameter("method").text
        var state = FormState(values: visit.form)
        let choices = try await choices(bill, visit)
        guard let choice = choices.first(where: { $0.value == visit.form["psp"] }) else {
            state.errors["psp"] = texts[.choosePSPError]
            return .page(PaymentPages.psps(bill, choices, visit, state), status: 422)
        }
        let email = visit.filled("email")
        let key = visit.form["key"] ?? ""
        guard Segment(key) != nil else { throw APIError.notFound }
        let body = JSONWriter.object { json in
            json.array("installments", [bill.installmentID]) { $0.value($1) }
            json.field("payment_method", method)
            json.field("psp_id", choice.psp)
            json.field("channel_id", choice.channel)
            json.field("email", email)
            json.field("return_url", settings.publicURL + "/return")
            json.field("language", visit.language.rawValue)
        }
        do {
            let attempt = try await api.post(
                "/v1/payment-attempts", body, idempotencyKey: key, timeoutSeconds: 25, as: bill.caller)
            guard let id = attempt.text("id") else { throw APIError.unavailable(retryAfterSeconds: nil) }
            if bill.caller.accessToken == nil { visit.session.addGuestAttempt(id) }
            return .redirect("/attempts/\(id)/go")
        } catch APIError.refused(let problem) {
            if problem.concerns("/email") {
                state.errors["email"] = texts[.errorEmail]
            } else {
                state.message = texts[PaymentPages.message(for: problem.code)]
            }
            return .page(PaymentPages.psps(bill, choices, visit, state), status: problem.status == 422 ? 422 : 409)
        }
    }
}

/// What is about to be paid.
struct Bill: Sendable {
    let positionID: String
    let number: String
    let installmentID: String
    let amountCents: Int64
    let description: String
    let dueDate: String?
    let noticeNumber: String?
    let caller: APICaller
    /// Why it cannot be paid now.
    let obstacle: TextKey?

    init?(position: JSONValue, installment: JSONValue, caller: APICaller) {
        guard let positionID = position.text("id"), let id = installment.text("id"),
            let number = installment.integer("number"), let amount = installment.integer("amount_cents"), amount > 0
        else { return nil }
        self.positionID = positionID
        self.number = String(number)
        installmentID = id
        amountCents = amount
        description = position.text("description") ?? ""
        dueDate = installment.text("due_date")
        noticeNumber = installment.text("notice_number")
        self.caller = caller
        obstacle =
            position.flag("under_review")
            ? .underReview
            : installment.flag("payment_in_progress")
                ? .payInProgress : installment.flag("payable") ? nil : .notPayable
    }

    var path: String { "/pay/\(positionID)/\(number)" }
}

/// A PSP and channel that takes the amount.
struct PSPChoice: Sendable {
    let psp: String
    let channel: String
    let name: String
    let feeCents: Int64
    let totalCents: Int64

    init?(_ json: JSONValue) {
        guard let psp = json.text("psp_id"), let channel = json.text("channel_id"),
            let fee = json.integer("fee_cents"), let total = json.integer("total_cents")
        else { return nil }
        self.psp = psp
        self.channel = channel
        let business = json.text("business_name") ?? psp
        let service = json.text("name") ?? ""
        // Many channels have their PSP's name in their own.
        name = service.isEmpty ? business : service.hasPrefix(business) ? service : "\(business) – \(service)"
        feeCents = fee
        totalCents = total
    }

    /// The form's value; neither id contains a bar.
    var value: String { "\(psp)|\(channel)" }
}
