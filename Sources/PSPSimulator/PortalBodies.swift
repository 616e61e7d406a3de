import Foundation
import HTTPTypes
import Hummingbird

/// The fields of the portal's form.
struct PortalChoice: Decodable, Sendable {
    let action: String
    let delaySeconds: Int?

    /// An empty form field counts as missing; in JSON the value may be a number.
    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        action = try container.decode(String.self, forKey: .action)
        let text = try? container.decodeIfPresent(String.self, forKey: .delaySeconds)
        delaySeconds = text == "" ? nil : try container.decodeIfPresent(Int.self, forKey: .delaySeconds)
    }

    enum CodingKeys: String, CodingKey {
        case action
        case delaySeconds = "delay_seconds"
    }
}

/// The result of an action, as JSON.
struct PayReport: Encodable, Sendable {
    let paymentID: String
    let action: PortalAction
    let returnURL: String
    /// Set only if RTs will still be sent.
    let delaySeconds: Int?
    let deliveries: [Delivery]

    enum CodingKeys: String, CodingKey {
        case action, deliveries
        case paymentID = "payment_id"
        case returnURL = "return_url"
        case delaySeconds = "delay_seconds"
    }
}

/// The body of the call that ends a payment, as the PSP contract words it.
struct CancelCall: Decodable, Sendable {
    let action: String
    let attemptID: String

    enum CodingKeys: String, CodingKey {
        case action
        case attemptID = "attempt_id"
    }
}

/// A payment as listed.
struct PaymentReport: Encodable, Sendable {
    let id: String
    let pspID: String
    let channelID: String
    let startedAt: Date
    let lastAction: PortalAction?
    let cancelledAt: Date?
    let call: StartCall
    let deliveries: [Delivery]

    init(_ payment: Payment) {
        id = payment.id
        pspID = payment.pspID
        channelID = payment.channelID
        startedAt = payment.startedAt
        lastAction = payment.lastAction
        cancelledAt = payment.cancelledAt
        call = payment.call
        deliveries = payment.deliveries
    }

    enum CodingKeys: String, CodingKey {
        case id, call, deliveries
        case pspID = "psp_id"
        case channelID = "channel_id"
        case startedAt = "started_at"
        case lastAction = "last_action"
        case cancelledAt = "cancelled_at"
    }
}

extension PortalRoutes {
    func header(_ name: String, of request: Request) -> String? {
        HTTPField.Name(name).flatMap { request.headers[$0] }
    }

    func bytes(of request: Request) async throws -> [UInt8] {
        let buffer = try await request.body.collect(upTo: Self.bodyBytes)
        return [UInt8](buffer.readableBytesView)
    }

    func decoded<Body: Decodable>(_ body: [UInt8]) throws -> Body {
        do {
            return try JSONDecoder().decode(Body.self, from: Data(body))
        } catch {
            throw HTTPError(.badRequest, message: "the body is not the JSON expected here: \(error)")
        }
    }

    /// Reads a form or JSON, according to the content type.
    func choice(in request: Request) async throws -> PortalChoice {
        let body = try await bytes(of: request)
        if request.headers[.contentType]?.lowercased().hasPrefix("application/json") == true {
            return try decoded(body)
        }
        do {
            return try URLEncodedFormDecoder().decode(PortalChoice.self, from: String(decoding: body, as: UTF8.self))
        } catch {
            throw HTTPError(.badRequest, message: "the form must have action, and may have delay_seconds")
        }
    }

    func json(_ body: some Encodable) throws -> Response {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.dateEncodingStrategy = .iso8601
        let data = try encoder.encode(body)
        return Response(
            status: .ok, headers: [.contentType: "application/json"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: data)))
    }
}
