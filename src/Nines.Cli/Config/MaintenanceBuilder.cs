using System.Collections.Immutable;
using Nines.Cli.Config.Binding;
using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Maintenance;
using Nines.Core.Time;
using NodaTime;

namespace Nines.Cli.Config;

/// <summary>Makes maintenance rules of their entries.</summary>
internal sealed class MaintenanceBuilder(Binder binder, Topology topology, IReadOnlySet<string> known)
{
    private const int Most = 1_000;

    public ImmutableArray<MaintenanceRule> Build(ImmutableArray<MaintenanceEntry> entries)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        if (entries.Length > Most) binder.Mistakes.Add(MistakeCode.TooMany, binder.PlaceOf(entries[Most]), $"There are {entries.Length:N0} rules for maintenance; at most {Most:N0}.");
        var rules = ImmutableArray.CreateBuilder<MaintenanceRule>();
        foreach (var entry in entries.Take(Most))
        {
            if (!Name.IsValid(entry.Name)) Say(MistakeCode.Name, entry, "name", $"{Variables.Show(entry.Name)} {ScalarReader.NameProblem}");
            else if (!names.Add(entry.Name)) Say(MistakeCode.NameTaken, entry, "name", $"There is another maintenance '{entry.Name}'. Names are unique.");
            if (entry.Public is { } text && (string.IsNullOrWhiteSpace(text) || text.Length > 500)) Say(MistakeCode.OutOfRange, entry, "public", $"It has {text.Length} characters. Write 1 to 500.");
            else if (entry.Public is { } told && WrittenText.ProblemOf(WrittenText.Tidied(told)) is { } problem) Say(MistakeCode.Hidden, entry, "public", $"The public would not see it: {problem}. Leave it out.");
            if (Components(entry) is { } components && Rule(entry, components) is { } rule) rules.Add(rule with { PublicText = entry.Public });
        }
        return rules.ToImmutable();
    }

    private ImmutableArray<ComponentId>? Components(MaintenanceEntry entry)
    {
        if (entry.Components.Names is not { } names) return [.. topology.Components.Select(component => component.Id)];
        var before = binder.Mistakes.Count;
        if (names.Length == 0) Say(MistakeCode.WrongType, entry, "components", "Name one component or more, or write all.");
        for (var i = 0; i < names.Length; i++)
            if (!known.Contains(names[i]))
                binder.Mistakes.Add(MistakeCode.UnknownName, binder.PlaceOf(entry, "components", i), $"There is no component '{Variables.Show(names[i])}'.{DidYouMean.Sentence(names[i], binder.Mistakes.ToSuggest(known))}");
        return binder.Mistakes.Count > before ? null : [.. names.Distinct().Select(name => new ComponentId(name))];
    }

    private MaintenanceRule? Rule(MaintenanceEntry entry, ImmutableArray<ComponentId> components)
    {
        // By what is written, not by what could be read: a wrong value has had its own message.
        var once = Given(entry, "from") || Given(entry, "to");
        var cron = Given(entry, "cron");
        var calendar = Given(entry, "every") || Given(entry, "at");
        var recurring = cron || calendar || Given(entry, "for");
        if (once == recurring || once && Given(entry, "zone") || cron && calendar)
        {
            binder.Mistakes.Add(MistakeCode.Combination, binder.PlaceOf(entry), "Maintenance is either once (from, to) or recurring (every, at, for, zone; or cron, for, zone).");
            return null;
        }
        return once ? Once(entry, components) : cron ? Cron(entry, components) : Recurring(entry, components);
    }

    private MaintenanceRule.Once? Once(MaintenanceEntry entry, ImmutableArray<ComponentId> components)
    {
        if (entry.From is not { } from || entry.To is not { } to)
        {
            SayMissing(entry, "from", "to");
            return null;
        }
        if (to > from && to - from <= MaintenanceRule.LongestWindow) return new MaintenanceRule.Once(entry.Name, components, from, to);
        Say(MistakeCode.OutOfRange, entry, "to", to <= from ? "It ends before it begins." : "A window is at most 7d long.");
        return null;
    }

    private DateTimeZone? Zone(MaintenanceEntry entry)
    {
        var zone = entry.Zone is null ? DateTimeZone.Utc : DateTimeZoneProviders.Tzdb.GetZoneOrNull(entry.Zone);
        if (zone is null)
            Say(MistakeCode.Calendar, entry, "zone", $"{Variables.Show(entry.Zone ?? "")} is not an IANA time zone.{DidYouMean.Sentence(entry.Zone ?? "", DateTimeZoneProviders.Tzdb.Ids)}");
        return zone;
    }

    private MaintenanceRule.Cron? Cron(MaintenanceEntry entry, ImmutableArray<ComponentId> components)
    {
        var before = binder.Mistakes.Count;
        SayMissing(entry, "for");
        var zone = Zone(entry);
        if (entry.Cron is not { } text) return null;
        if (!CronExpression.TryParse(text, out var when, out var problem))
        {
            Say(MistakeCode.Calendar, entry, "cron", $"{Variables.Show(text)}: {problem}");
            return null;
        }
        if (entry.For is { } length && when.ShortestGap is { } gap && length > gap)
            Say(MistakeCode.Combination, entry, "for", $"{DurationText.Print(length)} runs into the next window, which can begin {DurationText.Print(gap)} later.");
        return binder.Mistakes.Count == before && entry.For is { } lasts ? new MaintenanceRule.Cron(entry.Name, components, when, lasts, zone!) : null;
    }

    private MaintenanceRule.Recurring? Recurring(MaintenanceEntry entry, ImmutableArray<ComponentId> components)
    {
        var before = binder.Mistakes.Count;
        SayMissing(entry, "every", "at", "for");
        var zone = Zone(entry);
        if (entry.Every is { } every && entry.For is { } length && length > Duration.FromDays(every.ShortestGap))
            Say(MistakeCode.Combination, entry, "for", $"{DurationText.Print(length)} runs into the next window, {every.ShortestGap}d later.");
        return binder.Mistakes.Count == before && entry is { Every: { } days, At: { } at, For: { } lasts }
            ? new MaintenanceRule.Recurring(entry.Name, components, days, at, lasts, zone!)
            : null;
    }

    private bool Given(MaintenanceEntry entry, string key) => binder.ValueOf(entry, key) is not null;

    private void SayMissing(MaintenanceEntry entry, params ReadOnlySpan<string> keys)
    {
        foreach (var key in keys)
            if (!Given(entry, key))
                Say(MistakeCode.Missing, entry, key, $"'{key}' is missing.");
    }

    private void Say(MistakeCode code, MaintenanceEntry entry, string key, string message) => binder.Mistakes.Add(code, binder.PlaceOf(entry, key), message);
}
