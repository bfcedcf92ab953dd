using Nines.Core;
using Nines.Ledger;
using Nines.Ledger.Documents;
using NodaTime;

namespace Nines.Web.Console.Outages;

/// <summary>Outages as pages say them.</summary>
internal static class OutageText
{
    public static Bounds BeganIn(this OutageDocument outage) => new(outage.BeganEarliest, outage.BeganLatest);

    /// <returns>Null while it is open.</returns>
    public static Bounds? EndedIn(this OutageDocument outage) => outage is { EndedEarliest: { } earliest, EndedLatest: { } latest } ? new Bounds(earliest, latest) : null;

    public static Length LengthOf(this OutageDocument outage) =>
        new(DocumentJson.FromSeconds(outage.ShortestS), DocumentJson.FromSeconds(outage.LikelyS), DocumentJson.FromSeconds(outage.LongestS));

    public static bool IsOpen(this OutageDocument outage) => outage.Status == "open";

    public static string Word(this CauseKind cause) => cause.ToString().ToLowerInvariant();

    public static string AddressOf(string outage) => $"/outages/{Uri.EscapeDataString(outage)}";

    public static string FactAddress(long position) => FormattableString.Invariant($"/journal/{position}");
}
