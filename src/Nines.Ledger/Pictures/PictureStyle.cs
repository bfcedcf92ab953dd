namespace Nines.Ledger.Pictures;

/// <summary>
/// The style of a picture. Letters: u up, d degraded, e effectively down, o down, each 1 possibly to 3 surely; m maintenance, k unknown, x disputed, z not
/// watched. Shades differ in lightness, so that they are told apart without colours too. Class w is left out where it is narrow. Stripes of what is
/// disputed have an edge of the text's colour: they are told from the palest shade and from the strongest.
/// </summary>
internal static class PictureStyle
{
    public const string Text = """
        <defs><pattern id="hatch" width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect class="k0" width="7" height="7"/><rect class="k1" width="2.5" height="7"/></pattern><pattern id="disputed" width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(-45)"><rect class="x1" width="3" height="7"/><rect class="x2" x="3" width="1" height="7"/></pattern></defs>
        <style>
        text{font-family:system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif;fill:#1f2328}
        .h{font-size:15px;font-weight:600}.n{font-size:13px;font-weight:500}.q{font-size:11px;fill:#59636e}.l{font-size:10px;fill:#1f2328;stroke:#fff;stroke-width:2.5px;paint-order:stroke;pointer-events:none}
        .bg{fill:#fff}.g{stroke:#d1d9e0;stroke-width:1}.z{fill:#f0f2f4}.t{fill:transparent}.t:hover{stroke:#1f2328}
        path{stroke-width:2;shape-rendering:crispEdges}
        .u{fill:#bfe3c8;stroke:#bfe3c8}.m{fill:#8fb8ea;stroke:#8fb8ea}.k{fill:url(#hatch)}.k0{fill:#e4e7ea}.k1{fill:#9aa4ae}.x{fill:url(#disputed)}.x1{fill:#fff}.x2{fill:#1f2328}
        .d1{stroke:#e6e3a8}.d2{stroke:#eed56a}.d3{fill:#e3b505;stroke:#e3b505}
        .e1{stroke:#f6d3b4}.e2{stroke:#f0a35e}.e3{fill:#d9660f;stroke:#d9660f}
        .o1{fill:#f2c1bd;stroke:#f2c1bd}.o2{fill:#dd6a66;stroke:#dd6a66}.o3{fill:#a3081a;stroke:#a3081a}
        rect{stroke:none}
        @media (max-width:600px){.w{display:none}}
        @media (prefers-color-scheme:dark){
        text{fill:#e6edf3}.q{fill:#9aa4ae}.l{fill:#fff;stroke:#0d1117}.bg{fill:#0d1117}.g{stroke:#30363d}.z{fill:#1b2129}.t:hover{stroke:#fff}
        .u{fill:#1f5a34;stroke:#1f5a34}.m{fill:#2f5f9e;stroke:#2f5f9e}.k0{fill:#22272e}.k1{fill:#59636e}.x1{fill:#0d1117}.x2{fill:#e6edf3}
        .d1{stroke:#4d4a1d}.d2{stroke:#8a7414}.d3{fill:#e3b505;stroke:#e3b505}
        .e1{stroke:#563719}.e2{stroke:#a35a1c}.e3{fill:#ff8c3b;stroke:#ff8c3b}
        .o1{fill:#5a2327;stroke:#5a2327}.o2{fill:#b0383c;stroke:#b0383c}.o3{fill:#ff5a60;stroke:#ff5a60}
        rect{stroke:none}}
        </style>

        """;
}
