using System.ComponentModel;
using System.Globalization;
using Nines.Core.Time;
using NodaTime;

namespace Nines.Probing.Quotas;

/// <summary>How many requests a target says that it takes from us in a window: <c>1200/1m</c>.</summary>
/// <param name="Requests">1 to 1,000,000.</param>
/// <param name="Window">1 s to 1 h.</param>
[Description("Write requests and their window, for example 1200/1m.")]
public readonly record struct Quota(int Requests, Duration Window)
{
    public static bool TryParse(string text, out Quota quota)
    {
        quota = default;
        if (text.Split('/') is not [var requests, var window]) return false;
        if (!int.TryParse(requests, NumberStyles.None, CultureInfo.InvariantCulture, out var count) || count is < 1 or > 1_000_000) return false;
        if (!DurationText.TryParse(window, out var length, out _) || length < Duration.FromSeconds(1) || length > RequestMeter.Longest) return false;
        quota = new Quota(count, length);
        return true;
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Requests}/{DurationText.Print(Window)}");
}
