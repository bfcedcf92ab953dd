using System.Security.Cryptography;
using System.Text;
using Nines.Core.Components;
using Nines.Core.Facts;
using Nines.Core.Maintenance;
using NodaTime;

namespace Nines.Cli.Watching;

/// <summary>
/// Places maintenance rules on the time line, two days ahead and one behind, beside the windows that people declared by hand, and says
/// as facts which windows were declared. A rule excludes nothing before the instant at which it was first seen (TRUTH 12).
/// </summary>
internal sealed class WindowPlanner(IReadOnlyList<MaintenanceRule> rules, Dictionary<string, Instant> entered, StandingOrders orders)
{
    private static readonly Duration Behind = Duration.FromDays(1), Ahead = Duration.FromDays(2);

    /// <summary>Windows around now, clipped to when their rules were entered and to when they were ended; facts for what was not told yet.</summary>
    public (IReadOnlyList<MaintenanceWindow> Windows, IReadOnlyList<Fact> Facts) Place(Instant now)
    {
        orders.Forget(now);
        // A rule that was taken out and comes back has said nothing meanwhile.
        foreach (var gone in entered.Keys.Except(rules.Select(Key)).ToArray()) entered.Remove(gone);
        var facts = new List<Fact>();
        var placed = new HashSet<string>();
        foreach (var rule in rules)
        {
            var key = Key(rule);
            if (!entered.TryGetValue(key, out var since)) entered[key] = since = now;
            foreach (var window in rule.Occurrences(now - Behind, now + Ahead))
            {
                if (window.To <= since) continue;
                // What was said of a window stands: with other components, made longer after its end, or taken back and declared again, it is another one from now on.
                var (id, from) = (window.Id, Instant.Max(window.From, since));
                for (; orders.Windows.TryGetValue(id, out var other) && !GoesOn(other, window, now); id += "+") from = Instant.Max(window.From, now);
                placed.Add(id);
                if (orders.Windows.TryGetValue(id, out var known))
                {
                    if (known.EndedAt is not null || known.To == window.To) continue;
                    from = known.From;
                }
                orders.Windows[id] = new DeclaredWindow(id, window.Components, from, window.To, ByHand: false);
                facts.Add(new MaintenanceEntered(now, id, window.Components, from, window.To) { PublicText = rule.PublicText });
            }
        }
        // A window to come, or under way, that no rule places any more.
        foreach (var gone in orders.Windows.Values.Where(window => !window.ByHand && window.EndedAt is null && window.To > now && !placed.Contains(window.Id)).ToArray())
            facts.Add(orders.End(gone.Id, now, null));
        return ([.. orders.Windows.Values.Where(window => window.End > window.From).Select(window => new MaintenanceWindow(window.Id, window.Components, window.From, window.End))], facts);
    }

    private static bool GoesOn(DeclaredWindow told, MaintenanceWindow placed, Instant now) =>
        told.Components.SequenceEqual(placed.Components) && (told.EndedBy is not null || (told.EndedAt is null && (told.To > now || told.To == placed.To)));

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
            MaintenanceRule.Cron cron => $"cron {components} {cron.When} {cron.For} {cron.Zone.Id}",
            _ => throw new InvalidOperationException("MaintenanceRule is a closed hierarchy."),
        };
    }
}
