using System.Globalization;

namespace Nines.Ledger.Text;

/// <summary>Shares of one as text. Always rounded down: 99.9996 % is printed 99.999 %, and 100 % means that nothing was lost (TRUTH 14).</summary>
public static class PercentText
{
    /// <param name="share">0 to 1.</param>
    public static string Of(decimal share, int decimals = 3) =>
        Floor(share * 100, decimals).ToString("0." + new string('0', decimals), CultureInfo.InvariantCulture) + " %";

    /// <summary>The share cut off after so many decimals.</summary>
    public static decimal Floor(decimal value, int decimals)
    {
        var scale = 1m;
        for (var i = 0; i < decimals; i++) scale *= 10;
        return decimal.Floor(value * scale) / scale;
    }
}
