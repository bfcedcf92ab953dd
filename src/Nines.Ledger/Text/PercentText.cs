using System.Globalization;

namespace Nines.Ledger.Text;

/// <summary>Shares of one as text. Rounded down unless a policy says otherwise: 99.9996 % is printed 99.999 %, and 100 % means that nothing was lost (TRUTH 14).</summary>
public static class PercentText
{
    /// <param name="share">0 to 1.</param>
    public static string Of(decimal share, int decimals = 3) =>
        Print(Floor(share * 100, decimals), decimals);

    /// <summary>To the nearest, halves to the even digit; a share below one is never printed as 100 %, one above zero may be printed as 0 %.</summary>
    /// <param name="share">0 to 1.</param>
    public static string HalfEven(decimal share, int decimals)
    {
        var rounded = decimal.Round(share * 100, decimals, MidpointRounding.ToEven);
        return rounded >= 100 && share < 1 ? Of(share, decimals) : Print(rounded, decimals);
    }

    /// <summary>The share cut off after so many decimals.</summary>
    public static decimal Floor(decimal value, int decimals)
    {
        var scale = 1m;
        for (var i = 0; i < decimals; i++) scale *= 10;
        return decimal.Floor(value * scale) / scale;
    }

    private static string Print(decimal percent, int decimals) => percent.ToString($"F{decimals}", CultureInfo.InvariantCulture) + " %";
}
