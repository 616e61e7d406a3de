import Crypto
import Foundation
import JSON
import Text

/// Choosing what to pay, how and with whom, and starting the payment.
extension PortalApp {
    static let paymentRoutes: [Route] = [
        .get("/pay/:position") { app, visit in try await app.chooseInstallments(visit) },
        .post("/pay/:position") { app, visit in try await app.takeInstallments(visit) },
        .get("/pay/:position/:numbers") { app, visit in try await app.chooseMethod(visit) },
        .get("/pay/:position/:numbers/:method") { app, visit in try await app.choosePSP(visit) },
        .post("/pay/:position/:numbers/:method") { app, visit in try await app.startPayment(&visit) },
    ]

    /// A position that was found by its notice number is paid without the account.
    private func role(for position: String, _ visit: Visit) throws(APIError) -> PayerRole {
        if visit.session.guestPositions.contains(position) { return .guest }
        guard visit.session.isSignedIn else { throw .signedOut }
        return visit.session.delegator.map(PayerRole.delegate) ?? .owner
    }

    private func position(_ visit: Visit) async throws -> (json: JSONValue, role: PayerRole) {
        let id = try visit.parameter("position").text
        let role = try role(for: id, visit)
        switch role {
        case .guest: return (try await api.get("/v1/positions/\(id)", as: visit.caller.asGuest), role)
        case .owner, .delegate:
            return (try await api.get("/v1/positions/\(id)", query: visit.onBehalfOf, as: visit.caller), role)
        }
    }

    private func payer(_ role: PayerRole, _ visit: Visit) -> APICaller {
        role == .guest ? visit.caller.asGuest : visit.caller
    }

    private func bill(_ visit: Visit) async throws -> Bill {
        let numbers = try visit.parameter("numbers").text
        let (json, role) = try await position(visit)
        guard let bill = Bill(position: json, numbers: numbers, role: role) else { throw APIError.notFound }
        return bill
    }

    // MARK: Installments

    /// A position that has one installment to pay goes straight to it.
    private func chooseInstallments(_ visit: Visit) async throws -> PageResponse {
        let (json, role) = try await position(visit)
        let payable = Bill.parts(of: json).filter { $0.obstacle == nil }
        let id = json.text("id") ?? ""
        if payable.count == 1, let only = payable.first { return .redirect("/pay/\(id)/\(only.number)") }
        if payable.isEmpty, role != .guest { return .redirect("/documents/\(id)") }
        // What is due first is chosen already.
        var state = FormState()
        if let first = payable.min(by: { ($0.dueDate ?? "", $0.number) < ($1.dueDate ?? "", $1.number) }) {
            state.values["number_\(first.number)"] = "yes"
        }
        return .page(InstallmentChoice(position: json, role: role, visit: visit, state: state).page)
    }

    private func takeInstallments(_ visit: Visit) async throws -> PageResponse {
        let (json, role) = try await position(visit)
        let chosen = Bill.parts(of: json).filter { $0.obstacle == nil && visit.form["number_\($0.number)"] == "yes" }
        guard (1...Bill.maximumParts).contains(chosen.count) else {
            var state = FormState(values: visit.form)
            let message = chosen.isEmpty ? TextKey.chooseInstallmentsError : .tooManyInstallments
            state.errors["number"] = visit.texts[message, String(Bill.maximumParts)]
            return .page(InstallmentChoice(position: json, role: role, visit: visit, state: state).page, status: 422)
        }
        let numbers = chosen.map(\.number).sorted().map(String.init).joined(separator: "-")
        return .redirect("/pay/\(json.text("id") ?? "")/\(numbers)")
    }

    // MARK: Method and PSP

    private func chooseMethod(_ visit: Visit) async throws -> PageResponse {
        let bill = try await bill(visit)
        guard bill.obstacle == nil else { return .page(PaymentPages.notPayable(bill, visit), status: 409) }
        let list = try await api.get(
            "/v1/payment-methods", query: [("amount_cents", "\(bill.amountCents)")], as: payer(bill.role, visit))
        return .page(PaymentPages.methods(bill, list, visit))
    }

    private func choosePSP(_ visit: Visit) async throws -> PageResponse {
        let bill = try await bill(visit)
        guard bill.obstacle == nil else { return .page(PaymentPages.notPayable(bill, visit), status: 409) }
        var state = FormState()
        if bill.role != .guest {
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
            ], as: payer(bill.role, visit))
        return page.list("items").compactMap { PSPChoice($0) }
    }

    private func startPayment(_ visit: inout Visit) async throws -> PageResponse {
        var bill = try await bill(visit)
        let texts = visit.texts
        var state = FormState(values: visit.form)
        var choices = try await choices(bill, visit)
        guard let choice = choices.first(where: { $0.value == visit.form["psp"] }) else {
            state.errors["psp"] = texts[.choosePSPError]
            return .page(PaymentPages.psps(bill, choices, visit, state), status: 422)
        }
        let key = visit.form["key"] ?? ""
        guard Segment(key) != nil else { throw APIError.notFound }
        do {
            let attempt = try await api.post(
                "/v1/payment-attempts", try attemptBody(bill, choice, visit), idempotencyKey: key, timeoutSeconds: 25,
                as: payer(bill.role, visit))
            guard let id = attempt.text("id") else { throw APIError.unavailable(retryAfterSeconds: nil) }
            if bill.role == .guest { visit.session.addGuestAttempt(id) }
            return .redirect("/attempts/\(id)/go")
        } catch APIError.refused(let problem) {
            if problem.concerns("/email") {
                state.errors["email"] = texts[.errorEmail]
            } else {
                state.message = texts[PaymentPages.message(for: problem.code)]
            }
            if problem.code == "amount-changed" {
                // The page shows the sum that is owed now, with the fees for it.
                bill = try await self.bill(visit)
                guard bill.obstacle == nil else { return .page(PaymentPages.notPayable(bill, visit), status: 409) }
                choices = try await self.choices(bill, visit)
            }
            return .page(PaymentPages.psps(bill, choices, visit, state), status: problem.status == 422 ? 422 : 409)
        }
    }

    /// The sum is what the page showed, so that a payer never pays another one.
    private func attemptBody(_ bill: Bill, _ choice: PSPChoice, _ visit: Visit) throws -> [UInt8] {
        let method = try visit.parameter("method").text
        let email = visit.filled("email")
        let accepted = visit.form["amount"].flatMap { Int64($0) } ?? bill.amountCents
        return JSONWriter.object { json in
            bill.writeReferences(&json)
            json.field("payment_method", method)
            json.field("psp_id", choice.psp)
            json.field("channel_id", choice.channel)
            json.field("email", email)
            json.field("return_url", settings.publicURL + "/return")
            json.field("language", visit.language.rawValue)
            json.field("accepted_amount_cents", accepted)
        }
    }
}
