/// The page of a mail: one column that fits a phone, in light and dark. Styles are inline because some mail programs remove style
/// sheets; the sheet adds the dark colours. Tables for layout have the role "presentation", so that screen readers skip them.
enum MailPage {
    private static let sheet: StaticString = """
        :root{color-scheme:light dark;supported-color-schemes:light dark}
        a{word-break:break-word}
        @media (prefers-color-scheme:dark){
        .page{background-color:#12161b !important}
        .card{background-color:#1d232a !important;color:#f2f4f6 !important}
        .muted{color:#c3cad2 !important}
        .line{border-color:#47505a !important}
        .link{color:#9cc7ff !important}
        .button{background-color:#9cc7ff !important;color:#0b1c30 !important}
        .code{background-color:#2a323b !important;color:#ffffff !important}
        }
        """

    private static let layout: [(HTML.Name, String)] = [
        (.role, "presentation"), (.width, "100%"), (.cellpadding, "0"), (.cellspacing, "0"), (.border, "0"),
    ]

    static func page(subject: String, language tag: String, sender: String?, logo: MailLogo? = nil, content: [HTML])
        -> String
    {
        let letterhead = sender.map {
            HTML.element(
                .p, [(.className, "muted"), (.dir, "auto"), (.style, "margin:0 0 4px;font-size:15px;color:#455a70")],
                text: $0)
        }
        let heading = HTML.element(
            .h1, [(.dir, "auto"), (.style, "margin:0 0 16px;font-size:22px;line-height:1.3;font-weight:bold")],
            text: subject)
        let card = HTML.element(
            .table,
            layout + [
                (.className, "card"),
                (.style, "max-width:600px;background-color:#ffffff;color:#17212b;border-radius:8px"),
            ],
            [
                .element(
                    .tr,
                    [],
                    [
                        .element(
                            .td,
                            [
                                (
                                    .style,
                                    "padding:24px 20px;text-align:left;font-family:Arial,Helvetica,sans-serif;font-size:16px;line-height:1.5;overflow-wrap:break-word"
                                )
                            ], [logo.map(picture), letterhead, heading].compactMap(\.self) + content)
                    ])
            ])
        return HTML.element(
            .html, [(.lang, tag)],
            [
                .element(
                    .head, [],
                    [
                        .element(.meta, [(.charset, "utf-8")]),
                        .element(.meta, [(.name, "viewport"), (.content, "width=device-width, initial-scale=1")]),
                        .element(.meta, [(.name, "color-scheme"), (.content, "light dark")]),
                        .element(.meta, [(.name, "supported-color-schemes"), (.content, "light dark")]),
                        .element(.title, text: subject), .styleSheet(sheet),
                    ]),
                .element(
                    .body,
                    [(.className, "page"), (.style, "margin:0;padding:0;background-color:#eef2f6")],
                    [
                        .element(
                            .table, layout,
                            [
                                .element(
                                    .tr, [],
                                    [.element(.td, [(.align, "center"), (.style, "padding:16px 8px")], [card])]
                                )
                            ])
                    ]),
            ]
        ).page
    }

    /// The size is in attributes, because some mail programs ignore styles. The logo is on white, also in dark mode.
    private static func picture(_ logo: MailLogo) -> HTML {
        .element(
            .p, [(.style, "margin:0 0 12px")],
            [
                .element(
                    .img,
                    [
                        (.src, "cid:\(MailLogo.contentID)"), (.alt, logo.alternativeText),
                        (.width, String(logo.width)), (.height, String(logo.height)),
                        (.style, "display:block;border:0;border-radius:4px;max-width:100%;height:auto"),
                    ])
            ])
    }

    static func paragraph(_ parts: [HTML]) -> HTML { .element(.p, [(.style, "margin:0 0 16px")], parts) }

