using System.Collections.Immutable;
using System.Text.Json;
using Nines.Ledger.Policies;

namespace Nines.Ledger.Documents;

/// <summary>The policies that a report can be made under (nines.policies/1).</summary>
/// <param name="Default">The one that is taken where none is named.</param>
public sealed record PoliciesDocument(string Schema, long AsOfPosition, string Default, ImmutableArray<PolicyWeightsDocument> Policies)
{
    public const string SchemaName = "nines.policies/1";

    public static PoliciesDocument Of(LedgerProjection ledger) => new(SchemaName, ledger.Position.Value, ledger.DefaultPolicy ?? ShippedPolicies.Strict.Name,
        [.. ShippedPolicies.All.Select(policy => PolicyWeightsDocument.Of(policy, "shipped")), .. ledger.OwnPolicies.Select(policy => PolicyWeightsDocument.Of(policy, "config"))]);
}

/// <summary>What a policy counts. Weights are shares of time, 0 to 1.</summary>
/// <param name="Origin">shipped or config.</param>
public sealed record PolicyWeightsDocument(
    string Policy, int Version, string Origin, string About, decimal Degraded, decimal Partial, decimal EffectivelyDown, decimal Down, decimal Blip,
    string Maintenance, string Regions, ImmutableSortedDictionary<string, decimal> RegionWeights, decimal MinOutageS, int Decimals, string Figures, string Corrections)
{
    public static PolicyWeightsDocument Of(Policy policy, string origin) => new(
        policy.Name, policy.Version, origin, policy.About, policy.Degraded, policy.Partial, policy.EffectivelyDown, policy.Down, policy.Blip,
        Word(policy.Maintenance), Word(policy.Regions), policy.RegionWeights, DocumentJson.Seconds(policy.MinOutage), policy.Decimals, Word(policy.Figures), Word(policy.Corrections));

    private static string Word<T>(T value) where T : struct, Enum => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());
}
