using Nines.Core;
using Nines.Core.Facts;
using Nines.Ledger.Outages;
using Nines.Ledger.Text;
using NodaTime;

namespace Nines.Ledger.Explanations;

/// <summary>What people corrected, in words; the one place that says it.</summary>
public static class CorrectionWords
{
    /// <summary>corrected the cause to upstream, from db; said that it was a false alarm; withdrew the correction at position 12.</summary>
    public static string Did(Correction correction) => Did(correction.Claim, correction.Cause?.Kind, correction.Cause?.Roots ?? [], correction.Began, correction.Ended, correction.Withdraws);

    /// <inheritdoc cref="Did(Correction)"/>
    public static string Did(OutageCorrected fact) => Did(fact.Claim, null, [], fact.Began, fact.Ended, fact.Withdraws);

    /// <summary>One sentence of what holds, with what was observed.</summary>
    public static string Of(Outage outage, Correction holds)
    {
        var seen = outage.Observed is { } observed ? $" Observed was {observed.Length}, from {Between(observed.Began)}{(observed.Ended is { } ended ? $" to {Between(ended)}" : ", and still is")} UTC." : "";
        return holds.Claim == CorrectionClaim.FalseAlarm
            ? $"Corrected by hand: {holds.By} says that it was a false alarm ({holds.Because}).{seen}"
            : $"Corrected by hand: {holds.By} {Did(holds)} ({holds.Because}).{seen}";
    }

    /// <summary>One sentence for an outage that came from this one: what people said of the root, and with which fact.</summary>
    public static string OfRoot(Outage root, Correction holds) =>
        $"Its root {root.Component} was corrected by hand: {holds.By} {(holds.Claim == CorrectionClaim.Cause ? $"{Did(holds)}, for {root.Id}" : $"on {root.Id}: {Did(holds)}")} (position {holds.Position}): {holds.Because.TrimEnd('.')}.";

    private static string Did(CorrectionClaim claim, CauseKind? cause, IReadOnlyCollection<Core.Components.ComponentId> roots, Bounds? began, Bounds? ended, long? withdraws) => claim switch
    {
        CorrectionClaim.Cause => $"corrected the cause to {cause.ToString()!.ToLowerInvariant()}{(roots.Count == 0 ? "" : $", from {string.Join(", ", roots)}")}",
        CorrectionClaim.FalseAlarm => "corrected it to a false alarm",
        CorrectionClaim.Bounds => $"corrected when it {string.Join(" and ", new[] { began is { } from ? $"began, to {Between(from)}" : null, ended is { } to ? $"ended, to {Between(to)}" : null }.OfType<string>())} UTC",
        CorrectionClaim.Withdrawn => FormattableString.Invariant($"withdrew the correction at position {withdraws}"),
    };

    private static string Between(Bounds bounds) => bounds.Uncertainty == Duration.Zero ? InstantText.Of(bounds.Earliest) : $"{InstantText.Of(bounds.Earliest)} – {InstantText.TimeOf(bounds.Latest)}";
}
