using System.Globalization;
using System.Text;

namespace Nines.Reports.Pages;

/// <summary>
/// The style of pages. Text has a contrast of 4.5 to 1 or more on its ground, in the light and in the dark; print is always light. States differ in
/// lightness too. Unknown is grey.
/// </summary>
internal static class HtmlStyle
{
    /// <param name="footer">Stands at the bottom of each printed page, with its number.</param>
    public static string Of(string footer) => Screen + Print.Replace("FOOTER", CssText(footer), StringComparison.Ordinal);

    /// <summary>A text within quotes of CSS: all but plain characters by their number.</summary>
    private static string CssText(string text)
    {
        var css = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune.IsAscii && (char.IsAsciiLetterOrDigit((char)rune.Value) || rune.Value is ' ' or '.' or '-' or '/' or ',')) css.Append((char)rune.Value);
            else css.Append(CultureInfo.InvariantCulture, $"\\{rune.Value:x} ");
        }
        return css.ToString();
    }

    private const string Screen = """

        :root{color-scheme:light dark;--ground:#fff;--card:#f6f8fa;--ink:#1f2328;--quiet:#57606a;--line:#d1d9e0;--up:#8fd1a0;--deg:#e3b505;--eff:#d9660f;--down:#a3081a;--mnt:#6ea3e6;--unk:#8b949e;--none:#eaedf0;--bar:#5b87c5}
        @media (prefers-color-scheme:dark){:root{--ground:#0d1117;--card:#161b22;--ink:#e6edf3;--quiet:#9aa4ae;--line:#30363d;--up:#2a7a46;--deg:#e3b505;--eff:#ff8c3b;--down:#ff5a60;--mnt:#4a82cc;--unk:#6e7681;--none:#1b2129;--bar:#4a7bc0}}
        *{box-sizing:border-box}
        body{margin:0 auto;max-width:1080px;padding:24px 20px;background:var(--ground);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif;overflow-wrap:break-word}
        h1{font-size:26px;line-height:1.25;margin:0}h2{font-size:20px;margin:36px 0 10px;border-bottom:1px solid var(--line);padding-bottom:4px}h3{font-size:16px;margin:26px 0 4px}
        p{margin:8px 0}.sub,footer,figcaption,caption,.legend{color:var(--quiet);font-size:13px}ul{padding-left:20px;margin:8px 0}li{margin:2px 0}
        code{font:13px/1.5 ui-monospace,"DejaVu Sans Mono",monospace;background:var(--card);border:1px solid var(--line);border-radius:4px;padding:6px 8px;display:block;white-space:pre-wrap}
        .key{display:grid;grid-template-columns:repeat(auto-fit,minmax(150px,1fr));gap:10px;margin:12px 0}
        .key div{background:var(--card);border:1px solid var(--line);border-radius:8px;padding:10px 12px}
        .key dt{color:var(--quiet);font-size:13px}.key dd{margin:0}.key b{display:block;font-size:21px;line-height:1.3;font-weight:600}.key span{color:var(--quiet);font-size:12px}
        table{width:100%;border-collapse:collapse;margin:12px 0;font-size:13.5px}caption{text-align:left;padding:4px 0}
        th,td{text-align:left;vertical-align:top;padding:5px 10px 5px 0;border-bottom:1px solid var(--line)}thead th{color:var(--quiet);font-weight:600;font-size:12.5px}tbody th{font-weight:600;min-width:90px}
        .long{overflow-wrap:anywhere}.n{text-align:right;font-variant-numeric:tabular-nums}.n:last-child{padding-right:0}
        .bars{table-layout:fixed}.bars th{width:24%}.bars .n{width:36%}.bar svg{display:block;margin-top:2px}.b{fill:var(--bar)}
        figure{margin:8px 0 14px}.strip figcaption{display:flex;justify-content:space-between;font-size:12px}svg{display:block}
        .u{fill:var(--up);background:var(--up)}.d{fill:var(--deg);background:var(--deg)}.e{fill:var(--eff);background:var(--eff)}.o{fill:var(--down);background:var(--down)}.m{fill:var(--mnt);background:var(--mnt)}.k{fill:var(--unk);background:var(--unk)}.z{fill:var(--none)}
        .legend i{display:inline-block;width:12px;height:12px;border-radius:2px;vertical-align:-1px;margin-left:8px}.legend i:first-child{margin-left:0}
        text{font:11px system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif;fill:var(--quiet)}.g{stroke:var(--line)}.whisker{stroke:var(--ink);stroke-width:2}.dot{fill:var(--bar)}
        @media (max-width:640px){body{padding:16px 14px}.w{display:none}h1{font-size:22px}
        table:not(.bars),table:not(.bars) tbody,table:not(.bars) tr,table:not(.bars) th,table:not(.bars) td,caption{display:block}table:not(.bars) thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
        table:not(.bars) tr{border-bottom:1px solid var(--line);padding:7px 0}table:not(.bars) th,table:not(.bars) td{border:0;padding:1px 0;text-align:left}
        td[data-of]{display:flex!important;gap:8px}td[data-of]::before{content:attr(data-of);color:var(--quiet);flex:0 0 96px}.bars th{width:30%}.bars .n{width:42%;font-size:12px}}

        """;

    private const string Print = """
        @page{size:A4;margin:16mm 14mm 18mm;@bottom-left{content:"FOOTER";font:8pt sans-serif;color:#57606a}@bottom-right{content:counter(page) " / " counter(pages);font:8pt sans-serif;color:#57606a}}
        @media print{:root{color-scheme:light;--ground:#fff;--card:#f6f8fa;--ink:#1f2328;--quiet:#57606a;--line:#d1d9e0;--up:#8fd1a0;--deg:#e3b505;--eff:#d9660f;--down:#a3081a;--mnt:#6ea3e6;--unk:#8b949e;--none:#eaedf0;--bar:#5b87c5}
        body{max-width:none;padding:0;font-size:10pt;print-color-adjust:exact;-webkit-print-color-adjust:exact}footer{display:none}.sheet{break-before:page}h1{font-size:17pt}h2{font-size:13pt;margin:14pt 0 5pt}h3{font-size:11pt;margin:12pt 0 2pt}h2,h3,caption{break-after:avoid}tr,figure,.key,.l3{break-inside:avoid}
        .key{grid-template-columns:repeat(auto-fit,minmax(105pt,1fr))}.key b{font-size:13pt}.key div{padding:5pt 8pt}table{font-size:8pt;margin:6pt 0}th,td{padding:2.5pt 7pt 2.5pt 0}thead th{font-size:8pt}figure{margin:4pt 0 6pt}}

        """;
}
