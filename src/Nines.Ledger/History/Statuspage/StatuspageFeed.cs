using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using NodaTime;

namespace Nines.Ledger.History.Statuspage;

/// <summary>
/// Incidents of a Statuspage: the document of <c>/api/v2/incidents.json</c> (page, incidents with incident_updates and components; instants by
/// RFC 3339), or a parsed feed with an incident a line (downtime_start, downtime_end, updates). Pure; every incident is accounted for.
/// </summary>
public static class StatuspageFeed
{
    /// <param name="Page">The page's name, or its host; null where the document tells neither.</param>
    /// <param name="LastWord">The latest instant that it mentions: up to there it is evidence. Null without one.</param>
    public sealed record Reading(string? Page, IReadOnlyList<Incident> Incidents, Instant? LastWord);

    /// <param name="everything">The target that each incident hits, whatever components it names; null takes the page's name.</param>
    /// <param name="withComponents">Whether the components that an incident names are targets too.</param>
    /// <exception cref="FormatException">It is no JSON of either shape, or has more incidents than <paramref name="mostRows"/>.</exception>
    public static Reading Read(ReadOnlyMemory<byte> json, string? everything, bool withComponents, SourceTime time, RowAccount rows, int mostRows)
    {
        var reader = new FeedReader(everything, withComponents, time, rows, mostRows);
        try
        {
            if (TryWhole(json) is { } whole)
            {
                using (whole) reader.AddDocument(whole.RootElement);
            }
            else
            {
                reader.AddLines(json);
                if (reader.Incidents.Count == 0 && rows.Read > 0 && rows.Repairs.All(repair => repair.Rule == RepairRule.Unreadable)) throw new FormatException("it is neither one JSON document nor one a line");
            }
        }
        catch (JsonException broken)
        {
            throw new FormatException($"it is not JSON: {broken.Message}");
        }
        return new Reading(reader.Page, reader.Incidents, reader.LastWord);
    }

    /// <returns>Null where it is a value a line.</returns>
    private static JsonDocument? TryWhole(ReadOnlyMemory<byte> json)
    {
        try
        {
            return JsonDocument.Parse(json);
        }
        catch (JsonException) when (json.Span.IndexOf((byte)'\n') >= 0)
        {
            return null; // a line each, some of which may be no JSON: those are accounted for one by one
        }
    }

    private sealed class FeedReader(string? everything, bool withComponents, SourceTime time, RowAccount rows, int mostRows)
    {
        public string? Page { get; private set; }
        public List<Incident> Incidents { get; } = [];
        public Instant? LastWord { get; private set; }

        public void AddDocument(JsonElement root)
        {
            if (root.ValueKind == JsonValueKind.Object && !root.TryGetProperty("incidents", out _) && !root.TryGetProperty("scheduled_maintenances", out _))
            {
                Add(1, root);
                return;
            }
            if (root.ValueKind == JsonValueKind.Object && root.TryGetProperty("page", out var page) && page.ValueKind == JsonValueKind.Object)
            {
                Page = page.Text("name") is { Length: > 0 } name ? name : HostOf(page.Text("url"));
                Hear(Time(page, "updated_at", out _));
            }
            var number = 0;
            foreach (var list in Lists(root))
                foreach (var item in list.EnumerateArray()) Add(++number, item);
        }

        public void AddLines(ReadOnlyMemory<byte> json)
        {
            var number = 0;
            for (var rest = json; rest.Length > 0;)
            {
                var end = rest.Span.IndexOf((byte)'\n');
                var line = end < 0 ? rest : rest[..end];
                rest = end < 0 ? default : rest[(end + 1)..];
                number++;
                if (line.Span.Trim(" \t\r"u8).IsEmpty) continue;
                try
                {
                    using var item = JsonDocument.Parse(line);
                    Add(number, item.RootElement);
                }
                catch (JsonException broken)
                {
                    Say(number);
                    rows.Note(number, "", RepairRule.Unreadable, RowFate.Rejected, $"line {number}", $"left out: not JSON: {broken.Message}");
                }
            }
        }

