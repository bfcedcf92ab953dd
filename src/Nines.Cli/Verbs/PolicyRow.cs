using System.Collections.Immutable;
using System.Globalization;
using Nines.Cli.Config.Binding;
using Nines.Core.Time;
using Nines.Ledger.Documents;
using Nines.Ledger.Policies;
using NodaTime;

namespace Nines.Cli.Verbs;

/// <summary>A policy as <c>nines get policies</c> tells it (a row of nines.policies/1). Weights are shares of time, 0 to 1.</summary>
/// <param name="Origin">shipped or config.</param>
internal sealed record PolicyRow(
    string Policy, int Version, string Origin, string About, decimal Degraded, decimal Partial, decimal EffectivelyDown, decimal Down, decimal Blip,
    string Maintenance, string Regions, ImmutableSortedDictionary<string, decimal> RegionWeights, decimal MinOutageS, int Decimals, string Figures)
{
    public static PolicyRow Of(Policy policy, string origin) => new(
        policy.Name, policy.Version, origin, policy.About, policy.Degraded, policy.Partial, policy.EffectivelyDown, policy.Down, policy.Blip,
        RecordKeys.KeyName(policy.Maintenance.ToString()), RecordKeys.KeyName(policy.Regions.ToString()), policy.RegionWeights,
        DocumentJson.Seconds(policy.MinOutage), policy.Decimals, RecordKeys.KeyName(policy.Figures.ToString()));

    public ImmutableArray<string> Cells =>
    [
        $"{Policy}/{Version}", Number(Degraded), Regions == "partial" ? Number(Partial) : "-", Number(EffectivelyDown), Number(Down), Number(Blip),
        Maintenance.Replace('_', ' '), Regions, MinOutageS == 0 ? "-" : DurationText.Print(DocumentJson.FromSeconds(MinOutageS)), Origin,
    ];

    private static string Number(decimal weight) => weight.ToString(CultureInfo.InvariantCulture);
}
