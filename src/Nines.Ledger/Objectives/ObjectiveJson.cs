using System.Collections.Immutable;
using System.Text.Json;
using Nines.Core.Components;
using Nines.Core.Facts;
using NodaTime;
using NodaTime.Text;
using NodaTime.TimeZones;

namespace Nines.Ledger.Objectives;

/// <summary>An objective as the journal keeps it, within the config that it came with: whoever replays the journal has it too.</summary>
public static class ObjectiveJson
{
    public static void Write(Utf8JsonWriter json, Objective objective) => JsonSerializer.Serialize(json, Written.Of(objective), FactJson.Options);

    /// <returns>Null for one that a newer Nines wrote in a form that this one does not know: it is then not among those judged.</returns>
    public static Objective? Read(JsonElement json)
    {
        try
        {
            return json.Deserialize<Written>(FactJson.Options)?.Read() is { } objective && !objective.Mistakes().Any() ? objective : null;
        }
        catch (Exception unknown) when (unknown is JsonException or FormatException or ArgumentException or OverflowException or DateTimeZoneNotFoundException or UnparsableValueException)
        {
            return null;
        }
    }

    /// <summary>Business hours alone, as text: <c>{"zone":"Europe/Zurich","week":{"monday":["09:00-17:30"]}}</c>.</summary>
    public static string TextOf(BusinessHours hours) => JsonSerializer.Serialize(WrittenHours.Of(hours), FactJson.Options);

    /// <returns>Null when the text is none.</returns>
    public static BusinessHours? ReadHours(string text)
    {
        try
        {
            return JsonSerializer.Deserialize<WrittenHours>(text, FactJson.Options)?.Read();
        }
        catch (Exception wrong) when (wrong is JsonException or FormatException or ArgumentException or DateTimeZoneNotFoundException or UnparsableValueException)
        {
            return null;
        }
    }

    private sealed record Written(
        string Name, string? About, string? Component, ImmutableSortedDictionary<string, string>? Labels, decimal Target, WrittenWindow Window, WrittenHours? Hours,
        string? Policy, Slices? Slices, BudgetStep[]? Steps)
    {
        public static Written Of(Objective objective) => new(
            objective.Name, objective.About, objective.Component?.Value, objective.Labels.Count == 0 ? null : objective.Labels, objective.Target, WrittenWindow.Of(objective.Window),
            objective.Hours is { } hours ? WrittenHours.Of(hours) : null, objective.Policy, objective.Slices, objective.Steps.IsEmpty ? null : [.. objective.Steps]);

        public Objective Read() => new()
        {
            Name = Nines.Core.Components.Name.Require(Name, "objective"),
            About = About,
            Component = Component is { } id ? new ComponentId(id) : null,
            Labels = Labels ?? ImmutableSortedDictionary<string, string>.Empty,
            Target = Target,
            Window = (Window ?? throw new JsonException("An objective has a window.")).Read(),
            Hours = Hours?.Read(),
            Policy = Policy,
            Slices = Slices,
            Steps = [.. Steps ?? []],
        };
    }

    /// <summary>Either a rolling length or a calendar.</summary>
    private sealed record WrittenWindow(Duration? Rolling, CalendarUnit? Unit, int? Count, string? Start, string? Zone)
    {
        public static WrittenWindow Of(ObjectiveWindow window) => window switch
        {
            ObjectiveWindow.Rolling rolling => new(rolling.Length, null, null, null, null),
            ObjectiveWindow.Calendar calendar => new(null, calendar.Unit, calendar.Count, LocalDateTimePattern.ExtendedIso.Format(calendar.Start), calendar.Zone.Id),
            _ => throw new InvalidOperationException("ObjectiveWindow is a closed hierarchy."),
        };

        public ObjectiveWindow Read() => Rolling is { } length
            ? new ObjectiveWindow.Rolling(length)
            : new ObjectiveWindow.Calendar(
                Unit ?? throw new JsonException("A calendar has a unit."), Count ?? 1, LocalDateTimePattern.ExtendedIso.Parse(Start ?? "").Value, DateTimeZoneProviders.Tzdb[Zone ?? ""]);
    }

    private sealed record WrittenHours(string Zone, ImmutableSortedDictionary<string, string[]> Week, string[]? Holidays)
    {
        public static WrittenHours Of(BusinessHours hours) => new(
            hours.Zone.Id,
            hours.Week.ToImmutableSortedDictionary(day => day.Key.ToString().ToLowerInvariant(), day => day.Value.Select(open => open.ToString()).ToArray(), StringComparer.Ordinal),
            hours.Holidays.Count == 0 ? null : [.. hours.Holidays.Select(LocalDatePattern.Iso.Format)]);

        public BusinessHours Read() => new(
            DateTimeZoneProviders.Tzdb[Zone],
            (Week ?? throw new JsonException("Hours have a week.")).ToImmutableSortedDictionary(day => Enum.Parse<IsoDayOfWeek>(day.Key, ignoreCase: true), day => day.Value.Select(RangeOf).Order().ToImmutableArray()),
            [.. (Holidays ?? []).Select(day => LocalDatePattern.Iso.Parse(day).Value)]);

        private static TimeRange RangeOf(string text) => TimeRange.TryParse(text, out var range) ? range : throw new FormatException($"{text} is no range of hours.");
    }
}