        private static IEnumerable<JsonElement> Lists(JsonElement root)
        {
            if (root.ValueKind == JsonValueKind.Array) yield return root;
            if (root.ValueKind != JsonValueKind.Object) yield break;
            foreach (var name in (string[])["incidents", "scheduled_maintenances"])
                if (root.TryGetProperty(name, out var list) && list.ValueKind == JsonValueKind.Array) yield return list;
        }

        private void Say(int number)
        {
            if (rows.Read == mostRows) throw new FormatException($"it has more than {mostRows.ToString(CultureInfo.InvariantCulture)} incidents");
            rows.Add(number);
        }

        private void Add(int number, JsonElement item)
        {
            Say(number);
            if (item.ValueKind != JsonValueKind.Object)
            {
                rows.Note(number, "", RepairRule.Unreadable, RowFate.Rejected, item.ValueKind.ToString(), "left out: not an incident");
                return;
            }
            Page ??= HostOf(item.Text("url"));
            var updates = UpdatesOf(item);
            Hear(Time(item, "updated_at", out _), Time(item, "published_at", out _), updates.Count > 0 ? updates.Max() : null);
            var start = First(item, "downtime_start", "scheduled_for", "started_at", "created_at") ?? (updates.Count > 0 ? updates.Min() : null);
            var end = First(item, "downtime_end", "resolved_at") ?? (item.Text("status") is "completed" ? First(item, "scheduled_until") : null);
            Hear(start, end);
            if (start is null)
            {
                rows.Note(number, "", RepairRule.Unreadable, RowFate.Rejected, item.Text("id"), "left out: no start that can be read");
                return;
            }
            var said = item.Text("impact");
            var impact = StateWords.Impact(said);
            var targets = TargetsOf(item);
            if (impact is null) rows.Note(number, targets[0], RepairRule.UnknownState, RowFate.Repaired, said.Length == 0 ? "no impact" : said, "taken for minor");
            var title = item.Text("title") is { Length: > 0 } given ? given : item.Text("name");
            Incidents.Add(new Incident(targets, start.Value, end, impact ?? Impact.Minor, title.Length > 0 ? title : "no title", number) { Id = item.Text("id") is { Length: > 0 } id ? id : null });
        }

        private ImmutableArray<string> TargetsOf(JsonElement item)
        {
            var targets = ImmutableArray.CreateBuilder<string>();
            targets.Add(everything ?? Page ?? "statuspage");
            if (withComponents && item.TryGetProperty("components", out var components) && components.ValueKind == JsonValueKind.Array)
                foreach (var component in components.EnumerateArray())
                    if ((component.ValueKind == JsonValueKind.Object ? component.Text("name") : component.Text()) is { Length: > 0 } name && !targets.Contains(name)) targets.Add(name);
            return targets.ToImmutable();
        }

        private List<Instant> UpdatesOf(JsonElement item)
        {
            var instants = new List<Instant>();
            foreach (var name in (string[])["updates", "incident_updates"])
                if (item.TryGetProperty(name, out var updates) && updates.ValueKind == JsonValueKind.Array)
                    foreach (var update in updates.EnumerateArray())
                        if (update.ValueKind == JsonValueKind.Object && (Time(update, "at", out var at) ?? Time(update, "display_at", out at) ?? Time(update, "created_at", out at)) is { } instant) instants.Add(instant);
            return instants;
        }

        private Instant? First(JsonElement item, params ReadOnlySpan<string> names)
        {
            foreach (var name in names)
                if (Time(item, name, out _) is { } instant) return instant;
            return null;
        }

        private Instant? Time(JsonElement item, string name, out string? note) => time.Parse(item.Text(name), out note);

        private void Hear(params ReadOnlySpan<Instant?> mentioned)
        {
            foreach (var instant in mentioned)
                if (instant is { } at && (LastWord is null || at > LastWord)) LastWord = at;
        }

        private static string? HostOf(string url) => Uri.TryCreate(url, UriKind.Absolute, out var uri) && uri.Host.Length > 0 ? uri.Host : null;
    }
}
