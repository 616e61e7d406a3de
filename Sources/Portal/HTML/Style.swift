/// The style sheet: the colours, type and spacing that the design system of the Italian public sector publishes, written for these pages.
enum Style {
    static let icon = """
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><rect width="16" height="16" rx="3" fill="#0066cc"/>\
        <path d="M4 8.5l3 3 5-6" fill="none" stroke="#fff" stroke-width="2"/></svg>
        """

    static let text = """
        :root{--primary:#06c;--primary-dark:#004d99;--text:#17324d;--muted:#455b71;--bg:#fff;--soft:#f2f7fc;--line:#5d7083;
        --soft-line:#d6dce3;--error:#b3213b;--ok:#00663d;--on-primary:#fff;--slim:#004d99;--link:#0059b3;--focus:#ff9900}
        @media (prefers-color-scheme:dark){:root{--primary:#4d9fff;--primary-dark:#80bdff;--text:#e9f0f7;--muted:#b9c8d6;
        --bg:#0b1a29;--soft:#14293d;--line:#8ba3b9;--soft-line:#2f475d;--error:#ff9aa8;--ok:#7fdcae;--on-primary:#0b1a29;
        --slim:#06131f;--link:#80bdff;--focus:#ffb84d}}
        *{box-sizing:border-box}
        [hidden]{display:none!important}
        html{font:100%/1.5 "Titillium Web","Titillium","Source Sans 3","Noto Sans","DejaVu Sans",system-ui,sans-serif}
        body{margin:0;color:var(--text);background:var(--bg);overflow-wrap:break-word}
        a{color:var(--link);text-underline-offset:.15em}
        a:hover{text-decoration-thickness:2px}
        :focus-visible{outline:3px solid var(--focus);outline-offset:2px;box-shadow:0 0 0 2px var(--bg)}
        main:focus{outline:none}
        .skip{position:absolute;left:-100rem;top:0;padding:.75rem 1rem;background:var(--bg);color:var(--link);z-index:1}
        .skip:focus{left:0}
        header{background:var(--primary)}
        @media (prefers-color-scheme:dark){header{background:#0a2f54}}
        header a,header button.plain{color:#fff}
        .slim{background:var(--slim);display:flex;flex-wrap:wrap;justify-content:space-between;align-items:center;gap:.25rem 1rem;
        padding:.25rem max(1rem,calc(50vw - 34rem))}
        .slim a,.slim button.plain{display:inline-block;padding:.4rem .5rem;min-width:2.5rem;min-height:2.5rem;text-decoration:none}
        .slim form{margin:0}
        button.plain{border:0;background:none;font:inherit;cursor:pointer}
        .slim a:hover,.slim button.plain:hover,.menu a:hover{text-decoration:underline}
        .languages ul,.menu ul{list-style:none;margin:0;padding:0;display:flex;flex-wrap:wrap}
        .languages ul{margin-left:-.75rem}
        .languages a{text-align:center}
        .languages a[aria-current]{font-weight:700;text-decoration:underline}
        .brand{margin:0;padding:.75rem max(1rem,calc(50vw - 34rem));font-size:1.5rem;font-weight:700}
        .brand a{text-decoration:none}
        .menu{padding:0 max(.5rem,calc(50vw - 34.5rem))}
        .menu a{display:block;padding:.6rem .5rem;min-height:2.75rem;text-decoration:none;font-weight:600}
        .menu a[aria-current]{box-shadow:inset 0 -4px #fff}
        .delegator{background:var(--bg);color:var(--text);border-bottom:4px solid var(--focus);display:flex;flex-wrap:wrap;
        align-items:center;gap:.25rem 1rem;padding:.5rem max(1rem,calc(50vw - 34rem))}
        .delegator p,.delegator form{margin:0}
        .delegator p{font-weight:600;overflow-wrap:anywhere}
        .delegator button.plain{color:var(--link);text-decoration:underline;padding:.4rem 0;min-height:2.5rem}
        main{max-width:70rem;margin:0 auto;padding:1rem 1rem 3rem}
        h1{font-size:1.9rem;line-height:1.2;margin:.5rem 0 1rem}
        h2{font-size:1.35rem;line-height:1.3;margin:2rem 0 .75rem}
        .lead{font-size:1.15rem;max-width:46rem}
        .trail ol{list-style:none;display:flex;flex-wrap:wrap;margin:0;padding:0}
        .trail li+li::before{content:"/";padding:0 .4rem;color:var(--muted)}
        .trail a{display:inline-block;padding:.15rem 0;min-height:1.75rem}
        footer{background:var(--slim);color:#fff;padding:1.5rem max(1rem,calc(50vw - 34rem))}
        .tiles{list-style:none;margin:1.5rem 0;padding:0;display:grid;gap:1rem;grid-template-columns:repeat(auto-fill,minmax(15rem,1fr))}
        .tiles li{border:1px solid var(--soft-line);border-radius:.25rem;padding:1rem;background:var(--soft);position:relative}
        .tiles h2{margin:0 0 .5rem;font-size:1.2rem}
        .tiles p{margin:0;color:var(--muted)}
        .tiles h2 a::after{content:"";position:absolute;inset:0}
        form.box{max-width:34rem}
        main form{max-width:34rem}
        main form.search{max-width:none}
        .columns{display:grid;gap:0 1.5rem;grid-template-columns:repeat(auto-fill,minmax(14rem,1fr))}
        .field{margin:0 0 1.1rem}
        label,legend{display:block;font-weight:600;padding:0;margin:0 0 .25rem}
        .optional{font-weight:400;color:var(--muted)}
        .hint{margin:0 0 .35rem;color:var(--muted)}
        .field-error{margin:0 0 .35rem;color:var(--error);font-weight:600}
        .wrong{border-left:4px solid var(--error);padding-left:.75rem}
        input,select,textarea{font:inherit;color:inherit;background:var(--bg);border:1px solid var(--line);border-radius:.25rem;
        padding:.55rem .75rem;width:100%;min-height:2.75rem}
        input[type=checkbox],input[type=radio]{width:1.5rem;height:1.5rem;min-height:0;flex:none;margin:.1rem 0 0;
        accent-color:var(--primary)}
        fieldset{border:0;margin:0;padding:0;min-width:0}
        .check{display:flex;gap:.75rem;padding:.5rem 0}
        .check label{font-weight:400;margin:0;flex:1}
        .actions{display:flex;flex-wrap:wrap;gap:.75rem;margin:1.5rem 0}
        .button,main button{display:inline-block;font:inherit;font-weight:600;padding:.6rem 1.25rem;min-height:2.75rem;
        border:2px solid var(--primary);border-radius:.25rem;background:var(--bg);color:var(--link);text-decoration:none;cursor:pointer}
        .button.primary,main button.primary{background:var(--primary);color:var(--on-primary)}
        .button:hover,main button:hover{border-color:var(--primary-dark);text-decoration:underline}
        .button.small{padding:.25rem .75rem;min-height:2.25rem}
        .notice{border-left:5px solid var(--primary);background:var(--soft);padding:.75rem 1rem;margin:1rem 0;max-width:46rem}
        .notice.error{border-color:var(--error)}
        .notice.ok{border-color:var(--ok)}
        .notice h2{margin:0 0 .25rem;font-size:1.1rem}
        .notice p{margin:0}
        .notice ul{margin:0;padding-left:1.25rem}
        .notice li{padding:.2rem 0}
        .sum{font-size:2rem;font-weight:700;margin:.25rem 0 1rem}
        .status{font-weight:600}
        table{border-collapse:collapse;width:100%;margin:1rem 0}
        caption{text-align:left;font-weight:600;font-size:1.15rem;padding:.25rem 0 .5rem}
        th,td{text-align:left;vertical-align:top;padding:.6rem .75rem .6rem 0;border-bottom:1px solid var(--soft-line)}
        .number{white-space:nowrap}
        .amount{text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums}
        th.amount,td.amount{padding-right:1.5rem}
        @media (max-width:44rem){table.cards thead{position:absolute;left:-100rem}
        table.cards,table.cards caption,table.cards tbody,table.cards tr,table.cards td{display:block}
        table.cards tr{border:1px solid var(--soft-line);border-radius:.25rem;padding:.5rem .75rem;margin:0 0 .75rem;background:var(--soft)}
        table.cards td{display:flex;justify-content:space-between;gap:1rem;border:0;padding:.25rem 0;text-align:right}
        table.cards td.amount{padding-right:0}
        table.cards td::before{content:attr(data-title);color:var(--muted);text-align:left}
        table.cards td>span{min-width:0;overflow-wrap:anywhere}}
        .facts{margin:1rem 0;max-width:46rem}
        .facts div{display:grid;grid-template-columns:minmax(8rem,14rem) 1fr;gap:.25rem 1rem;padding:.5rem 0;
        border-bottom:1px solid var(--soft-line)}
        .facts dt{color:var(--muted)}
        .facts dd{margin:0;overflow-wrap:anywhere}
        @media (max-width:30rem){.facts div{grid-template-columns:1fr}}
        .choices{list-style:none;margin:1rem 0;padding:0;max-width:46rem}
        .choices li{border-bottom:1px solid var(--soft-line)}
        .choices a{display:flex;flex-wrap:wrap;justify-content:space-between;gap:.25rem 1rem;padding:.9rem .25rem}
        .choices span{color:var(--muted);display:inline-block}
        .account{display:flex;flex-wrap:wrap;align-items:center}
        .who{padding:.4rem .5rem;color:#fff}
        footer a{color:#fff;display:inline-block;padding:.25rem 0}
        textarea{display:block;resize:vertical}
        progress{width:100%;max-width:34rem;height:1.25rem;accent-color:var(--primary)}
        .plot{display:block;width:100%;max-width:60rem;height:auto;margin:1rem 0 0}
        .plot rect{fill:var(--primary)}
        .plot line{stroke:var(--line)}
        .axis{display:flex;justify-content:space-between;max-width:60rem;margin:.25rem 0 1rem;color:var(--muted)}
        .timeline{list-style:none;margin:1rem 0;padding:0 0 0 1rem;border-left:3px solid var(--soft-line);max-width:46rem}
        .timeline li{position:relative;padding:0 0 1.25rem}
        .timeline li::before{content:"";position:absolute;left:-1.5rem;top:.35rem;width:.8rem;height:.8rem;border-radius:50%;
        background:var(--primary)}
        .timeline li.detail::before{background:var(--soft-line)}
        .timeline h3{font-size:1.1rem;margin:0}
        .timeline li.detail h3{font-size:1rem;font-weight:400}
        .timeline .when{margin:0;color:var(--muted)}
        .timeline .facts{margin:.25rem 0}
        .timeline .facts div{padding:.2rem 0;border:0}
        .links{display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;margin:.25rem 0}
        .links a{display:inline-block;padding:.25rem 0}
        .logo{max-width:100%;background:#fff;padding:.5rem;border:1px solid var(--soft-line)}
        .mail{border:1px solid var(--soft-line);border-radius:.25rem;padding:0 1rem;max-width:46rem;background:var(--soft)}
        .mail pre{white-space:pre-wrap;overflow-wrap:anywhere;font:inherit}
        td form{margin:0}
        td form .actions{margin:0}
        .spinner{width:2.5rem;height:2.5rem;border:4px solid var(--soft-line);border-top-color:var(--primary);border-radius:50%;
        animation:turn 1s linear infinite}
        @keyframes turn{to{transform:rotate(1turn)}}
        @media (prefers-reduced-motion:reduce){.spinner{animation:none}}
        @media print{header,footer,.trail,.actions,.skip{display:none}main{padding:0}body{background:#fff;color:#000}}
        """
}
