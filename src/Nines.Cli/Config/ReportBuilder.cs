using System.Collections.Immutable;
using Nines.Cli.Config.Binding;
using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Maintenance;
using Nines.Reports.Periods;
using Nines.Reports.Scheduling;
using NodaTime;

namespace Nines.Cli.Config;

/// <summary>Makes scheduled reports of their entries.</summary>
internal sealed class ReportBuilder(Binder binder, Topology topology, IReadOnlySet<string> components, IReadOnlyCollection<string> policies)
{
    private const int Most = 100;

    public ImmutableArray<ScheduledReport> Build(ImmutableArray<ScheduledReportEntry> entries)
    {
        if (entries.Length > Most) binder.Mistakes.Add(MistakeCode.TooMany, binder.PlaceOf(entries[Most]), $"There are {entries.Length:N0} reports; at most {Most:N0}.");
        var names = new HashSet<string>(StringComparer.Ordinal);
        var reports = ImmutableArray.CreateBuilder<ScheduledReport>();
        foreach (var entry in entries.Take(Most))
        {
            var before = binder.Mistakes.Count;
            if (!Name.IsValid(entry.Name)) Say(MistakeCode.Name, entry, "name", $"{Variables.Show(entry.Name)} {ScalarReader.NameProblem}");
            else if (!names.Add(entry.Name)) Say(MistakeCode.NameTaken, entry, "name", $"There is another report '{entry.Name}'. Names are unique.");
            if (entry.Policy is { } policy && !policies.Contains(policy)) Say(MistakeCode.UnknownName, entry, "policy", $"There is no policy {Variables.Show(policy)}.{DidYouMean.Sentence(policy, policies)}");
            Destination(entry);
            var only = Components(entry);
            if (Schedule(entry) is { } schedule && binder.Mistakes.Count == before)
                reports.Add(new ScheduledReport(entry.Name, schedule, entry.Format, only, entry.Policy, entry.File, entry.Webhook, entry.Secret) { MostKib = entry.MostKib });
        }
        return reports.ToImmutable();
    }

    private void Destination(ScheduledReportEntry entry)
    {
        // By what is written, not by what could be read: a wrong value has had its own message.
        var (file, webhook) = (Given(entry, "file"), Given(entry, "webhook"));
        if (file == webhook) binder.Mistakes.Add(MistakeCode.Combination, binder.PlaceOf(entry), "A report goes to exactly one of file and webhook.");
        if (Given(entry, "most_kib") && !webhook) Say(MistakeCode.Combination, entry, "most_kib", "It says how much a webhook is sent; a file has no limit.");
        if (entry.Secret is not null && !webhook) Say(MistakeCode.Combination, entry, "secret", "A secret signs what goes to a webhook.");
        if (entry.Webhook is { } url && url.Scheme is not ("http" or "https")) binder.Mistakes.Add(MistakeCode.WrongType, binder.PlaceOf(entry, binder.ValueOf(entry, "webhook") is null ? "webhook_file" : "webhook"), "The address of a webhook begins with https:// or http://.");
        if (entry.File is { } path && !path.Contains(ScheduledReport.PeriodHole, StringComparison.Ordinal)) Say(MistakeCode.Combination, entry, "file", $"Write {ScheduledReport.PeriodHole} into it, or each report replaces the one before: reports/{{period}}.html.");
    }

    private ImmutableArray<ComponentId>? Components(ScheduledReportEntry entry)
    {
        if (entry.Components?.Names is not { } names) return null;
        for (var i = 0; i < names.Length; i++)
            if (!components.Contains(names[i]))
                binder.Mistakes.Add(MistakeCode.UnknownName, binder.PlaceOf(entry, "components", i), $"There is no component '{Variables.Show(names[i])}'.{DidYouMean.Sentence(names[i], binder.Mistakes.ToSuggest(components))}");
        if (names.Length == 0) Say(MistakeCode.WrongType, entry, "components", "Name one component or more, or write all.");
        return [.. names.Where(components.Contains).Distinct().Select(name => new ComponentId(name))];
    }

    private ReportSchedule? Schedule(ScheduledReportEntry entry)
    {
        var zone = entry.Zone is null ? DateTimeZone.Utc : DateTimeZoneProviders.Tzdb.GetZoneOrNull(entry.Zone);
        if (zone is null)
        {
            Say(MistakeCode.Calendar, entry, "zone", $"{Variables.Show(entry.Zone ?? "")} is not an IANA time zone.{DidYouMean.Sentence(entry.Zone ?? "", DateTimeZoneProviders.Tzdb.Ids)}");
            return null;
        }
        if (Given(entry, "cron") && (Given(entry, "every") || Given(entry, "at")))
        {
            Say(MistakeCode.Combination, entry, "cron", "When it is due is either cron, or every and at.");
            return null;
        }
        var kind = entry.Kind switch { ReportKind.Monthly => PeriodKind.Month, ReportKind.Weekly => PeriodKind.Week };
        ImmutableArray<ComponentId> all = [.. topology.Components.Select(component => component.Id)];
        var moment = Duration.FromMinutes(1);
        if (entry.Cron is not { } text)
        {
            var every = entry.Every ?? (entry.Kind == ReportKind.Monthly ? new DayRule.DayOfMonth(1) : new DayRule.Weekdays([IsoDayOfWeek.Monday]));
            return new ReportSchedule(kind, new MaintenanceRule.Recurring(entry.Name, all, every, entry.At ?? new LocalTime(8, 0), moment, zone), zone);
        }
        if (CronExpression.TryParse(text, out var when, out var problem)) return new ReportSchedule(kind, new MaintenanceRule.Cron(entry.Name, all, when, moment, zone), zone);
        Say(MistakeCode.Calendar, entry, "cron", $"{Variables.Show(text)}: {problem}");
        return null;
    }

    private bool Given(ScheduledReportEntry entry, string key) => (binder.ValueOf(entry, key) ?? binder.ValueOf(entry, key + "_file")) is not null;

    private void Say(MistakeCode code, ScheduledReportEntry entry, string key, string message) => binder.Mistakes.Add(code, binder.PlaceOf(entry, key), message);
}

/// <summary>A report that is sent by itself.</summary>
/// <param name="Only">Null for all components.</param>
/// <param name="Policy">Null for the config's.</param>
/// <param name="File">Absolute, with <see cref="PeriodHole"/> in it; null where it goes to a webhook.</param>
public sealed record ScheduledReport(
    string Name, ReportSchedule Schedule, ReportFormat Format, ImmutableArray<ComponentId>? Only, string? Policy, string? File, [property: Nines.Probing.Secret] Uri? Webhook, [property: Nines.Probing.Secret] string? Secret)
{
    public const string PeriodHole = "{period}";

    /// <summary>The largest event that the webhook is sent, in KiB.</summary>
    public int MostKib { get; init; } = 1024;

    public override string ToString() => Name;
}
