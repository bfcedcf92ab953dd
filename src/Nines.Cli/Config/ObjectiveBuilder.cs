using System.Collections.Immutable;
using Nines.Cli.Config.Binding;
using Nines.Core;
using Nines.Core.Components;
using Nines.Ledger.Objectives;
using NodaTime;
using NodaTime.Text;

namespace Nines.Cli.Config;

/// <summary>Makes objectives of their entries.</summary>
internal sealed class ObjectiveBuilder(Binder binder, ObjectiveSetting setting)
{
    private const int MostHolidays = 1_000, MostText = 500;

    private static readonly ImmutableArray<string> Days = [.. Enum.GetValues<IsoDayOfWeek>().Where(day => day != IsoDayOfWeek.None).Select(day => day.ToString().ToLowerInvariant())];

    public ImmutableArray<Objective> Build(ImmutableArray<ObjectiveEntry> entries)
    {
        if (entries.Length > Objective.Most) binder.Mistakes.Add(MistakeCode.TooMany, binder.PlaceOf(entries[Objective.Most]), $"There are {entries.Length:N0} objectives; at most {Objective.Most:N0}.");
        return [.. entries.Take(Objective.Most).Select(Of).OfType<Objective>()];
    }

    /// <returns>Null with a mistake recorded.</returns>
    private Objective? Of(ObjectiveEntry entry)
    {
        var before = binder.Mistakes.Count;
        if (!Name.IsValid(entry.Name)) Say(MistakeCode.Name, entry, "name", $"{Variables.Show(entry.Name)} {ScalarReader.NameProblem}");
        else if (!setting.TakeName(entry.Name)) Say(MistakeCode.NameTaken, entry, "name", $"There is another objective '{entry.Name}'. Names are unique.");
        CheckComponents(entry);
        if (entry.Policy is { } policy && !setting.Policies.Contains(policy))
            Say(MistakeCode.UnknownName, entry, "policy", $"There is no policy {Variables.Show(policy)}.{DidYouMean.Sentence(policy, setting.Policies)} 'nines get policies' lists them; your own stand under policies.");
        if (entry.About is { Length: > MostText }) Say(MistakeCode.OutOfRange, entry, "about", $"It has {entry.About.Length:N0} characters; at most {MostText}.");
        if (entry.Zone is not null && entry.Window.Rolling is not null) Say(MistakeCode.Combination, entry, "zone", "A rolling window is the same in every zone; a zone is for day, week, month, quarter and year.");
        var zone = Zone(entry, entry.Zone);
        var hours = entry.Hours is { } week ? Hours(week) : null;
        CheckShares(entry);
        if (binder.Mistakes.Count > before || zone is null) return null;

        var objective = new Objective
        {
            Name = entry.Name,
            About = entry.About,
            Component = entry.Component,
            Labels = entry.Labels,
            Target = entry.Target.Share,
            Window = entry.Window.In(zone),
            Hours = hours,
            Policy = entry.Policy,
            Slices = entry.Slices is { } slices ? new Slices(slices.Length, slices.Target.Share) : null,
            Steps = [.. entry.Budget.OrderBy(step => step.Spent.Share).Select(step => new BudgetStep(step.Spent.Share, step.Then))],
        };
        foreach (var mistake in objective.Mistakes()) Say(MistakeCode.OutOfRange, entry, objective.Window.Mistake == mistake ? "window" : "slices", $"{mistake}.");
        return binder.Mistakes.Count > before ? null : objective;
    }

    private void CheckComponents(ObjectiveEntry entry)
    {
        var (one, several) = (binder.ValueOf(entry, "component") is not null, binder.ValueOf(entry, "labels") is not null);
        if (one == several)
            binder.Mistakes.Add(MistakeCode.Combination, binder.PlaceOf(entry), "An objective is for one component (component: NAME), or for each of those with labels (labels: {tier: \"1\"}). Give one of the two.");
        else if (entry.Component is { } id && !setting.Known.Contains(id.Value))
            Say(MistakeCode.UnknownName, entry, "component", $"There is no component '{id}'.{DidYouMean.Sentence(id.Value, binder.Mistakes.ToSuggest(setting.Known))}");
        else if (several && entry.Labels.Count == 0)
            Say(MistakeCode.WrongType, entry, "labels", "Name one label or more.");
        else if (several && !setting.AnyHas(entry.Labels))
            Say(MistakeCode.UnknownName, entry, "labels", "No component has these labels.");
    }

