using System.Collections.Immutable;
using System.Text.Json;
using NodaTime;
using NodaTime.Text;

namespace Nines.Probing.Alerts;

/// <summary>One alert as it was sent.</summary>
/// <param name="StartsAt">Null when it is missing, zero or no time.</param>
/// <param name="EndsAt">When it ended, or will unless it is sent again; null when it does not say.</param>
public sealed record SentAlert(ImmutableSortedDictionary<string, string> Labels, bool Resolved, Instant? StartsAt, Instant? EndsAt);

/// <summary>
/// A delivery of alerts: Alertmanager's webhook, version 4, or the body of <c>POST /api/v2/alerts</c>, which Prometheus sends to
/// Alertmanagers. What else is in there is not looked at.
/// </summary>
/// <param name="LeftOut">Alerts of the group that the sender left out, as it says.</param>
public sealed record AlertPayload(ImmutableArray<SentAlert> Alerts, long LeftOut)
{
    /// <summary>Alerts in one delivery.</summary>
    public const int MostAlerts = 10_000;

    private const int MostLabels = 64, LongestName = 256, LongestValue = 1_024;
    private static readonly JsonDocumentOptions Limits = new() { MaxDepth = 16 };

    /// <returns>The delivery; null with what is wrong, in words that repeat nothing of it.</returns>
    public static AlertPayload? Parse(ReadOnlyMemory<byte> json, out string mistake)
    {
        try
        {
            using var document = JsonDocument.Parse(json, Limits);
            return Read(document.RootElement, out mistake);
        }
        catch (JsonException)
        {
            mistake = "the body is not JSON, or is nested too deep";
            return null;
        }
        catch (InvalidOperationException)
        {
            // GetString on text that is no UTF-16: an escape that stands for half a character.
            mistake = "the body holds text that cannot be read";
            return null;
        }
    }

    private static AlertPayload? Read(JsonElement root, out string mistake)
    {
        var leftOut = 0L;
        var alerts = root;
        if (root.ValueKind == JsonValueKind.Object)
        {
            if (!root.TryGetProperty("version", out var version) || version.ValueKind != JsonValueKind.String || version.GetString() != "4")
                return Refuse("the webhook's version is not \"4\"", out mistake);
            if (!root.TryGetProperty("alerts", out alerts)) return Refuse("there is no list of alerts", out mistake);
            if (root.TryGetProperty("truncatedAlerts", out var truncated) && truncated.ValueKind == JsonValueKind.Number && truncated.TryGetInt64(out var count)) leftOut = Math.Max(0, count);
        }
        if (alerts.ValueKind != JsonValueKind.Array) return Refuse("there is no list of alerts", out mistake);
        if (alerts.GetArrayLength() > MostAlerts) return Refuse($"there are more than {MostAlerts} alerts", out mistake);
        var read = ImmutableArray.CreateBuilder<SentAlert>(alerts.GetArrayLength());
        foreach (var alert in alerts.EnumerateArray())
        {
            if (ReadAlert(alert, out mistake) is not { } sent) return null;
            read.Add(sent);
        }
        mistake = "";
        return new AlertPayload(read.MoveToImmutable(), leftOut);
    }

    private static SentAlert? ReadAlert(JsonElement alert, out string mistake)
    {
        mistake = "an alert has no labels";
        if (alert.ValueKind != JsonValueKind.Object || !alert.TryGetProperty("labels", out var labels) || labels.ValueKind != JsonValueKind.Object) return null;
        var read = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (var label in labels.EnumerateObject())
        {
            mistake = "a label is no text, or too long";
            if (label.Value.ValueKind != JsonValueKind.String || label.Name.Length > LongestName || label.Value.GetString() is not { Length: <= LongestValue } value) return null;
            read[label.Name] = value;
            mistake = $"an alert has more than {MostLabels} labels";
            if (read.Count > MostLabels) return null;
        }
        mistake = "an alert has no labels";
        if (read.Count == 0) return null;
        var resolved = alert.TryGetProperty("status", out var status) && status.ValueKind == JsonValueKind.String && status.GetString() == "resolved";
        return new SentAlert(read.ToImmutable(), resolved, ReadTime(alert, "startsAt"), ReadTime(alert, "endsAt"));
    }

    /// <summary>RFC 3339. Go writes its zero time, year 1, for what it does not know.</summary>
    private static Instant? ReadTime(JsonElement alert, string name) =>
        alert.TryGetProperty(name, out var text) && text.ValueKind == JsonValueKind.String && text.GetString() is { Length: <= 64 } written
            && OffsetDateTimePattern.ExtendedIso.Parse(written) is { Success: true } parsed && parsed.Value.Year > 1 ? parsed.Value.ToInstant() : null;

    private static AlertPayload? Refuse(string why, out string mistake)
    {
        mistake = why;
        return null;
    }
}
