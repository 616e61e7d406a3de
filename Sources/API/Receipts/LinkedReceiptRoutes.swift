import HTTPTypes
import Operations
import PagoPA
import Requests

/// The receipt of a signed link from an e-mail, which a browser opens without a credential.
func linkedReceiptRoutes(_ receipts: ReceiptOperations) -> [Route] {
    [
        Route(
            .get, "/receipt-links/{token}", "show_linked_receipt", access: .open,
            produces: ["application/pdf", "text/html"]
        ) { request in
            do {
                let found = try await receipts.showLinked(request.parameter("token"))
                return Reply(
                    .ok,
                    headers: [
                        .contentType: "application/pdf",
                        .contentDisposition: "inline; filename=\"ricevuta-\(found.id).pdf\"",
                    ], body: found.pdf)
            } catch Refusal.notFound where request.accept.prefersHTML {
                // A person cannot read a problem in JSON, and the contract allows no other form of an error.
                return Reply(
                    .ok,
                    headers: [.contentType: "text/html; charset=utf-8", .contentDisposition: "inline"],
                    body: Array(receipts.expiredLinkPage(in: request.language).utf8))
            }
        }
    ]
}
