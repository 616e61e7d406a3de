import Foundation
import HTTPTypes
import Hummingbird

/// The routes of the simulator.
struct PortalRoutes: Sendable {
    static let bodyBytes = 262_144
    static let listLength = 100

    let portal: Portal
    let provider: IdentityProvider
    let publicURL: String
    let signIns = SignInFlow()

    func router() -> Router<BasicRequestContext> {
        let router = Router()
        router.get("live") { _, _ in HTTPResponse.Status.noContent }
        router.post("psps/:psp_id/channels/:channel_id/start") { try await start($0, $1) }
        router.post("psps/:psp_id/payments/:payment/cancel") { try await cancel($0, $1) }
        router.get("pay/:payment") { try await showPage($0, $1) }
        router.post("pay/:payment") { try await pay($0, $1) }
        router.post("rts") { request, _ in try await sendRT(request) }
        router.get("oidc/jwks") { _, _ in try json(provider.keySet) }
        router.post("oidc/tokens") { request, _ in try await signToken(request) }
        router.get("oidc/authorize") { request, _ in try showSignIn(request) }
        router.post("oidc/authorize") { request, _ in try await acceptSignIn(request) }
        router.post("oidc/token") { request, _ in try await redeemCode(request) }
        router.get("payments") { _, _ in try await listPayments() }
        router.get("payments/:payment") { try await showPayment($1) }
        return router
    }

    private func start(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        let psp = try context.parameters.require("psp_id")
        let channel = try context.parameters.require("channel_id")
        let body = try await bytes(of: request)
        guard isSigned(request, psp: psp, body: body) else {
            throw HTTPError(.unauthorized, message: "signature refused")
        }
        let call: StartCall = try decoded(body)
        if let fault = call.fault { throw HTTPError(.unprocessableContent, message: fault) }
        let payment = await portal.book.start(call, psp: psp, channel: channel, at: .now)
        return try json([
            "redirect_url": "\(publicURL)/pay/\(payment.id)",
            "cancel_url": "\(publicURL)/psps/\(psp)/payments/\(payment.id)/cancel",
        ])
    }

    private func cancel(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        let psp = try context.parameters.require("psp_id")
        let id = try context.parameters.require("payment")
        let body = try await bytes(of: request)
        guard isSigned(request, psp: psp, body: body) else {
            throw HTTPError(.unauthorized, message: "signature refused")
        }
        let call: CancelCall = try decoded(body)
        guard call.action == "cancel" else { throw HTTPError(.unprocessableContent, message: "action must be cancel") }
        switch await portal.book.cancel(id, psp: psp, attempt: call.attemptID, at: .now) {
        case .cancelled: return try json(["status": "cancelled"])
        case .unknown: throw HTTPError(.notFound, message: "no such payment")
        case .alreadyPaid: throw HTTPError(.conflict, message: "this payment has been paid already")
        }
    }

    private func isSigned(_ request: Request, psp: String, body: [UInt8]) -> Bool {
        guard let id = header("webhook-id", of: request), let timestamp = header("webhook-timestamp", of: request),
            let signatures = header("webhook-signature", of: request)
        else { return false }
        let now = Int64(exactly: Date.now.timeIntervalSince1970.rounded(.down)) ?? 0
        return portal.secrets.signers(of: psp).contains {
            $0.accepts(id: id, timestamp: timestamp, signatures: signatures, body: body, nowUnixSeconds: now)
        }
    }

