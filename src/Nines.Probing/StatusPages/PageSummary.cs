using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Text.Json;
using NodaTime;
using NodaTime.Text;

namespace Nines.Probing.StatusPages;

/// <summary>One component of a page.</summary>
/// <param name="Group">It only holds others; what it says is said by them too.</param>
internal sealed record PageComponent(string Id, string Name, string Status, bool Group)
{
    /// <summary>True when the text is its name or its id.</summary>
    public bool Is(string text) => Name.Trim().Equals(text.Trim(), StringComparison.OrdinalIgnoreCase) || Id.Equals(text, StringComparison.OrdinalIgnoreCase);
}

/// <summary>What a page's summary.json says (Statuspage API v2), as far as it says it.</summary>
/// <param name="Indicator">none, minor, major, critical; null when it is not there.</param>
/// <param name="Incident">Name of the first incident that is open; null when none is.</param>
internal sealed record PageSummary(
    string? Indicator, ImmutableArray<PageComponent> Components, int IncidentsOpen, string? Incident, int MaintenancesInProgress, Instant? Updated)
{
    public const string Operational = "operational";
    public const string UnderMaintenance = "under_maintenance";

    /// <summary>A word that we do not know stands between what works and what does not.</summary>
    public const string Unknown = "unknown";

    private const int MostComponents = 5_000;

    private static readonly FrozenDictionary<string, int> Ranks = new Dictionary<string, int>
    {
        [Operational] = 0, [UnderMaintenance] = 1, [Unknown] = 2, ["degraded_performance"] = 3, ["partial_outage"] = 4, ["major_outage"] = 5,
    }.ToFrozenDictionary();

    /// <returns>Null when it is not of a summary's form: not an object, or with neither status nor components.</returns>
    public static PageSummary? Read(JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object) return null;
        var components = Items(root, "components").Take(MostComponents).Select(Component).OfType<PageComponent>().ToImmutableArray();
        var indicator = root.TryGetProperty("status", out var status) ? Text(status, "indicator") : null;
        if (indicator is null && components.IsEmpty) return null;
        var open = Items(root, "incidents").Where(incident => Text(incident, "status") is not ("resolved" or "postmortem" or "completed")).ToList();
        var working = Items(root, "scheduled_maintenances").Count(maintenance => Text(maintenance, "status") is "in_progress" or "verifying");
        var updated = root.TryGetProperty("page", out var page) ? Text(page, "updated_at") : null;
        return new PageSummary(indicator, components, open.Count, open.Select(incident => Text(incident, "name")).FirstOrDefault(name => name is not null), working, Moment(updated));
    }

    /// <summary>The components that the config names, by name or id without regard to case; all when it names none, groups left out.</summary>
    public IEnumerable<PageComponent> Named(ImmutableArray<string> wanted) =>
        wanted.IsEmpty ? Components.Where(component => !component.Group) : Components.Where(component => wanted.Any(component.Is));

    /// <summary>The worst of them; operational when there are none.</summary>
    public static string Worst(IEnumerable<PageComponent> components) =>
        components.Select(component => component.Status).DefaultIfEmpty(Operational).MaxBy(status => Ranks[status])!;

    private static PageComponent? Component(JsonElement component)
    {
        if (Text(component, "name") is not { } name || Text(component, "status") is not { } status) return null;
        var group = component.TryGetProperty("group", out var flag) && flag.ValueKind == JsonValueKind.True;
        return new PageComponent(Text(component, "id") ?? "", name, Ranks.ContainsKey(status) ? status : Unknown, group);
    }

    private static IEnumerable<JsonElement> Items(JsonElement root, string name) =>
        root.TryGetProperty(name, out var list) && list.ValueKind == JsonValueKind.Array ? list.EnumerateArray() : [];

    private static string? Text(JsonElement of, string name)
    {
        try
        {
            return of.ValueKind == JsonValueKind.Object && of.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        }
        catch (InvalidOperationException)
        {
            return null; // half a surrogate pair, escaped: JSON by its grammar, but not a text
        }
    }

    private static Instant? Moment(string? text) =>
        text is not null && OffsetDateTimePattern.ExtendedIso.Parse(text).TryGetValue(default, out var moment) ? moment.ToInstant() : null;
}
