using System.Globalization;
using Nines.Core.Time;
using Nines.Ledger.Policies;
using NodaTime;

namespace Nines.Cli.Tests.Docs;

public sealed class PolicyPageTests
{
    public static TheoryData<string> Names => [.. ShippedPolicies.All.Select(policy => policy.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Each_policy_has_a_page_with_the_weights_that_the_program_uses(string name)
    {
        var policy = ShippedPolicies.Find(name)!;
        string[] cells =
        [
            Number(policy.Degraded), policy.Regions == RegionRule.Partial ? Number(policy.Partial) : "–", Number(policy.EffectivelyDown), Number(policy.Down), Number(policy.Blip),
            policy.Maintenance switch { MaintenanceCounts.AsSeen => "as seen", MaintenanceCounts.Excluded => "excluded", MaintenanceCounts.AsUp => "as up" },
            policy.Regions.ToString().ToLowerInvariant(), policy.MinOutage == Duration.Zero ? "all" : DurationText.Print(policy.MinOutage).Replace("m", " min", StringComparison.Ordinal),
            $"{policy.Decimals} decimals, {(policy.Figures == FigureRule.Floor ? "cut off" : "half even")}",
        ];

        Assert.Contains($"\n| {string.Join(" | ", cells)} |\n", Repository.Read($"docs/reference/policies/{name}.md"), StringComparison.Ordinal);
        Assert.Contains($"[{name}]({name}.md)", Repository.Read("docs/reference/policies/README.md"), StringComparison.Ordinal);
    }

    private static string Number(decimal weight) => weight.ToString(CultureInfo.InvariantCulture);
}
