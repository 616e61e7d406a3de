@testable import Portal

extension World {
    private static let anomaly = """
        {"id":"n1","kind":"amount_mismatch","status":"open","receipt_id":"r1","position_id":"p1","iuv":"01000000000000001",
        "creditor_tax_code":"\(creditor)","psp_id":"ABCDITMM","amount_cents":5000,"opened_at":"2026-11-21T10:00:01Z",
        "detail":"The amount is 5000 cents.","candidate":{"position_id":"p2","installment":1,"amount_cents":5000},
        "violations":[{"pointer":"/amount_cents","code":"not_equal","detail":"5000 is not 5980."}]}
        """

    private static let resolved = """
        {"id":"n2","kind":"already_paid","status":"resolved","resolution":"refund","reason":"Doppio","resolved_by":"Ufficio",
        "resolved_at":"2026-11-22T10:00:00Z","refund_id":"f1","written_off_cents":10,"opened_at":"2026-11-21T10:00:01Z",
        "receipt_id":"r1","amount_cents":5000}
        """

    private static let refund = """
        {"id":"f1","receipt_id":"r1","status":"decided","amount_cents":100,"reason":"Sconto","decided_by":"Ufficio",
        "creditor_tax_code":"\(creditor)","created_at":"2026-11-22T10:00:00Z","updated_at":"2026-11-22T10:00:00Z"}
        """

    private static let counterReceipt = """
        {"id":"r2","status":"settled","outcome":"OK","origin":"counter","amount_cents":3000,"paid_at":"2026-11-21T10:00:00Z",
        "received_at":"2026-11-21T10:00:05Z","position_id":"p1","till":"Economato","reference":"Q/1","voided_at":"2026-11-23",
        "void_reason":"Errore","description":"Mensa"}
        """

    static let mail = """
        {"id":"e1","kind":"receipt_ready","language":"it","status":"dead","attempts":5,"recipient_masked":"m…@example.org",
        "receipt_id":"r1","position_id":"p1","resent_of":"e0","last_error":"550 unknown mailbox","skipped_reason":"no_address",
        "bounce_code":"5.1.1","message_id":"<x@example.org>","created_at":"2026-11-21T10:00:06Z","sent_at":"2026-11-21T10:00:07Z"}
        """

    private static func imported(_ id: String, _ status: String) -> String {
        """
        {"id":"\(id)","status":"\(status)","creditor_tax_code":"\(creditor)","dry_run":true,"rows":10,"created":3,"repeated":1,
        "refused":1,"created_at":"2026-11-21T10:00:00Z"}
        """
    }

    private static let rows = """
        {"items":[{"line":2,"external_id":"A-1","outcome":"created","position_id":"p1"},{"line":3,"outcome":"refused",
        "violations":[{"pointer":"/debtor/tax_code","code":"invalid","detail":"Check letter."}]},{"line":4}],"next_cursor":"c2"}
        """

    static let desk: [String: String] = [
        "GET /v1/summary": """
        {"anomalies":{"open":2,"amount_cents":5000,"kinds":[{"kind":"already_paid","open":1,"amount_cents":5000,
        "oldest_opened_at":"2026-11-21T10:00:00Z"}]},"quarantine":{"receipts":1,"amount_cents":100},
        "refunds":{"decided":1,"amount_cents":100},"payment_attempts":{"open":3,"waiting_for_rt":1,"stuck":1},
        "notifications":{"pending":1,"dead":1},"psps":[{"psp_id":"ABCDITMM","business_name":"Banca Alfa","is_failing":true,
        "attempts":4,"paid":1,"refused":1,"not_started":1}],"background_jobs":[{"job":"mail","is_alive":false}]}
        """,
        "GET /v1/payment-attempts": """
        {"items":[\(attempt("a2", "succeeded", isFinal: true)),\(attempt("a3", "failed", isFinal: true))]}
        """,
        "GET /v1/anomalies": #"{"items":[\#(anomaly),\#(resolved)],"next_cursor":"c2"}"#,
        "GET /v1/anomalies/n1": anomaly,
        "GET /v1/anomalies/n2": resolved, "GET /v1/anomalies/n1/evidence": "raw bytes of an RT",
        "GET /v1/refunds": #"{"items":[\#(refund)],"next_cursor":"c2"}"#, "GET /v1/refunds/f1": refund,
        "GET /v1/receipts/r2": counterReceipt, "GET /v1/receipts/r1/rt": "raw bytes of an RT",
        "GET /v1/receipts/r1/official-rt": "raw bytes of an official RT",
        "POST /v1/receipts/search": #"{"items":[\#(receipt)]}"#,
        "GET /v1/notifications": #"{"items":[\#(mail)]}"#, "GET /v1/notifications/e1": mail,
        "GET /v1/journal": """
        {"items":[{"number":7,"at":"2026-11-21T10:00:00Z","kind":"position_created","actor":"key Ufficio","from":"draft","to":"open",
        "note":"A note"}]}
        """,
        "GET /v1/position-imports": #"{"items":[\#(imported("m1", "running"))],"next_cursor":"c2"}"#,
        "GET /v1/position-imports/m1": imported("m1", "running"), "GET /v1/position-imports/m2": imported("m2", "done"),
        "GET /v1/position-imports/m1/results": rows, "GET /v1/position-imports/m2/results": rows,
        "GET /v1/statistics": """
        {"from":"2026-11-01","to":"2026-11-10","items":[{"day":"2026-11-02","psp_id":"ABCDITMM","creditor_tax_code":"\(creditor)",
        "receipts":2,"amount_cents":5000,"fee_cents":300,"refunded_cents":100},{"receipts":1,"amount_cents":10}],
        "total":{"receipts":3,"amount_cents":5010,"fee_cents":300,"refunded_cents":100}}
        """,
        "GET /v1/psp-list": """
        {"psps":[{"psp_id":"ABCDITMM","business_name":"Banca Alfa","enabled":true,"channels":[{"payment_method":"CP"}]},
        {"psp_id":"EFGHITMM","business_name":"Banca Beta","enabled":false,"channels":[]}]}
        """,
        "GET /v1/suspensions": """
        {"items":[{"id":"s1","psp_id":"ABCDITMM","active":true,"reason":"Guasto","starts_at":"2026-11-21T10:00:00Z",
        "ends_at":"2026-11-30T10:00:00Z"}]}
        """,
        "GET /v1/creditors/\(creditor)": #"{"tax_code":"\#(creditor)","name":"Comune di Esempio"}"#,
        "GET /v1/creditors/\(creditor)/logo": ##"{"alternative_text":"Stemma","color":"#0066cc"}"##,
        "GET /v1/creditors/\(creditor)/mail-wordings": """
        {"items":[{"kind":"receipt_ready","language":"it","subject":"Grazie","sentence":"{creditor} ti ringrazia."}]}
        """,
        "POST /v1/creditors/\(creditor)/mail-preview":
            #"{"subject":"Grazie","text":"Il Comune ti ringrazia.","html":"<p>x</p>"}"#,
        "GET /v1/codes": #"{"items":[{"kind":"violation","code":"invalid","text":"Non è valido"}]}"#,
    ]
}
