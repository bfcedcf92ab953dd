using System.Security.Cryptography;
using System.Text;
using Nines.Core.Components;
using Nines.Core.Facts;
using Nines.Core.Maintenance;
using NodaTime;

namespace Nines.Cli.Watching;

/// <summary>
/// Places maintenance rules on the time line, two days ahead and one behind, and says as facts which windows were declared. A
/// rule excludes nothing before the instant at which it was first seen (TRUTH 12).
/// </summary>
internal sealed class WindowPlanner(IReadOnlyList<MaintenanceRule> rules, Dictionary<string, Instant> entered)
{
    private static readonly Duration Behind = Duration.FromDays(1), Ahead = Duration.FromDays(2);
    private readonly HashSet<string> told = [];

    /// <summary>Windows around now, clipped to when their rules were entered; facts for those not told of in this run.</summary>
    public (IReadOnlyList<MaintenanceWindow> Windows, IReadOnlyList<Fact> Facts) Place(Instant now)
    {
        var windows = new List<MaintenanceWindow>();
        var facts = new List<Fact>();
        foreach (var rule in rules)
        {
            var key = Key(rule);
            if (!entered.TryGetValue(key, out var since)) entered[key] = since = now;
            foreach (var window in rule.Occurrences(now - Behind, now + Ahead))
            {
                if (window.To <= since) continue;
                var effective = window with { From = Instant.Max(window.From, since) };
                windows.Add(effective);
                if (told.Add(window.Id)) facts.Add(new MaintenanceEntered(now, window.Id, window.Components, effective.From, effective.To));
            }
        }
        return (windows, facts);
    }

    /// <summary>A changed rule is a new one: what it says now was not said before.</summary>
    private static string Key(MaintenanceRule rule) =>
        $"{rule.Name} {Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Text(rule))))[..16]}";

    private static string Text(MaintenanceRule rule)
    {
        var components = string.Join(",", rule.Components.Order());
        return rule switch
        {
            MaintenanceRule.Once once => $"once {components} {once.From} {once.To}",
            MaintenanceRule.Recurring recurring => $"recurring {components} {recurring.Every} {recurring.At} {recurring.For} {recurring.Zone.Id}",
            _ => throw new InvalidOperationException("MaintenanceRule is a closed hierarchy."),
        };
    }
}
