using System.Globalization;
using System.Net;
using System.Text;
using Nines.Pricing.Money;

namespace Nines.Pricing.Profiles;

/// <summary>The week as a profile expects it, as an SVG: the likely line in its spread. Needs nothing from elsewhere.</summary>
public static class ProfilePicture
{
    private const int Width = 960, Height = 320, Left = 90, Right = 16, Top = 56, Bottom = 34, Lines = 4;

    private const string Style = """
        <style>
        text{font-family:system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif;font-size:11px;fill:#59636e}
        .h{font-size:15px;font-weight:600;fill:#1f2328}.bg{fill:#fff}.g{stroke:#d1d9e0;stroke-width:1}.s{fill:#8fb8ea;fill-opacity:.45}.l{fill:none;stroke:#1f6feb;stroke-width:1.8}
        @media (prefers-color-scheme:dark){text{fill:#9aa4ae}.h{fill:#e6edf3}.bg{fill:#0d1117}.g{stroke:#30363d}.s{fill:#2f5f9e}.l{stroke:#6cb0ff}}
        </style>

        """;

    public static string Of(SeasonalProfile profile)
    {
        var hours = ProfileChart.WeekOf(profile).SelectMany(day => day).ToArray();
        var step = RoundStep(Math.Max(hours.Max(hour => hour?.High) ?? 0, 0.000001m) / Lines);
        var most = step * Lines;
        var svg = new StringBuilder();
        svg.Append(CultureInfo.InvariantCulture, $"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {Width} {Height}" role="img" aria-label="{Escape(Title(profile))}">{"\n"}""").Append(Style);
        svg.Append(CultureInfo.InvariantCulture, $"""<rect class="bg" width="{Width}" height="{Height}"/><text class="h" x="{Left}" y="22">{Escape(Title(profile))}</text><text x="{Left}" y="40">{Escape(Subtitle(profile))}</text>{"\n"}""");
        for (var line = 0; line <= Lines; line++)
        {
            var value = step * line;
            svg.Append(CultureInfo.InvariantCulture, $"""<path class="g" d="M{Left} {Y(value, most):0.#}H{Width - Right}"/><text x="{Left - 6}" y="{Y(value, most) + 4:0.#}" text-anchor="end">{Escape(Rounded(value))}</text>{"\n"}""");
        }
        for (var day = 0; day < 7; day++)
            svg.Append(CultureInfo.InvariantCulture, $"""<path class="g" d="M{X(day * 24):0.#} {Top}V{Height - Bottom}"/><text x="{X(day * 24 + 12):0.#}" y="{Height - Bottom + 18}" text-anchor="middle">{CultureInfo.InvariantCulture.DateTimeFormat.AbbreviatedDayNames[(day + 1) % 7]}</text>{"\n"}""");
        svg.Append(CultureInfo.InvariantCulture, $"""<path class="s" d="M{Points(hours, hour => hour.High, most)}L{string.Join('L', Points(hours, hour => hour.Low, most).Split('L').Reverse())}Z"/>{"\n"}""");
        svg.Append(CultureInfo.InvariantCulture, $"""<path class="l" d="M{Points(hours, hour => hour.Likely, most)}"/>{"\n"}</svg>{"\n"}""");
        return svg.ToString();
    }

    private static string Title(SeasonalProfile profile) => $"{profile.Series.Name}: the week as it is expected, {profile.Series.Unit} an hour";

    private static string Subtitle(SeasonalProfile profile) => profile.Test is { } test ? $"{profile.Options.Level} % spread, {profile.Grid.Zone.Id}. {ProfileText.ErrorsOf(test)}" : $"{profile.Grid.Zone.Id}. Too short for a back-test: half to double as the spread";

    private static string Points(Estimate?[] hours, Func<Estimate, decimal> value, decimal most) =>
        string.Join('L', hours.Select((hour, index) => (hour, index)).Where(one => one.hour is not null).Select(one => string.Create(CultureInfo.InvariantCulture, $"{X(one.index + 0.5):0.#} {Y(value(one.hour!.Value), most):0.#}")));

    private static double X(double hour) => Left + hour / 168 * (Width - Left - Right);

    private static double Y(decimal value, decimal most) => Height - Bottom - (double)(value / most) * (Height - Top - Bottom);

    /// <summary>The next of 1, 2, 2.5, 5 and 10 times a power of ten.</summary>
    private static decimal RoundStep(decimal least)
    {
        var power = (decimal)Math.Pow(10, Math.Floor(Math.Log10((double)least)));
        return new[] { 1m, 2m, 2.5m, 5m, 10m }.Select(factor => factor * power).First(step => step >= least || step == 10 * power);
    }

    private static string Rounded(decimal value) => value.ToString(value >= 100 ? "#,##0" : "0.##", CultureInfo.InvariantCulture);

    private static string Escape(string text) => WebUtility.HtmlEncode(text);
}
