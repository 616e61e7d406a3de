/// One page: its title, which is also its first heading, and its content.
struct Page: Sendable {
    var title: String
    /// Where the page is, for the trail above the heading: labels and paths.
    var trail: [(label: String, path: String)] = []
    var isError = false
    var hasTopLevelNavigation = true
    /// Other origins to which a form of this page posts.
    var formOrigins: [String] = []
    var content: HTML

    init(
        title: String, trail: [(label: String, path: String)] = [], isError: Bool = false,
        hasTopLevelNavigation: Bool = true, formOrigins: [String] = [], @HTMLBuilder content: () -> HTML
    ) {
        self.title = title
        self.trail = trail
        self.isError = isError
        self.hasTopLevelNavigation = hasTopLevelNavigation
        self.formOrigins = formOrigins
        self.content = content()
    }
}

/// The frame of every page: skip link, header with languages and menu, content, footer.
struct Layout: Sendable {
    let name: String
    let assets: Assets
    let page: Page
    let visit: Visit
    var offersDesk = false

    private var texts: Texts { visit.texts }

    var document: String {
        element("html", ["lang": visit.language.rawValue]) {
            element("head") {
                element("meta", ["charset": "utf-8"])
                element("meta", ["name": "viewport", "content": "width=device-width, initial-scale=1"])
                element("meta", ["name": "color-scheme", "content": "light dark"])
                element("title", [:], "\(page.isError ? texts[.errorPrefix, page.title] : page.title) – \(name)")
                element("link", ["rel": "stylesheet", "href": assets.stylePath])
                element("link", ["rel": "icon", "href": assets.iconPath, "type": "image/svg+xml"])
                element("script", ["src": assets.scriptPath, "defer": ""]) {}
            }
            element("body") {
                element("a", ["class": "skip", "href": "#main"], texts[.skip])
                header
                element("main", ["id": "main", "tabindex": "-1"]) {
                    trail
                    element("h1", [:], page.title)
                    flash
                    page.content
                }
                element("footer") {
                    element("p", [:], "\(name) – \(texts[.footer])")
                    if offersDesk, visit.area == .citizens {
                        element("p") { element("a", ["href": Area.desk.home], texts[.desk]) }
                    }
                }
            }
        }.document
    }

    private var header: HTML {
        element("header") {
            element("div", ["class": "slim"]) {
                element("nav", ["aria-label": texts[.language], "class": "languages"]) {
                    element("ul") {
                        for language in Language.allCases {
                            element("li") {
                                element(
                                    "a",
                                    [
                                        "href": "\(languagePath)?language=\(language.rawValue)",
                                        "lang": language.rawValue, "hreflang": language.rawValue,
                                        "aria-current": language == visit.language ? "true" : nil,
                                        "aria-label": language.name,
                                    ], language.rawValue.uppercased())
                            }
                        }
                    }
                }
                if page.hasTopLevelNavigation { account }
            }
            element("p", ["class": "brand"]) {
                element("a", ["href": visit.area.home], visit.area == .desk ? "\(name) – \(texts[.desk])" : name)
            }
            if page.hasTopLevelNavigation { menu }
            delegator
        }
    }

    /// For whom the citizen acts, on every page.
    private var delegator: HTML? {
        guard visit.area == .citizens, let delegator = visit.session.delegator else { return nil }
        return element("div", ["class": "delegator", "role": "region", "aria-label": texts[.delegations]]) {
            element("p", [:], texts[.actingFor, delegator.description])
            element("form", ["method": "post", "action": "/delegations/stop"]) {
                element("input", ["type": "hidden", "name": "csrf", "value": visit.session.csrf])
                element("button", ["type": "submit", "class": "plain"], texts[.stopActing])
            }
        }
    }

    /// A page that answers a form has no address of its own; its form has.
    private var languagePath: String { visit.method == "POST" ? visit.area.home : visit.path }

    private var account: HTML {
        element("div", ["class": "account"]) {
            if visit.session.isSignedIn {
                if let staff = visit.session.staff {
                    element("span", ["class": "who"]) { element("bdi", [:], staff.name) }
                } else {
                    element(
                        "a", ["href": "/profile", "aria-current": isCurrent("/profile") ? "page" : nil],
                        texts[.profile])
                }
                element("form", ["method": "post", "action": visit.area.signOutPath]) {
                    element("input", ["type": "hidden", "name": "csrf", "value": visit.session.csrf])
                    element("button", ["type": "submit", "class": "plain"], texts[.signOut])
                }
            } else {
                element("a", ["href": visit.area.signInPath], texts[.signIn])
            }
        }
    }

    private var menu: HTML {
        let items = visit.area == .desk ? DeskMenu.items(for: visit.session.staff) : citizensMenu
        return element("nav", ["aria-label": texts[.menu], "class": "menu"]) {
            element("ul") {
                for (key, path) in items {
                    element("li") {
                        element("a", ["href": path, "aria-current": isCurrent(path) ? "page" : nil], texts[key])
                    }
                }
            }
        }
    }

    private var citizensMenu: [(TextKey, String)] {
        visit.session.isSignedIn
            ? [
                (.home, "/"), (.services, "/services"), (.payments, "/payments"), (.archive, "/archive"),
                (.help, "/help"),
            ]
            : [(.home, "/"), (.payNotice, "/notice"), (.help, "/help")]
    }

    private func isCurrent(_ path: String) -> Bool {
        path == visit.area.home ? visit.path == path : visit.path == path || visit.path.hasPrefix(path + "/")
    }

    private var trail: HTML? {
        guard !page.trail.isEmpty else { return nil }
        return element("nav", ["aria-label": texts[.breadcrumb], "class": "trail"]) {
            element("ol") {
                element("li") { element("a", ["href": visit.area.home], texts[.home]) }
                for step in page.trail { element("li") { element("a", ["href": step.path], step.label) } }
            }
        }
    }

    private var flash: HTML? {
        visit.session.flash.map { key in element("div", ["class": "notice", "role": "status"]) { texts[key] } }
    }
}
