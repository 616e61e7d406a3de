import HTTPTypes
import JSON
import Operations
import PagoPA

/// The same operation at either door.
func smartCardRoutes(_ intermediary: Intermediary, _ reader: SmartCardReader) -> [Route] {
    [
        Route(.post, "/v1/sessions/smart-card", "open_smart_card_session", isLimitedByAddress: true) { inbound in
            let caller = try inbound.caller()
            try caller.demand(.citizens)
            try inbound.demandNoBody()
            let card = await reader.card(in: inbound, at: intermediary.clock())
            let path = inbound.path
            return try await intermediary.openSmartCardSession(
                card, language: inbound.language, by: caller,
                repeating: inbound.repeating { _ in .secretShownOnce(path) }
            ).reply { $0.reply }
        }
    ]
}
