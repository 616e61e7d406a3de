extension PortalApp {
    static let homeRoutes: [Route] = [.get("/") { _, visit in .page(HomePages.home(visit)) }]
}

enum HomePages {
    static func home(_ visit: Visit) -> Page {
        let texts = visit.texts
        let tiles: [(title: TextKey, text: TextKey, path: String)] =
            visit.session.isSignedIn
            ? [
                (.services, .homeServices, "/services"), (.payments, .homePayments, "/payments"),
                (.archive, .homeArchive, "/archive"), (.payNotice, .homeNotice, "/notice"),
                (.spontaneous, .spontaneousText, "/spontaneous"), (.delegations, .delegationsText, "/delegations"),
                (.help, .homeHelp, "/help"),
            ]
            : [
                (.signIn, .homeSignIn, "/sign-in"), (.payNotice, .homeNotice, "/notice"),
                (.spontaneous, .spontaneousText, "/spontaneous"), (.help, .homeHelp, "/help"),
            ]
        return Page(title: visit.session.isSignedIn ? texts[.welcome] : texts[.homeTitle]) {
            element("p", ["class": "lead"], texts[.homeIntro])
            Tiles(items: tiles.map { (texts[$0.title], texts[$0.text], $0.path) }).html
        }
    }
}

/// Links with a sentence each, side by side where there is room.
struct Tiles: Sendable {
    let items: [(title: String, text: String?, path: String)]

    var html: HTML {
        element("ul", ["class": "tiles"]) {
            for item in items {
                element("li") {
                    element("h2") { element("a", ["href": item.path], item.title) }
                    if let text = item.text { element("p", [:], text) }
                }
            }
        }
    }
}