    private void CheckShares(ObjectiveEntry entry)
    {
        if (entry.Target.Share is <= 0 or >= 1)
            Say(MistakeCode.OutOfRange, entry, "target", $"{entry.Target} leaves {(entry.Target.Share >= 1 ? "nothing to lose" : "nothing to keep")}. Use a target between 0% and 100%, both excluded.");
        if (entry.Slices is { Target.Share: <= 0 or > 1 } slices)
            binder.Mistakes.Add(MistakeCode.OutOfRange, binder.PlaceOf(slices, "target"), $"{slices.Target} is no share of a slice. Use more than 0%, and at most 100%.");
        if (entry.Budget.Length > Objective.MostSteps) binder.Mistakes.Add(MistakeCode.TooMany, binder.PlaceOf(entry.Budget[Objective.MostSteps]), $"There are {entry.Budget.Length:N0} steps; at most {Objective.MostSteps}.");
        foreach (var step in entry.Budget)
        {
            if (step.Spent.Share is <= 0 or > 100) binder.Mistakes.Add(MistakeCode.OutOfRange, binder.PlaceOf(step, "spent"), $"{step.Spent} is no step. Use more than 0%, and at most 10000%.");
            if (step.Then.Length is 0 or > MostText) binder.Mistakes.Add(MistakeCode.OutOfRange, binder.PlaceOf(step, "then"), $"Say in 1 to {MostText} characters what follows.");
        }
        foreach (var again in entry.Budget.GroupBy(step => step.Spent.Share).Where(group => group.Count() > 1))
            binder.Mistakes.Add(MistakeCode.NameTaken, binder.PlaceOf(again.Last(), "spent"), $"There is another step at {again.Key * 100:0.####}%. Join the two.");
    }

    private BusinessHours? Hours(HoursEntry entry)
    {
        var before = binder.Mistakes.Count;
        var zone = Zone(entry, entry.Zone);
        var week = new Dictionary<IsoDayOfWeek, ImmutableArray<TimeRange>>();
        foreach (var (text, ranges) in entry.Week)
        {
            if (DaysOf(text) is not { } days)
            {
                Say(MistakeCode.Calendar, entry, "week", $"{Variables.Show(text)} is no day.{DidYouMean.Sentence(text, Days)} Write monday to sunday, or from one to another: monday-friday.");
                continue;
            }
            foreach (var day in days)
                if (!week.TryAdd(day, [.. ranges.Order()]))
                    Say(MistakeCode.Calendar, entry, "week", $"{day.ToString().ToLowerInvariant()} is there twice. Give each day once.");
        }
        var holidays = ImmutableSortedSet.CreateBuilder<LocalDate>();
        if (entry.Holidays.Length > MostHolidays) Say(MistakeCode.TooMany, entry, "holidays", $"There are {entry.Holidays.Length:N0} holidays; at most {MostHolidays:N0}.");
        for (var i = 0; i < Math.Min(entry.Holidays.Length, MostHolidays); i++)
        {
            if (LocalDatePattern.Iso.Parse(entry.Holidays[i]).TryGetValue(default, out var date)) holidays.Add(date);
            else binder.Mistakes.Add(MistakeCode.Calendar, binder.PlaceOf(entry, "holidays", i), $"{Variables.Show(entry.Holidays[i])} is not a date. Write it as 2026-12-25.");
        }
        if (binder.Mistakes.Count > before || zone is null) return null;
        var hours = new BusinessHours(zone, week.ToImmutableSortedDictionary(), holidays.ToImmutable());
        foreach (var mistake in hours.Mistakes()) Say(MistakeCode.Calendar, entry, "week", $"{mistake}.");
        return hours;
    }

    private static IEnumerable<IsoDayOfWeek>? DaysOf(string text)
    {
        var ends = text.Split('-', StringSplitOptions.TrimEntries).Select(day => Days.IndexOf(day)).ToArray();
        return ends switch
        {
            [>= 0 and var one] => [(IsoDayOfWeek)(one + 1)],
            [>= 0 and var first, >= 0 and var last] when last > first => Enumerable.Range(first + 1, last - first + 1).Select(day => (IsoDayOfWeek)day),
            _ => null,
        };
    }

    private DateTimeZone? Zone(object entry, string? name)
    {
        if (name is null) return DateTimeZone.Utc;
        var zone = DateTimeZoneProviders.Tzdb.GetZoneOrNull(name);
        if (zone is null) Say(MistakeCode.Calendar, entry, "zone", $"{Variables.Show(name)} is not an IANA time zone.{DidYouMean.Sentence(name, DateTimeZoneProviders.Tzdb.Ids)}");
        return zone;
    }

    private void Say(MistakeCode code, object entry, string key, string message) => binder.Mistakes.Add(code, binder.PlaceOf(entry, key), message);
}