    /// Label and value in rows, with each label as the heading of its row.
    static func table(_ facts: [MailText.Fact]) -> HTML {
        let line = "border-top:1px solid #d5dde5"
        return .element(
            .table,
            [
                (.width, "100%"), (.cellpadding, "0"), (.cellspacing, "0"), (.border, "0"),
                (.style, "margin:0 0 20px;border-collapse:collapse"),
            ],
            facts.map { fact in
                let type =
                    switch fact.weight {
                    case .normal: "font-size:16px"
                    case .strong: "font-size:16px;font-weight:bold"
                    case .large: "font-size:26px;line-height:1.3;font-weight:bold"
                    }
                return .element(
                    .tr, [],
                    [
                        .element(
                            .th,
                            [
                                (.scope, "row"), (.className, "muted line"),
                                (
                                    .style,
                                    "width:38%;padding:8px 12px 8px 0;text-align:left;vertical-align:top;font-weight:normal;font-size:15px;color:#455a70;\(line)"
                                ),
                            ], text: fact.label),
                        .element(
                            .td,
                            [
                                (.className, "line"), (.dir, "auto"),
                                (
                                    .style,
                                    "padding:8px 0;vertical-align:top;text-align:left;word-break:break-word;\(type);\(line)"
                                ),
                            ], parts(of: fact)),
                    ])
            })
    }

    private static func parts(of fact: MailText.Fact) -> [HTML] {
        guard let code = fact.code else { return [.text(fact.value)] }
        // An IUV of 25 characters fits beside its label on a phone of 380 pixels only in smaller letters.
        let size = code.count > longestUsualCode ? ";font-size:14px" : ""
        let shown = HTML.element(.span, [(.style, "white-space:nowrap\(size)")], text: code)
        guard !fact.value.isEmpty else { return [shown] }
        // Value, name of the code and code are below each other.
        return [
            .element(.span, [(.style, "display:block")], text: fact.value),
            .element(
                .span, [(.className, "muted"), (.style, "display:block;font-size:15px;color:#455a70")],
                text: fact.codeLabel ?? ""), shown,
        ]
    }

    /// A notice number in groups of four.
    private static let longestUsualCode = 22

    static func link(_ url: MailURL, text: String, isOnOneLine: Bool = false) -> HTML {
        let style = "color:#0059b3;text-decoration:underline" + (isOnOneLine ? ";white-space:nowrap" : "")
        return .link(url, [(.className, "link"), (.style, style)], text: text)
    }

    static func contact(_ way: MailText.Way) -> HTML {
        if let url = way.url { return link(url, text: way.text, isOnOneLine: way.isOnOneLine) }
        return way.isOnOneLine
            ? .element(.span, [(.style, "white-space:nowrap")], text: way.text) : .text(way.text)
    }

    /// An address that is not a web address stays text.
    static func link(_ address: String, text: String) -> HTML {
        MailURL(page: address).map { link($0, text: text) } ?? .text(address)
    }

    static func button(_ address: String, label: String, colon: String) -> HTML {
        guard let url = MailURL(page: address) else { return paragraph([.text("\(label)\(colon)\(address)")]) }
        return paragraph([
            .link(
                url,
                [
                    (.className, "button"),
                    (
                        .style,
                        "display:inline-block;padding:12px 20px;border-radius:4px;background-color:#0059b3;color:#ffffff;font-weight:bold;text-decoration:none"
                    ),
                ], text: label)
        ])
    }

    static func footer(_ text: String, label: String, url address: String) -> HTML {
        .element(
            .p, [(.className, "muted"), (.style, "margin:0;font-size:14px;color:#455a70")],
            [.text(text + " "), link(address, text: label)])
    }

    static func code(label: String, value: String, colon: String) -> HTML {
        paragraph([
            .element(.span, [(.className, "muted"), (.style, "font-size:15px;color:#455a70")], text: label),
            .text(colon),
            .element(
                .strong,
                [
                    (.className, "code"),
                    (
                        .style,
                        "display:inline-block;padding:6px 12px;border-radius:4px;background-color:#eef2f6;font-family:Consolas,Menlo,monospace;font-size:24px;letter-spacing:3px;word-break:break-all"
                    ),
                ], text: value),
        ])
    }
}
