using System.Collections.Immutable;
using System.Globalization;
using Nines.Core.Time;
using Nines.Ledger.Documents;

namespace Nines.Cli.Verbs.Reading;

/// <summary>A policy as a line of the table of <c>nines get policies</c>.</summary>
internal static class PolicyRow
{
    public static ImmutableArray<string> Cells(PolicyWeightsDocument policy) =>
    [
        $"{policy.Policy}/{policy.Version}", Number(policy.Degraded), policy.Regions == "partial" ? Number(policy.Partial) : "-", Number(policy.EffectivelyDown), Number(policy.Down), Number(policy.Blip),
        policy.Maintenance.Replace('_', ' '), policy.Regions, policy.MinOutageS == 0 ? "-" : DurationText.Print(DocumentJson.FromSeconds(policy.MinOutageS)), policy.Origin,
    ];

    private static string Number(decimal weight) => weight.ToString(CultureInfo.InvariantCulture);
}