    private func showPage(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        let page = PortalPage(
            payment: try await payment(named: context),
            language: PageLanguage(
                chosen: request.uri.queryParameters["language"].map(String.init),
                acceptLanguage: request.headers[.acceptLanguage]))
        let headers: HTTPFields = [
            .contentType: "text/html; charset=utf-8",
            .cacheControl: "no-store", .contentLanguage: page.language.rawValue,
            .contentSecurityPolicy:
                "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'",
        ]
        return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(string: page.html)))
    }

    private func pay(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        let id = try context.parameters.require("payment")
        let choice = try await choice(in: request)
        guard let action = PortalAction(rawValue: choice.action) else {
            let known = PortalAction.allCases.map(\.rawValue).joined(separator: ", ")
            throw HTTPError(.unprocessableContent, message: "action must be one of \(known)")
        }
        let delaySeconds = choice.delaySeconds ?? Portal.defaultDelaySeconds
        guard Portal.delaySecondsRange.contains(delaySeconds) else {
            throw HTTPError(.unprocessableContent, message: "delay_seconds must be 0 to 3600")
        }
        switch await portal.book.claim(id, for: action) {
        case .unknown:
            throw HTTPError(.notFound, message: "no such payment")
        case .alreadyPaid:
            throw HTTPError(.conflict, message: "this payment has been paid already")
        case .cancelled:
            throw HTTPError(.conflict, message: "this payment was cancelled by the creditor")
        case .granted(let payment):
            let deliveries = try await portal.perform(action, on: payment, delaySeconds: delaySeconds)
            return try answer(request, payment, action, deliveries, delaySeconds: action == .late ? delaySeconds : nil)
        }
    }

    /// Redirects a browser to the service; other clients get the result as JSON.
    private func answer(
        _ request: Request, _ payment: Payment, _ action: PortalAction, _ deliveries: [Delivery], delaySeconds: Int?
    ) throws -> Response {
        guard request.headers[.accept]?.contains("application/json") == true else {
            return .redirect(to: payment.call.returnURL, type: .normal)
        }
        return try json(
            PayReport(
                paymentID: payment.id, action: action, returnURL: payment.call.returnURL, delaySeconds: delaySeconds,
                deliveries: deliveries))
    }

    private func sendRT(_ request: Request) async throws -> Response {
        let body = try await bytes(of: request)
        guard let document = try? JSONSerialization.jsonObject(with: Data(body)) as? [String: Any],
            let url = document["receipts_url"] as? String, WebLink.isUsable(url),
            let receipt = document["rt"] as? [String: Any]
        else { throw HTTPError(.unprocessableContent, message: "send {\"receipts_url\": \"http…\", \"rt\": {…}}") }
        let psp = (receipt["psp"] as? [String: Any])?["id"] as? String ?? ""
        guard let signer = portal.secrets.signers(of: psp).first else {
            throw HTTPError(.unprocessableContent, message: "no secret for this PSP")
        }
        let bytes = try JSONSerialization.data(
            withJSONObject: receipt, options: [.sortedKeys, .withoutEscapingSlashes])
        return try json(await portal.courier.post(.receipt, [UInt8](bytes), to: url, signer: signer))
    }

    private func signToken(_ request: Request) async throws -> Response {
        let person: IdentityProvider.Person = try decoded(try await bytes(of: request))
        return try json(["id_token": try provider.token(for: person, at: .now)])
    }

    private func showSignIn(_ request: Request) throws -> Response {
        let demand = try form(SignInFlow.Demand.self, request.uri.query ?? "")
        guard WebLink.isUsable(demand.redirectURI) else {
            throw HTTPError(.badRequest, message: "redirect_uri refused")
        }
        let headers: HTTPFields = [.contentType: "text/html; charset=utf-8", .cacheControl: "no-store"]
        let page = SignInFlow.page(demand)
        return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(string: page)))
    }

    private func acceptSignIn(_ request: Request) async throws -> Response {
        let body = String(decoding: try await bytes(of: request), as: UTF8.self)
        let answer = try form(SignInFlow.Answer.self, body)
        guard WebLink.isUsable(answer.demand.redirectURI) else {
            throw HTTPError(.badRequest, message: "redirect_uri refused")
        }
        return .redirect(to: await signIns.accept(answer), type: .normal)
    }

    private func redeemCode(_ request: Request) async throws -> Response {
        let body = String(decoding: try await bytes(of: request), as: UTF8.self)
        guard let answer = await signIns.redeem(try form(SignInFlow.Exchange.self, body)) else {
            throw HTTPError(.badRequest, message: "invalid_grant")
        }
        let person = IdentityProvider.Person(
            nonce: answer.demand.nonce, taxCode: answer.taxCode, givenName: answer.givenName,
            familyName: answer.familyName, audience: answer.demand.clientID, assuranceLevel: nil)
        return try json(["id_token": try provider.token(for: person, at: .now), "token_type": "Bearer"])
    }

    private func form<Value: Decodable>(_ type: Value.Type, _ text: String) throws -> Value {
        do { return try URLEncodedFormDecoder().decode(type, from: text) } catch {
            throw HTTPError(.badRequest, message: "fields are missing")
        }
    }

    private func listPayments() async throws -> Response {
        try json(["items": await portal.book.latest(Self.listLength).map { PaymentReport($0) }])
    }

    private func showPayment(_ context: BasicRequestContext) async throws -> Response {
        try json(PaymentReport(try await payment(named: context)))
    }

    private func payment(named context: BasicRequestContext) async throws -> Payment {
        guard let payment = await portal.book.payment(try context.parameters.require("payment")) else {
            throw HTTPError(.notFound, message: "no such payment")
        }
        return payment
    }
}
